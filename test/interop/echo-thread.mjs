/** ws in a thread of its own, so that its work is none of ours: takes one message at a time, and gives it back when asked. */

import { once } from "node:events";
import { parentPort, workerData } from "node:worker_threads";
import WebSocket, { WebSocketServer } from "ws";

const { connectTo } = workerData;
// The fastest level: what ws takes is not what we measure.
const perMessageDeflate = { threshold: 0, zlibDeflateOptions: { level: 1 } };
const options = { perMessageDeflate, maxPayload: 1 << 30 };

if (connectTo === undefined) {
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0, ...options });
  server.on("connection", answer);
  await once(server, "listening");
  parentPort?.postMessage(/** @type {import("node:net").AddressInfo} */ (server.address()).port);
} else {
  answer(new WebSocket(`ws://127.0.0.1:${connectTo}`, options));
}

/** @param {WebSocket} socket */
function answer(socket) {
  /** @type {{ data: WebSocket.RawData, binary: boolean }} */
  let kept = { data: Buffer.alloc(0), binary: true };
  socket.on("message", (data, binary) => {
    if (!binary && data.toString() === "give it back") return socket.send(kept.data, { binary: kept.binary });
    kept = { data, binary };
    socket.send("got it");
  });
}
