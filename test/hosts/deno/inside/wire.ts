/** The suite of all wires, inside Deno: the server's end as `listen` makes it, or `Deno.serve`; the client's is our engine. */

import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { connect } from "node:net";
import { onTestFinished } from "vitest";
import { FetchHandler } from "../../../../src/hosts/deno/fetch-handler.ts";
import { NodeHandshake } from "../../../../src/hosts/node/node-handshake.ts";
import { defaultLimits } from "../../../../src/protocol/limits.ts";
import { nodePlatform } from "../../../../src/protocol/node/index.ts";
import { NodeStream } from "../../../../src/protocol/node/node-stream.ts";
import { systemClock } from "../../../../src/protocol/run/clock.ts";
import type { Handshake } from "../../../../src/server/host.ts";
import { EngineWire } from "../../../../src/socket/engine-wire.ts";
import type { WireEnd, WireLacks, WirePair } from "../../../socket/wire-suite.ts";
import { Heard, wireSuite } from "../../../socket/wire-suite.ts";
import { deferred } from "../../../support/deferred.ts";
import { upgradeHead } from "../../../support/raw-tcp.ts";
import { settle } from "../../../support/socket-pair.ts";
import { FakeApp, opening } from "../../node/fake-app.ts";
import type { Door } from "../door.ts";
import { doorOf } from "../door.ts";
import { serve } from "../served-app.ts";

const LIMITS = { messageSize: 64 * 1024 * 1024 };

/** The server's end of the next connection, and the TCP beneath it where that can be had. */
interface Arrival {
  readonly end: WireEnd;
  readonly tcp?: Socket;
}

function accept(handshake: Handshake): WireEnd {
  const wire = handshake.accept(opening(handshake, { ...defaultLimits, ...LIMITS })!);
  const heard = new Heard();
  wire.open(heard);
  return { wire, heard };
}

/** Listens, and gives the port. */
const LISTENERS: Record<Door, (arrived: (arrival: Arrival) => void) => Promise<number>> = {
  async listen(arrived) {
    const server = createServer();
    server.on("upgrade", (request, tcp: Socket, head) => {
      arrived({ end: accept(new NodeHandshake({ request, stream: tcp, head })), tcp });
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(() => void server.close());
    return (server.address() as AddressInfo).port;
  },
  async serve(arrived) {
    const app = new FakeApp({ handshake: (handshake) => arrived({ end: accept(handshake) }) });
    const handler = new FetchHandler(app, null);
    const { port, close } = serve({ port: 0 }, (request, info) => handler.fetch(request, info));
    onTestFinished(() => void close());
    return port;
  },
};

async function makePair(door: Door): Promise<WirePair> {
  const arrival = deferred<Arrival>();
  const port = await LISTENERS[door](arrival.resolve);
  const tcp = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
  onTestFinished(() => void tcp.destroy());
  tcp.write(upgradeHead());
  await once(tcp, "readable");
  const answer: Buffer = tcp.read();
  const end = answer.indexOf("\r\n\r\n") + 4;
  const stream = new NodeStream(tcp, answer.subarray(end));
  const wire = new EngineWire(stream, {
    role: "client",
    platform: nodePlatform,
    clock: systemClock,
    closeTimeout: 10_000,
    limits: LIMITS,
    deflate: null,
  });
  const client = { wire, heard: new Heard() };
  wire.open(client.heard);
  const server = await arrival.promise;
  return {
    server: server.end,
    client,
    settle: () => untilQuiet(() => [tcp.bytesRead, tcp.writableLength, tcp.closed], [server.end, client]),
    block: () => (server.tcp === undefined ? tcp.pause() : server.tcp.cork()),
    unblock: () => (server.tcp === undefined ? tcp.resume() : server.tcp.uncork()),
  };
}

/** Until nothing has come or gone for a while. */
async function untilQuiet(transport: () => unknown, ends: WireEnd[]): Promise<void> {
  const snapshot = () =>
    JSON.stringify([
      transport(),
      ends.map(({ heard, wire }) => [
        heard.messages.length,
        heard.ends.length,
        heard.pongs.length,
        wire.bufferedAmount,
      ]),
    ]);
  for (let last = "", same = 0; same < 4; ) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    await settle();
    same = snapshot() === last ? same + 1 : 0;
    last = snapshot();
  }
}

const LACKS: Record<Door, WireLacks> = {
  listen: {},
  serve: {
    sendStream: "Deno sends no fragments",
    goodbye: "Deno answers a Close frame by itself",
    terminate: { who: "server", why: "Deno cannot cut a connection: it sends a Close frame without a code" },
  },
};

const door = doorOf(process.env);
wireSuite(`Deno, by ${door}`, () => makePair(door), LACKS[door]);
