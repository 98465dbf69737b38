/** kn-sock, WebSocket Protocol, "Async WebSocket Server": here the handler that is documented there works, path, iteration and all. */

import { App } from "antiphon";

export const app = new App();

app.ws("/*", async (socket) => {
  console.log(`connected: ${socket.url.pathname}`);

  for await (const text of socket.iterText()) {
    if (text.startsWith("ping")) await socket.sendText("pong");
    else if (text.startsWith("echo")) await socket.sendText(`Echo: ${text.slice(5)}`);
    else await socket.sendText(`Processed: ${text}`);
  }
});

if (process.argv[1] === import.meta.filename) await app.listen({ port: 8765 });
