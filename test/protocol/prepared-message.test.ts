/** A message made ready once for many connections: framed once, compressed once for all with the same window (rule 12). */

import { describe, expect, test } from "vitest";
import { nodeZlib } from "../../src/protocol/node/index.ts";
import { PreparedMessage } from "../../src/protocol/prepared-message.ts";
import { ENTRY } from "../../src/protocol/send-order.ts";
import type { Zlib } from "../../src/protocol/zlib.ts";
import { agreement, mirrored } from "../support/agreements.ts";
import { feed, settled, takeBytes } from "../support/feed.ts";
import { readFrames } from "../support/frames.ts";
import { hex, toHex } from "../support/hex.ts";
import type { End } from "../support/pair.ts";
import { carry, makeEnd, Pair } from "../support/pair.ts";
import { TestPlatform } from "../support/test-platform.ts";

/** A platform that counts how often something is compressed. */
function counting() {
  const counts = { deflated: 0 };
  const zlib: Zlib = {
    ...nodeZlib,
    deflate(input, options) {
      counts.deflated++;
      return nodeZlib.deflate(input, options);
    },
    openDeflate(options, onOutput) {
      counts.deflated++;
      return nodeZlib.openDeflate(options, onOutput);
    },
  };
  return { counts, platform: new TestPlatform(zlib) };
}

function framesOf(end: End) {
  return readFrames(takeBytes(end.engine));
}

const TEXT = "All of you: hello, hello, hello, hello.";
const LARGE = new Uint8Array(200_000).map((_, at) => (at * at) >> 6);

describe("the frame", () => {
  test.each([
    ["text", "Hello", "8105 48656c6c6f"],
    ["bytes", hex("010203"), "8203 010203"],
    ["empty text", "", "8100"],
    ["empty bytes", hex(""), "8200"],
  ])("of %s", (_name, data, frame) => {
    const message = new PreparedMessage(data, new TestPlatform());

    expect(toHex(message.plainFrame)).toBe(toHex(hex(frame)));
    expect(message.data).toBe(data);
  });

  test("is made once, and the same memory goes to everyone", () => {
    const message = new PreparedMessage(new Uint8Array(5000), new TestPlatform());
    const ends = [1, 2, 3].map(() => makeEnd("server"));

    const frames = ends.map(({ engine }) => {
      engine.sendPrepared(message);
      return engine.take();
    });

    expect(frames.map((pieces) => pieces.length)).toEqual([1, 1, 1]);
    expect(new Set(frames.map(([piece]) => piece!.buffer)).size).toBe(1);
  });

  test("5.3: a client masks each with a key of its own", () => {
    const message = new PreparedMessage("Hello", new TestPlatform());
    const { engine } = makeEnd("client");

    engine.sendPrepared(message);
    engine.sendPrepared(message);
    const bytes = takeBytes(engine);

    expect(bytes).toHaveLength(22);
    expect(toHex(bytes.subarray(2, 6))).not.toBe(toHex(bytes.subarray(13, 17)));
    expect(readFrames(bytes).map(({ masked, payload }) => [masked, toHex(payload)])).toEqual([
      [true, "48656c6c6f"],
      [true, "48656c6c6f"],
    ]);
  });
});

