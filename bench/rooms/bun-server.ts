/** A process of Bun with Bun's own server in it, by publish and subscribe as its documentation has it. */

import { answer } from "../support/child.ts";

interface Data {
  readonly kind: string;
  readonly name: string;
}

interface BunSocket {
  readonly data: Data;
  subscribe(topic: string): void;
}

interface BunServer {
  readonly port: number;
  upgrade(request: Request, options: { data: Data }): boolean;
  publish(topic: string, data: string, compress?: boolean): number;
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
      message(socket: BunSocket, message: string): void;
    };
  }): BunServer;
};

answer({
  listen(compression: boolean) {
    const server = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      fetch(request, server) {
        const [, kind = "", name = ""] = new URL(request.url).pathname.split("/");
        if (server.upgrade(request, { data: { kind, name } })) return undefined;
        return new Response("no WebSocket", { status: 426 });
      },
      websocket: {
        perMessageDeflate: compression,
        open(socket) {
          const { kind, name } = socket.data;
          socket.subscribe(kind === "chat" ? "chat" : `room/${name}`);
        },
        message(socket, message) {
          const { kind, name } = socket.data;
          if (kind === "chat") server.publish("chat", `${name}: ${message}`, compression);
          else server.publish(`room/${name}`, message, compression);
        },
      },
    });
    return server.port;
  },
  /** Microseconds. */
  cpu: () => process.cpuUsage(),
});
