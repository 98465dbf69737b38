/** A process of Bun with Bun's own server in it, by publish and subscribe as its documentation has it. */

import { type Line, replyTo } from "../load/payloads.ts";
import { serve } from "./process.ts";

interface BunSocket {
  subscribe(topic: string): void;
  send(data: string | Uint8Array, compress: boolean): number;
}

interface BunServer {
  readonly port: number;
  upgrade(request: Request): boolean;
  publish(topic: string, data: string | Uint8Array, compress: boolean): number;
}

/** What of Bun is used here; the type checker need not know it. */
declare const Bun: {
  serve(options: {
    hostname: string;
    port: number;
    fetch(request: Request, server: BunServer): Response | undefined;
    websocket: {
      perMessageDeflate: boolean;
      open(socket: BunSocket): void;
      message(socket: BunSocket, message: string | Uint8Array): void;
    };
  }): BunServer;
};

serve(({ kind, compression }) => {
  const compress = compression !== false;
  const messages: Record<typeof kind, (socket: BunSocket, message: string | Uint8Array) => void> = {
    echo: (socket, message) => socket.send(message, compress),
    room: (_socket, message) => server.publish("room", message, compress),
    json(socket, message) {
      socket.send(JSON.stringify(replyTo(JSON.parse(message as string) as Line)), compress);
    },
  };
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: (request, server) => (server.upgrade(request) ? undefined : new Response("no WebSocket", { status: 426 })),
    websocket: {
      perMessageDeflate: compress,
      open(socket) {
        if (kind === "room") socket.subscribe("room");
      },
      message: messages[kind],
    },
  });
  return { port: server.port };
});
