/** QakeAPI, "Real-time Notifications": here `<int>` gives a number or a 404, and a notification finds all sockets of its user. */

import { App } from "antiphon";

export const app = new App();

app.ws("/ws/notifications/:userId<int>", async (socket) => {
  socket.identify(`${socket.params.userId}`);
  await socket.accept();
  socket.ignoreMessages(); // It only listens.
  await socket.closed;
});

// Where notifications come from: curl -d '{"text":"Your parcel is here"}' localhost:8000/notifications/7
app.http.post("/notifications/:userId", async (c) => {
  app.user(c.req.param("userId")).sendJson(await c.req.json());
  return c.body(null, 202);
});

if (process.argv[1] === import.meta.filename) await app.listen({ port: 8000 });
