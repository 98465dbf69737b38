/** BlackSheep, "Communicating with the client": here the client's leaving is the end of the loop, and bad JSON says nothing of our code. */

import { App } from "antiphon";

export const app = new App();

app.ws("/text", async (socket) => {
  for await (const text of socket.iterText()) await socket.sendText(text);
});

app.ws("/bytes", async (socket) => {
  for await (const bytes of socket.iterBytes()) await socket.sendBytes(bytes);
});

app.ws("/json", async (socket) => {
  for await (const value of socket.iterJson()) await socket.sendJson(value);
});

// JSON in binary messages: its `MessageMode.BYTES`.
app.ws("/json-in-bytes", async (socket) => {
  for await (const value of socket.iterJson({ mode: "binary" })) await socket.sendJson(value, { mode: "binary" });
});

if (process.argv[1] === import.meta.filename) await app.listen({ port: 8000 });
