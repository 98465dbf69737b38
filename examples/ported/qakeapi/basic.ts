/** QakeAPI, "Basic WebSocket": here the loop ends when the client leaves, and what is no JSON closes with 1007 instead of vanishing. */

import { App } from "antiphon";

export const app = new App();

app.ws("/ws", async (socket) => {
  await socket.sendJson({ message: "Connected" });
  for await (const message of socket.iterJson()) await socket.sendJson({ echo: message });
});

if (process.argv[1] === import.meta.filename) await app.listen({ port: 8000 });