describe("compressed", () => {
  test("once for all connections with the same window", () => {
    const { counts, platform } = counting();
    const message = new PreparedMessage(TEXT, platform);
    const ends = [15, 15, 15, 9, 9].map((sendWindowBits) =>
      makeEnd("server", { deflate: agreement({ sendWindowBits }) }),
    );

    for (const { engine } of ends) engine.sendPrepared(message);

    expect(counts.deflated).toBe(2);
    for (const end of ends) {
      const [frame] = framesOf(end);
      expect(frame).toMatchObject({ fin: true, rsv: 4, opcode: 1 });
      expect(frame!.payload.length).toBeLessThan(TEXT.length);
    }
  });

  test("not below the threshold, nor where nothing was negotiated, nor when told not to", () => {
    const { counts, platform } = counting();
    const message = new PreparedMessage(TEXT, platform);
    const ends = [
      makeEnd("server", { deflate: agreement({ threshold: TEXT.length + 1 }) }),
      makeEnd("server"),
      makeEnd("server", { deflate: agreement() }),
    ];

    for (const [i, { engine }] of ends.entries()) engine.sendPrepared(message, { compress: i !== 2 });

    expect(ends.map((end) => framesOf(end)[0]!.rsv)).toEqual([0, 0, 0]);
    expect(counts.deflated).toBe(0);
  });

  test("a large one is compressed once, off the event loop, for all who wait for it", async () => {
    const { counts, platform } = counting();
    const message = new PreparedMessage(LARGE, platform);
    const ends = Array.from({ length: 20 }, () => makeEnd("server", { deflate: agreement() }));

    for (const { engine } of ends) {
      engine.sendPrepared(message);
      engine.send("behind it");
      expect(engine.take()).toEqual([]);
      expect(engine.outputSize).toBe(LARGE.length + 9 + ENTRY);
      expect(engine.compressing).toBe(true);
    }
    await settled(...ends.map(({ engine }) => engine));

    expect(counts.deflated).toBe(1);
    const pieces = ends.map(({ engine }) => engine.take());
    expect(new Set(pieces.map(([piece]) => piece!.buffer)).size).toBe(1);
    const late = makeEnd("server", { deflate: agreement() });
    late.engine.sendPrepared(message);
    expect(late.engine.take()[0]!.buffer).toBe(pieces[0]![0]!.buffer);
  });

  test("a connection that ends while it is being made gets nothing, and the others do", async () => {
    const { platform } = counting();
    const message = new PreparedMessage(LARGE, platform);
    const [gone, staying] = [1, 2].map(() => makeEnd("server", { deflate: agreement() }));

    gone!.engine.sendPrepared(message);
    staying!.engine.sendPrepared(message);
    gone!.engine.abort();
    await settled(staying!.engine);

    expect(gone!.engine.take()).toEqual([]);
    expect(framesOf(staying!)).toHaveLength(1);
  });
});

describe("context takeover: what was sent before and comes after", () => {
  const messages = [TEXT, LARGE, "short", TEXT.repeat(2)];

  test.each([8, 9, 15])("is read rightly, with a window of 2^%i", async (sendWindowBits) => {
    const pair = new Pair({ deflate: agreement({ sendWindowBits, receiveWindowBits: sendWindowBits }) });
    const { engine, platform } = pair.server;
    const sent = messages.flatMap((one) => messages.flatMap((two) => [one, two]));

    sent.forEach((data, i) => {
      if (i % 2 === 0) engine.send(data);
      else engine.sendPrepared(new PreparedMessage(data, platform));
    });
    await pair.run();

    expect(pair.client.sink.messages.length).toBe(sent.length);
    sent.forEach((data, i) => {
      expect(Buffer.from(pair.client.sink.messages[i] as string).equals(Buffer.from(data as string))).toBe(true);
    });
  });

  test("our own compressor starts afresh after it", () => {
    const deflate = agreement();
    const server = makeEnd("server", { deflate });
    const client = makeEnd("client", { deflate: mirrored(deflate) });

    for (const step of [1, 2, 3]) {
      if (step === 2) server.engine.sendPrepared(new PreparedMessage("something else", server.platform));
      else server.engine.send(TEXT);
    }
    const frames = framesOf(server);
    server.engine.send(TEXT);

    expect(toHex(frames[2]!.payload)).toBe(toHex(frames[0]!.payload));
    carry(server, client);
  });

  test("what is sent uncompressed is in nobody's window", async () => {
    const deflate = agreement({ threshold: 20 });
    const server = makeEnd("server", { deflate });
    const client = makeEnd("client", { deflate: mirrored(deflate) });

    server.engine.send(TEXT);
    server.engine.sendPrepared(new PreparedMessage("below", server.platform));
    server.engine.sendPrepared(new PreparedMessage(TEXT, server.platform), { compress: false });
    server.engine.send("below, too");
    server.engine.send(TEXT);
    await feed(
      client.engine,
      server.engine.take().map((piece) => piece.slice()),
    );

    expect(client.sink.messages).toEqual([TEXT, "below", TEXT, "below, too", TEXT]);
  });
});

test("in the order of the calls, among messages, fragments and the Close frame", async () => {
  const pair = new Pair({ deflate: agreement() });
  const { engine, platform } = pair.server;
  const large = new PreparedMessage(LARGE, platform);

  engine.send("one");
  engine.sendPrepared(large);
  engine.send("two");
  engine.sendFragment("th", false);
  engine.sendFragment("ree", true);
  engine.sendPrepared(large);
  engine.sendPrepared(new PreparedMessage("four", platform));
  engine.close(1000);
  await pair.run();

  const heard = pair.client.sink.messages.map((data) => (typeof data === "string" ? data : data.length));
  expect(heard).toEqual(["one", 200_000, "two", "three", 200_000, "four"]);
  expect(pair.client.sink.events.at(-1)).toMatchObject({ type: "close", code: 1000 });
});
