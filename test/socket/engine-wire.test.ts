/** The wire made of an engine and a byte stream: the suite of all wires, in memory and over TCP, and what only it can do. */

import { once } from "node:events";
import type { Socket as TcpSocket } from "node:net";
import { connect, createServer } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { nodePlatform } from "../../src/protocol/node/index.ts";
import { NodeStream } from "../../src/protocol/node/node-stream.ts";
import type { ByteStream } from "../../src/protocol/run/byte-stream.ts";
import type { Clock } from "../../src/protocol/run/clock.ts";
import { systemClock } from "../../src/protocol/run/clock.ts";
import { EngineWire } from "../../src/socket/engine-wire.ts";
import { agreement, mirrored } from "../support/agreements.ts";
import type { MemoryStream, MemoryStreamOptions } from "../support/memory-streams.ts";
import { memoryStreams } from "../support/memory-streams.ts";
import { settle } from "../support/socket-pair.ts";
import { TestClock } from "../support/test-clock.ts";
import type { WireEnd, WirePair } from "./wire-suite.ts";
import { Heard, wireSuite } from "./wire-suite.ts";

interface Options extends MemoryStreamOptions {
  readonly compressed?: boolean;
  readonly clock?: Clock;
}

function makeEnd(role: "server" | "client", stream: ByteStream, { compressed = false, clock }: Options): WireEnd {
  const deflate = role === "server" ? agreement() : mirrored(agreement());
  const wire = new EngineWire(stream, {
    role,
    platform: nodePlatform,
    clock: clock ?? systemClock,
    closeTimeout: 10_000,
    limits: { messageSize: 64 * 1024 * 1024 },
    deflate: compressed ? deflate : null,
  });
  const heard = new Heard();
  wire.open(heard);
  return { wire, heard };
}

function inMemory(options: Options = {}): WirePair & { readonly streams: [MemoryStream, MemoryStream] } {
  const [a, b] = memoryStreams(options);
  const [server, client] = [makeEnd("server", a, options), makeEnd("client", b, options)];
  return {
    server,
    client,
    streams: [a, b],
    settle: () => untilQuiet(() => [a, b].map(({ bufferedAmount }) => bufferedAmount), [server, client]),
    block: () => a.block(),
    unblock: () => a.unblock(),
  };
}

/** Over a real connection: what the one does not read fills the kernel's buffers, and then waits. */
async function overTcp(): Promise<WirePair> {
  const listener = createServer({ allowHalfOpen: true });
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  const { port } = listener.address() as { port: number };
  const client = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
  const [[server]] = (await Promise.all([once(listener, "connection"), once(client, "connect")])) as [[TcpSocket], []];
  onTestFinished(() => {
    for (const end of [client, server, listener]) "destroy" in end ? end.destroy() : end.close();
  });
  const ends = {
    server: makeEnd("server", new NodeStream(server), {}),
    client: makeEnd("client", new NodeStream(client), {}),
  };
  return {
    ...ends,
    settle: () =>
      untilQuiet(
        () => [server, client].map((tcp) => [tcp.bytesRead, tcp.writableLength, tcp.closed]),
        [ends.server, ends.client],
      ),
    block: () => server.cork(),
    unblock: () => server.uncork(),
  };
}

/** Until nothing has come or gone for a while; what is compressed off the event loop takes its time. */
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
  for (let last = "", same = 0; same < 3; ) {
    await new Promise((resolve) => setTimeout(resolve, 4));
    await settle();
    same = snapshot() === last ? same + 1 : 0;
    last = snapshot();
  }
}

wireSuite("an engine in memory", async () => inMemory());
wireSuite("an engine in memory, compressed", async () => inMemory({ compressed: true }));
wireSuite("an engine in memory, in small chunks", async () => inMemory({ chunk: 4093 }));
wireSuite("an engine over TCP", overTcp);

describe("an engine's wire", () => {
  test("tells of room although its stream takes so much that it is never full", async () => {
    const { server, streams, settle } = inMemory({ highWaterMark: Number.POSITIVE_INFINITY });

    expect(server.wire.send(new Uint8Array(100_000), true)).toBe(false);
    await settle();

    expect(streams[0].full).toBe(false);
    expect(server.wire.bufferedAmount).toBe(0);
    expect(server.heard.rooms).toBeGreaterThan(1);
  });

  test.each(["server", "client"] as const)("a FIN without a Close frame is 1006 for the %s, at once", async (who) => {
    const pair = inMemory();
    const [server, client] = pair.streams;

    (who === "server" ? client : server).end();
    await settle();

    expect(pair[who].heard.ends).toEqual([{ code: 1006, reason: "", wasClean: false }]);
    expect(server.closed && client.closed).toBe(true);
  });

  test("an error of the stream is 1006, and its cause", async () => {
    const { client, server, streams } = inMemory();
    const error = new Error("read ECONNRESET");

    streams[1].fail(error);
    await settle();

    expect(client.heard.ends).toEqual([{ code: 1006, reason: "", wasClean: false, cause: error }]);
    expect(server.heard.ends).toMatchObject([{ code: 1006 }]);
  });

  test("knows when the peer was last heard: when bytes came", async () => {
    const clock = new TestClock();
    const { client, server } = inMemory({ clock });
    const opened = clock.now();
    await clock.pass(500);

    expect(server.wire.lastHeard).toBe(opened);
    client.wire.send("here", true);
    await clock.pass(700);

    expect(server.wire.lastHeard).toBe(opened + 500);
  });

  test.each(["server", "client"] as const)(
    "a %s's Close that is not answered ends it after closeTimeout",
    async (who) => {
      const clock = new TestClock();
      const pair = inMemory({ clock });
      // A peer that hears nothing, and says nothing.
      pair.block();
      pair.streams[1].block();

      pair[who].wire.close(1000, "");
      await clock.pass(9_999);
      expect(pair[who].heard.ends).toEqual([]);
      await clock.pass(1);

      expect(pair[who].heard.ends).toMatchObject([{ code: 1006, wasClean: false }]);
      expect(clock.timers).toBe(0);
    },
  );

  test("after any end, no timer is left", async () => {
    const clock = new TestClock();
    const pair = inMemory({ clock });

    pair.client.wire.close(1000, "");
    await clock.pass(0);

    expect(pair.streams.every(({ closed }) => closed)).toBe(true);
    expect(clock.timers).toBe(0);
  });
});
