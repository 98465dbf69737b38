/** QakeAPI, "Sending Messages": here the handler's return closes with 1000, behind all that was sent; there the client sees 1006. */

import { App } from "antiphon";

export const app = new App();

app.ws("/ws", async (socket) => {
  await socket.sendJson({ type: "welcome", message: "Hello" });
  await socket.sendText("Text message");
  await socket.sendBytes(new TextEncoder().encode("Binary data"));
});

if (process.argv[1] === import.meta.filename) await app.listen({ port: 8000 });
