/** Responder, "Echo Server": here the loop ends when the client leaves, with nothing to catch and no traceback in the log. */

import { App } from "antiphon";

export const app = new App();

app.ws("/ws", async (socket) => {
  for await (const text of socket.iterText()) await socket.sendText(`Echo: ${text}`);
});

if (process.argv[1] === import.meta.filename) await app.listen({ port: 5042 });
