/** A process with a server of crossws in it, by its adapter for Node.js. */

import { createServer, type IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { type Line, replyTo } from "../load/payloads.ts";
import { importPeer } from "../support/peers.ts";
import { wsDeflate } from "./deflate.ts";
import { listenOn } from "./on-http.ts";
import { serve } from "./process.ts";

serve(async ({ kind, compression }) => {
  const { default: crossws } = (await importPeer("crossws/adapters/node")) as Crossws;
  const hooks: Record<typeof kind, Hooks> = {
    echo: { message: (peer, message) => peer.send(message.rawData) },
    room: {
      open: (peer) => peer.subscribe("room"),
      // As its examples have it: publish leaves the sender out.
      message(peer, message) {
        peer.send(message.rawData);
        peer.publish("room", message.rawData);
      },
    },
    json: { message: (peer, message) => peer.send(replyTo(message.json())) },
  };
  const adapter = crossws({ hooks: hooks[kind], serverOptions: { perMessageDeflate: wsDeflate(compression) } });
  const server = createServer();
  server.on("upgrade", (request, stream, head) => adapter.handleUpgrade(request, stream, head));
  return listenOn(server);
});

/** What of crossws is used here. */
interface Crossws {
  default(options: { hooks: Hooks; serverOptions: object }): {
    handleUpgrade(request: IncomingMessage, stream: Duplex, head: Buffer): void;
  };
}

interface Hooks {
  open?(peer: Peer): void;
  message(peer: Peer, message: Message): void;
}

interface Peer {
  send(data: unknown): void;
  subscribe(topic: string): void;
  publish(topic: string, data: unknown): void;
}

interface Message {
  readonly rawData: unknown;
  json(): Line;
}
