/** A process with one contender's server in it: echo and a room, written as its users would. Told what to do by `server.ts`. */

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { WebSocket } from "ws";
import { WebSocketServer } from "ws";
import { App } from "../../src/index.ts";
import { answer } from "./child.ts";

/** Each listens and gives its port. `/echo` answers each text with the same; `/room` tells each text to all in there. */
const SERVERS: Readonly<Record<string, () => Promise<number>>> = {
  async handler() {
    const app = new App({ logger: false });
    app.ws("/echo", async (socket) => {
      for await (const text of socket.iterText()) await socket.sendText(text);
    });
    app.ws("/room", async (socket) => {
      const room = socket.join("room");
      for await (const text of socket.iterText()) room.sendText(text);
    });
    return (await app.listen({ port: 0 })).port!;
  },

  async events() {
    const app = new App({ logger: false });
    app.ws("/echo", {
      message: (socket, text) => {
        socket.send(text);
      },
    });
    const room = app.room("room");
    app.ws("/room", {
      open: (socket) => {
        socket.join("room");
      },
      message: (_socket, text) => room.send(text),
    });
    return (await app.listen({ port: 0 })).port!;
  },

  /** Without or with its native module, as the environment says. */
  async ws() {
    const server = createServer();
    const sockets = new WebSocketServer({ server });
    const room = new Set<WebSocket>();
    sockets.on("connection", (socket, request) => {
      socket.on("error", () => {});
      if (request.url === "/echo") {
        // Whoever wants text says toString(); with us it comes as a string.
        socket.on("message", (data: Buffer) => socket.send(data.toString()));
        return;
      }
      room.add(socket);
      socket.on("close", () => room.delete(socket));
      // As its README has it: bytes, so that nothing is encoded a thousand times.
      socket.on("message", (data: Buffer, isBinary) => {
        for (const member of room) if (member.readyState === member.OPEN) member.send(data, { binary: isBinary });
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return (server.address() as AddressInfo).port;
  },
};

answer({
  listen: () => SERVERS[process.argv[2]!]!(),
  /** Microseconds. */
  cpu() {
    const { user, system } = process.cpuUsage();
    return user + system;
  },
  /** Bytes, without garbage. */
  async memory() {
    for (let turn = 0; turn < 4; turn++) {
      globalThis.gc!();
      await sleep(20);
    }
    const { heapUsed, external, rss } = process.memoryUsage();
    return { live: heapUsed + external, rss };
  },
});
