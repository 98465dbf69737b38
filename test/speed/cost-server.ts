/** A server that counts what its work costs in things that no other process can change: bytes of heap, and system calls. */

import { readFileSync } from "node:fs";
import type { AddressInfo, Socket } from "node:net";
import { createServer } from "node:net";
import { PerformanceObserver } from "node:perf_hooks";
import { answer } from "../../bench/support/child.ts";
import { App } from "../../src/index.ts";

/** What the process has used up since it began. */
export interface Costs {
  readonly heapBytes: number;
  /** How often memory was collected: the bytes of two moments cannot be compared across that. */
  readonly collections: number;
  readonly reads: number;
  readonly writes: number;
}

let collections = 0;
let connections = () => 0;
new PerformanceObserver((list) => {
  collections += list.getEntries().length;
}).observe({ entryTypes: ["gc"] });

answer({
  async app() {
    const app = new App({ logger: false, limits: { handshakes: 10_000 } });
    app.ws("/events", { message: (socket, data) => void socket.send(data) });
    app.ws("/iterator", async (socket) => {
      for await (const text of socket.iterText()) socket.sendText(text);
    });
    app.ws("/room", {
      open: (socket) => void socket.join("all"),
      message: (_socket, data) => void app.room("all").send(data),
    });
    app.ws("/idle", { message: () => {} });
    connections = () => app.sockets.size;
    const { port } = await app.listen({ port: 0, signals: false });
    return port;
  },
  /** The least that Node's public API allows: the same bytes on the wire, and no WebSocket work at all. */
  canned(frame: string) {
    const bytes = Buffer.from(frame, "latin1");
    let open = 0;
    connections = () => open;
    const server = createServer({ noDelay: true }, (socket) => {
      open++;
      socket.on("error", ignore).on("close", left);
      socket.once("data", () => {
        socket.write("HTTP/1.1 101 Switching Protocols\r\n\r\n");
        socket.on("data", answerCanned);
      });
    });
    function answerCanned(this: Socket) {
      this.write(bytes);
    }
    function ignore() {}
    function left() {
      open--;
    }
    return new Promise((resolve) => {
      server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
    });
  },
  connections: () => connections(),
  costs(): Costs {
    const io = readFileSync("/proc/self/io", "utf8");
    const count = (name: string) => Number(new RegExp(`^${name}: (\\d+)`, "m").exec(io)![1]);
    return {
      heapBytes: process.memoryUsage().heapUsed,
      collections,
      reads: count("syscr"),
      writes: count("syscw"),
    };
  },
  /** After a collection, and after what a collection sets off. */
  async live() {
    for (let time = 0; time < 4; time++) {
      globalThis.gc!();
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return process.memoryUsage().heapUsed;
  },
});
