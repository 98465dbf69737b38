/** QakeAPI, "Connection Status": here there is a state to ask for; there `client_state` is documented, and an `AttributeError`. */

import { App } from "antiphon";

export const app = new App();

app.ws("/ws", async (socket) => {
  await socket.accept();
  if (socket.open) await socket.sendJson({ status: socket.state });
  for await (const _message of socket.iterJson()) {
    // The loop ends when the connection does.
  }
  console.log(socket.state); // closed
});

if (process.argv[1] === import.meta.filename) await app.listen({ port: 8000 });
