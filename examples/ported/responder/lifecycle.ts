/** Responder, "Connection Lifecycle": here the end has a code and a reason, and `close()` is safe as often as you like. */

import { App, CloseCode } from "antiphon";

export const app = new App();

app.ws("/ws", async (socket) => {
  console.log(socket.state); // connecting: the client's request waits for an answer
  await socket.accept();
  console.log(socket.state); // open

  for await (const text of socket.iterText()) {
    await socket.sendText(`Got: ${text}`);
    if (text !== "bye") continue;
    void socket.close(CloseCode.normal, "goodbye");
    console.log(socket.state); // closing: the client's goodbye is still to come
  }

  const { code, reason, wasClean } = await socket.closed;
  console.log(socket.state, code, reason, wasClean); // closed
});

if (process.argv[1] === import.meta.filename) await app.listen({ port: 5042 });
