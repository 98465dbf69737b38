/** A process with one server in it that runs on Node.js, written as its users would: rooms, and a chat for all. */

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { WebSocket } from "ws";
import { WebSocketServer } from "ws";
import type { App } from "../../src/index.ts";
import { answer } from "../support/child.ts";
import { requirePeer } from "../support/peers.ts";
import { longestTurn, startTurns } from "../support/turns.ts";
import { startProfile, stopProfile } from "./profile.ts";

/** As the README of `ws` has it, but for context takeover, which nobody here uses. Socket.IO hands it to `ws`. */
const WS_DEFLATE = {
  zlibDeflateOptions: { chunkSize: 1024, memLevel: 7, level: 3 },
  serverNoContextTakeover: true,
  clientNoContextTakeover: true,
  threshold: 1024,
};

/** Each listens and gives its port. `/room/:name` tells each text to all in there; `/chat/:name` tells all who said what. */
const SERVERS: Readonly<Record<string, (compression: boolean) => Promise<number>>> = {
  async events(compression) {
    const app = await newApp(compression);
    app.ws("/room/:name", {
      open: (socket) => void socket.join(socket.params.name),
      message: (socket, text) => app.room(socket.params.name).send(text),
    });
    const chat = app.room("chat");
    app.ws("/chat/:name", {
      open: (socket) => void socket.join(chat.name),
      message: (socket, text) => chat.sendText(`${socket.params.name}: ${text}`),
    });
    app.ws("/echo", { message: (socket, text) => void socket.send(text) });
    return (await app.listen({ port: 0 })).port!;
  },

  async handler(compression) {
    const app = await newApp(compression);
    app.ws("/room/:name", async (socket) => {
      const room = socket.join(socket.params.name);
      for await (const text of socket.iterText()) room.sendText(text);
    });
    app.ws("/chat/:name", async (socket) => {
      const chat = socket.join("chat");
      for await (const text of socket.iterText()) chat.sendText(`${socket.params.name}: ${text}`);
    });
    return (await app.listen({ port: 0 })).port!;
  },

  /** Without or with its native module, as the environment says. */
  async ws(compression) {
    const server = createServer();
    const sockets = new WebSocketServer({ server, perMessageDeflate: compression && WS_DEFLATE });
    const rooms = new Map<string, Set<WebSocket>>();
    sockets.on("connection", (socket, request) => {
      const [, kind, name = ""] = request.url!.split("/");
      const key = kind === "chat" ? "chat" : `room/${name}`;
      const room = rooms.get(key) ?? new Set();
      rooms.set(key, room.add(socket));
      socket.on("error", () => {});
      socket.on("close", () => room.delete(socket));
      socket.on("message", (data: Buffer, isBinary) => {
        if (kind === "chat") {
          const line = `${name}: ${data}`;
          for (const member of room) if (member.readyState === member.OPEN) member.send(line);
          return;
        }
        // As its README has it: bytes, so that nothing is encoded a thousand times.
        for (const member of room) if (member.readyState === member.OPEN) member.send(data, { binary: isBinary });
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return (server.address() as AddressInfo).port;
  },

  async "socket.io"(compression) {
    const { Server } = requirePeer("socket.io") as SocketIo;
    const server = createServer();
    const perMessageDeflate = compression && WS_DEFLATE;
    const io = new Server(server, { transports: ["websocket"], serveClient: false, perMessageDeflate });
    io.on("connection", (socket) => {
      const { room, name } = socket.handshake.query;
      if (room !== undefined) {
        socket.join(room);
        socket.on("m", (message) => io.to(room).emit("m", message));
      } else {
        socket.on("m", (text) => io.emit("m", `${name}: ${text}`));
      }
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return (server.address() as AddressInfo).port;
  },
};

/** Ours, from this checkout or from another one of it. */
async function newApp(compression: boolean): Promise<App> {
  const source: typeof import("../../src/index.ts") = await import(`${process.argv[3] ?? "../.."}/src/index.ts`);
  return new source.App({ logger: false, compression });
}

/** What of Socket.IO is used here. */
interface SocketIo {
  readonly Server: new (server: unknown, options: unknown) => SocketIoServer;
}

interface SocketIoServer {
  on(event: "connection", listener: (socket: SocketIoSocket) => void): void;
  to(room: string): { emit(event: string, data: unknown): void };
  emit(event: string, data: unknown): void;
}

interface SocketIoSocket {
  readonly handshake: { readonly query: Readonly<Record<string, string | undefined>> };
  join(room: string): void;
  on(event: string, listener: (data: unknown) => void): void;
}

answer({
  listen: (compression: boolean) => SERVERS[process.argv[2]!]!(compression),
  /** Microseconds. */
  cpu: () => process.cpuUsage(),
  startProfile,
  stopProfile,
  startTurns,
  longestTurn,
});
