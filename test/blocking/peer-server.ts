/** A server for blocking clients, in a thread of its own: it posts its port, and does what the path says. */

import { parentPort } from "node:worker_threads";
import { App } from "../../src/index.ts";

const app = new App({ logger: false });
app.ws("/echo", { message: (socket, message) => socket.send(message) });
app.ws("/silent", async (socket) => void (await socket.receive()));
app.ws("/count/:count<int>", async (socket) => {
  for (let i = 0; i < socket.params.count; i++) await socket.sendText(String(i));
});
app.ws("/bye", async (socket) => {
  await socket.sendText("");
  await socket.close(4001, "enough");
});
app.ws("/refused", (socket) => socket.reject(401, { error: "token" }, { "Retry-After": "3" }));
/** How the connections to `/left` ended. */
app.ws("/left", async (socket) => {
  const texts: string[] = [];
  for await (const text of socket.iterText()) texts.push(text);
  parentPort!.postMessage({ texts, code: (await socket.closed).code });
});
app.listen({ port: 0, signals: false }).then(({ port }) => parentPort!.postMessage(port));
