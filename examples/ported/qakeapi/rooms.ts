/** QakeAPI, "Room-based Chat": here joining is one line, leaving none, and a `broker` would carry the room to other machines. */

import { App } from "antiphon";

export const app = new App();

app.ws("/ws/:room", async (socket) => {
  const room = socket.join(`chat:${socket.params.room}`);
  for await (const message of socket.iterJson()) socket.to(room).sendJson(message); // To all but the sender.
});

if (process.argv[1] === import.meta.filename) await app.listen({ port: 8000 });
