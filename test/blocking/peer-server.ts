/** Servers for blocking clients, ours and one of `ws`, in a thread of their own: it posts their ports; ours does what the path says. */

import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { parentPort } from "node:worker_threads";
import { WebSocketServer } from "ws";
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
const peer = new WebSocketServer({ port: 0, host: "127.0.0.1" });
peer.on("connection", (socket) => socket.on("message", (data, binary) => socket.send(data, { binary })));
Promise.all([app.listen({ port: 0, signals: false }), once(peer, "listening")]).then(([{ port }]) =>
  parentPort!.postMessage([port, (peer.address() as AddressInfo).port]),
);
