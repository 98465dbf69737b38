/** QakeAPI, "WebSocket with Path Parameters": here the compiler knows the parameter from the path, and a dot in a path is a dot. */

import { App } from "antiphon";

export const app = new App();

app.ws("/ws/:room", async (socket) => {
  const { room } = socket.params;
  await socket.sendJson({ message: `Welcome to ${room}!` });
  for await (const message of socket.iterJson()) await socket.sendJson({ room, message });
});

if (process.argv[1] === import.meta.filename) await app.listen({ port: 8000 });
