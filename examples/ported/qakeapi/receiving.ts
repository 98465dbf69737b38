/** QakeAPI, "Receiving Messages": here all three iterators exist and end, each on a path of its own, as a loop takes one kind. */

import { App } from "antiphon";

export const app = new App();

app.ws("/ws/json", async (socket) => {
  for await (const message of socket.iterJson()) await socket.sendJson({ echo: message });
});

app.ws("/ws/text", async (socket) => {
  for await (const text of socket.iterText()) await socket.sendText(`Echo: ${text}`);
});

app.ws("/ws/bytes", async (socket) => {
  for await (const bytes of socket.iterBytes()) await socket.sendBytes(bytes);
});

// Text and bytes on one socket.
app.ws("/ws/any", async (socket) => {
  for await (const message of socket) await socket.send(typeof message === "string" ? `Echo: ${message}` : message);
});

if (process.argv[1] === import.meta.filename) await app.listen({ port: 8000 });
