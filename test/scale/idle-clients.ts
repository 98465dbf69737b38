/** A process with thousands of clients that say nothing. Started by the test, which tells it when to leave. */

import type { Socket } from "node:net";
import { answer } from "../../bench/support/child.ts";
import { openMany } from "../../bench/support/load.ts";
import { clientFrame } from "../../bench/support/raw-client.ts";

let sockets: Socket[] = [];
/** How many bytes have come to all of them, and to which of them any at all. */
let heard = 0;
const heardBy = new Set<Socket>();

answer({
  /** Half of them on each path. */
  async open({ port, count }: { port: number; count: number }) {
    const half = Math.floor(count / 2);
    sockets = [
      ...(await openMany(half, { port, path: "/handler" })),
      ...(await openMany(count - half, { port, path: "/events" })),
    ];
    heard = 0;
    heardBy.clear();
    for (const socket of sockets) {
      socket.on("data", (chunk: Buffer) => {
        heard += chunk.length;
        heardBy.add(socket);
      });
      socket.resume();
    }
  },
  heard: () => ({ bytes: heard, sockets: heardBy.size }),
  /** In every way there is: with a Close frame, with a FIN, with a reset. */
  async leave() {
    const gone = sockets.map((socket) => new Promise((resolve) => socket.once("close", resolve)));
    for (const [at, socket] of sockets.entries()) {
      if (at % 3 === 0) socket.write(CLOSE);
      else if (at % 3 === 1) socket.end();
      else socket.resetAndDestroy();
    }
    await Promise.all(gone);
    sockets = [];
  },
});

const CLOSE = clientFrame(0x88, Buffer.from([1000 >>> 8, 1000 & 255]));
