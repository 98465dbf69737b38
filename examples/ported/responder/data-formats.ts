/** Responder, "Data Formats": here a message of the wrong kind is a typed error that carries it (1003), not a `KeyError` (1011). */

import { App } from "antiphon";

export const app = new App();

app.ws("/formats", async (socket) => {
  await socket.sendText("hello");
  const text = await socket.receiveText();

  await socket.sendJson({ type: "update", data: [1, 2, 3] });
  const value = await socket.receiveJson();

  await socket.sendBytes(new Uint8Array([0, 1, 2]));
  const bytes = await socket.receiveBytes();

  await socket.sendJson({ text, value, bytes: [...bytes] });
});

if (process.argv[1] === import.meta.filename) await app.listen({ port: 5042 });
