/** QakeAPI, "Broadcasting": here the app knows its sockets; there the set changes under the loop, and the handler dies of it. */

import { App } from "antiphon";

export const app = new App();

app.ws("/ws", async (socket) => {
  for await (const message of socket.iterJson()) app.everyone.sendJson(message);
});

if (process.argv[1] === import.meta.filename) await app.listen({ port: 8000 });
