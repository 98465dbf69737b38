/** A process with a server of Socket.IO in it, by WebSocket alone: its clients speak its protocol inside of the messages. */

import { createServer } from "node:http";
import { type Line, replyTo } from "../load/payloads.ts";
import { requirePeer } from "../support/peers.ts";
import { wsDeflate } from "./deflate.ts";
import { listenOn } from "./on-http.ts";
import { serve } from "./process.ts";

serve(({ kind, compression }) => {
  const { Server } = requirePeer("socket.io") as SocketIo;
  const server = createServer();
  const io = new Server(server, {
    transports: ["websocket"],
    serveClient: false,
    perMessageDeflate: wsDeflate(compression),
    // A message of 1 MiB is above the limit by a few bytes.
    maxHttpBufferSize: 2 ** 21,
    // The clients of the bench expect what they asked for alone.
    pingInterval: 600_000,
  });
  io.on("connection", (socket) => {
    if (kind === "echo") socket.on("m", (data) => socket.emit("m", data));
    if (kind === "json") socket.on("m", (line) => socket.emit("m", replyTo(line as Line)));
    if (kind !== "room") return;
    socket.join("room");
    socket.on("m", (data) => io.to("room").emit("m", data));
  });
  return listenOn(server);
});

/** What of Socket.IO is used here. */
interface SocketIo {
  readonly Server: new (server: unknown, options: unknown) => SocketIoServer;
}

interface SocketIoServer {
  on(event: "connection", listener: (socket: SocketIoSocket) => void): void;
  to(room: string): { emit(event: string, data: unknown): void };
}

interface SocketIoSocket {
  join(room: string): void;
  on(event: string, listener: (data: unknown) => void): void;
  emit(event: string, data: unknown): void;
}
