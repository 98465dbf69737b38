/** Frames and messages through the engine (RFC 6455, 5.4 to 5.7, 6 and 8.1): whole, byte by byte, and cut at every place. */

import { constants, deflateRawSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import type { Role } from "../../src/protocol/frame-header.ts";
import { agreement } from "../support/agreements.ts";
import { bytewise, feed, line, settled, split, stateOf, takeBytes } from "../support/feed.ts";
import { frame } from "../support/frames.ts";
import { hex, join } from "../support/hex.ts";
import { makeEnd } from "../support/pair.ts";

/** What this role hears, and whether that is the same however the bytes arrive. */
async function hear(role: Role, bytes: Uint8Array, options: Parameters<typeof makeEnd>[1] = {}) {
  const arrivals = [bytewise(bytes), ...Array.from(bytes, (_, cut) => split(bytes, [cut]))];
  const whole = makeEnd(role, options);
  await feed(whole.engine, [bytes.slice()]);
  const events = whole.sink.events.map(line);
  for (const chunks of arrivals) {
    const end = makeEnd(role, options);
    await feed(end.engine, chunks);
    expect(end.sink.events.map(line)).toEqual(events);
  }
  return whole.sink.events;
}

describe("5.7, the examples", () => {
  test.each([
    ["an unmasked text message in one frame", "client", "8105 48656c6c6f"],
    ["a masked one", "server", "8185 37fa213d 7f9f4d5158"],
    ["a fragmented one", "client", "0103 48656c 8002 6c6f"],
  ] as const)("%s: Hello", async (_name, role, bytes) => {
    expect(await hear(role, hex(bytes))).toEqual([{ type: "message", data: "Hello" }]);
  });

  test("a ping and its masked answer", async () => {
    expect(await hear("client", hex("8905 48656c6c6f"))).toEqual(
      [{ type: "ping", payload: Buffer.from("Hello") }].map(plain),
    );
    expect(await hear("server", hex("8a85 37fa213d 7f9f4d5158"))).toMatchObject([{ type: "pong" }]);
  });

  test.each([
    ["256 bytes in 16 bits", 256, "827e 0100"],
    ["64 KiB in 64 bits", 65_536, "827f 0000000000010000"],
  ])("%s", async (_name, size, header) => {
    const { engine, sink } = makeEnd("client");

    engine.receive(Uint8Array.from([...hex(header), ...new Uint8Array(size).fill(7)]));

    expect(sink.messages).toEqual([new Uint8Array(size).fill(7)]);
  });
});

function plain({ type, payload }: { type: string; payload: Uint8Array }) {
  return { type, payload: new Uint8Array(payload) };
}

describe("5.4, fragments", () => {
  test.each([
    ["two", "0101 61 8001 62", [{ type: "message", data: "ab" }]],
    ["an empty one first, in between, and last", "0100 0000 0001 61 0000 8000", [{ type: "message", data: "a" }]],
    ["of bytes", "0201 01 8001 02", [{ type: "message", data: hex("0102") }]],
    [
      "with control frames in between, which come at once",
      "0101 61 8900 0001 62 8a01 78 8001 63",
      [
        { type: "ping", payload: hex("") },
        { type: "pong", payload: hex("78") },
        { type: "message", data: "abc" },
      ],
    ],
    [
      "with a Close in between, which ends it unfinished",
      "0101 61 8800 8001 62",
      [{ type: "close", code: 1005, reason: "", wasClean: true }],
    ],
  ])("%s", async (_name, bytes, events) => {
    expect(await hear("client", hex(bytes))).toEqual(events);
  });

  test.each([
    ["a continuation of nothing", "8001 61", "CONTINUATION_UNEXPECTED"],
    ["a continuation of nothing, without FIN", "0001 61", "CONTINUATION_UNEXPECTED"],
    ["a continuation behind a finished message", "8101 61 8001 62", "CONTINUATION_UNEXPECTED"],
    ["a new message inside another", "0101 61 8101 62", "MESSAGE_INTERRUPTED"],
    ["a new fragmented one, of the other kind", "0101 61 0201 62", "MESSAGE_INTERRUPTED"],
  ])("%s fails with 1002", async (_name, bytes, error) => {
    const events = await hear("client", hex(bytes));

    expect(events.at(-1)).toEqual({ type: "close", code: 1002, reason: "", wasClean: false, error });
  });

  test("after a finished message all begins anew", async () => {
    const bytes = hex("0101 61 8001 62  8101 63  0201 01 8001 02  8100");

    const events = await hear("client", bytes);

    expect(events.map((event) => (event.type === "message" ? event.data : event))).toEqual([
      "ab",
      "c",
      hex("0102"),
      "",
    ]);
  });
});

describe("8.1, UTF-8 across frames and fragments", () => {
  test("a character may be cut by a fragment", async () => {
    expect(await hear("client", hex("0102 e282 8001 ac"))).toEqual([{ type: "message", data: "€" }]);
  });

  test.each([
    ["in a whole frame", "8103 61ff62"],
    ["at the end of the message", "8102 61e2"],
    ["at the end of the last fragment", "0101 e2 8000"],
    ["where a fragment goes on wrongly", "0101 e2 8001 28"],
  ])("what is none fails with 1007: %s", async (_name, bytes) => {
    const events = await hear("client", hex(bytes));

    expect(events).toEqual([{ type: "close", code: 1007, reason: "", wasClean: false, error: "INVALID_UTF8" }]);
  });

  test("it fails with the first impossible byte, in the middle of a frame, before the rest has come", () => {
    for (const cut of [1, 2, 3, 5]) {
      const { engine, sink } = makeEnd("client");
      // A frame of 100 bytes; of "€" only the lead, then what can't follow.
      engine.receive(hex("8164 6162"));
      engine.receive(new Uint8Array(cut).fill(0x61));
      expect(engine.receive(hex("e282"))).toBe("more");
      expect(engine.receive(hex("28"))).toBe("ended");
      expect(sink.events).toMatchObject([{ type: "close", code: 1007 }]);
    }
  });

  test("bytes may be anything", async () => {
    expect(await hear("client", hex("8202 ff80"))).toEqual([{ type: "message", data: hex("ff80") }]);
  });
});

describe("RFC 7692, 6: compressed messages", () => {
  const deflate = agreement();

  test.each([
    ["in one frame", "c107 f248cdc9c90700"],
    ["7.2.3.1, in two fragments", "4103 f248cd 8004 c9c90700"],
    ["with an empty last fragment", "4107 f248cdc9c90700 8000"],
    ["with a ping in between", "4103 f248cd 8900 8004 c9c90700"],
  ])("%s", async (_name, bytes) => {
    const events = await hear("client", hex(bytes), { deflate });

    expect(events.filter(({ type }) => type === "message")).toEqual([{ type: "message", data: "Hello" }]);
  });

  test("compressed messages and others may alternate", async () => {
    const bytes = hex("c107 f248cdc9c90700  8101 61  c105 f200110000  8200  c101 00");

    const events = await hear("client", bytes, { deflate });

    expect(events.map((event) => (event.type === "message" ? event.data : event))).toEqual([
      "Hello",
      "a",
      "Hello",
      hex(""),
      "",
    ]);
  });

  test.each([
    ["no DEFLATE", "c103 ffffff", "DEFLATE_CORRUPT"],
    ["no UTF-8 when inflated", "c103 fa0700", "INVALID_UTF8"],
    ["RSV1 on a continuation", "4103 f248cd c004 c9c90700", "RSV_UNEXPECTED"],
  ])("%s", async (_name, bytes, error) => {
    const events = await hear("client", hex(bytes), { deflate });

    expect(events).toMatchObject([{ type: "close", error }]);
  });

  test("large ones are inflated off the event loop, and small ones behind them wait", async () => {
    const sender = makeEnd("server", { deflate });
    const large = new Uint8Array(700_000).map((_, at) => (at * at) >> 7);
    const { engine, sink } = makeEnd("client", { deflate });
    sender.engine.send("before");
    sender.engine.send(large);
    sender.engine.send("behind");
    sender.engine.ping(hex("01"));
    sender.engine.send(large);
    sender.engine.send("last");
    await settled(sender.engine);

    let ready = 0;
    sink.ready = () => ready++;
    const bytes = takeBytes(sender.engine);
    const state = engine.receive(bytes);

    expect(state).toBe("suspended");
    // The ping overtook, when the first large message was being compressed.
    expect(sink.events.map(({ type }) => type)).toEqual(["message", "ping"]);
    await settled(engine);
    expect(sink.messages.map((data) => (typeof data === "string" ? data : data.length))).toEqual([
      "before",
      700_000,
      "behind",
      700_000,
      "last",
    ]);
    expect(Buffer.from(sink.messages[1] as Uint8Array).equals(large)).toBe(true);
    expect(ready).toBe(1);
    expect(stateOf(engine)).toBe("more");
  });
});

test("a large compressed message that is wrong fails at the same place, however it is cut", async () => {
  // Stored blocks: the payload is about as long as the text, and what is wrong is near its end.
  const text = new Uint8Array(108_000).fill(0x61);
  text[100_000] = 0xff;
  const payload = deflateRawSync(text, { level: 0, finishFlush: constants.Z_SYNC_FLUSH });
  const bytes = join(frame({ opcode: 1, rsv: 4, fin: false, payload }), hex("8900 8000"));

  const heard = [[], [65_536], [65_600, 65_700], [70_000], [107_000], [10_000, 80_000]].map(async (cuts) => {
    const { engine, sink } = makeEnd("client", { deflate: agreement() });
    await feed(engine, split(bytes, cuts));
    return sink.events.map(line);
  });

  const [whole, ...pieces] = await Promise.all(heard);
  expect(pieces).toEqual(pieces.map(() => whole));
});

test.each([10, 100_000, 599_999])("nor does it pass when only its byte %i of 600 000 is wrong", async (at) => {
  const text = new Uint8Array(600_000).fill(0x61);
  text[at] = 0xff;
  const payload = deflateRawSync(text, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4);

  for (const inParts of [false, true]) {
    const { engine, sink } = makeEnd("client", { deflate: agreement() });
    engine.inParts = inParts;
    await feed(engine, [join(frame({ opcode: 1, rsv: 4, payload }), hex("8101 61"))]);

    expect(sink.events.at(-1)).toMatchObject({ type: "close", code: 1007, error: "INVALID_UTF8" });
    const given = sink.events.flatMap((event) => (event.type === "part" ? [event.data.length] : []));
    expect(given.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(at);
    expect(sink.messages).toEqual([]);
  }
});

test.each([
  ["in one frame", "8200"],
  ["in fragments", "0200 8000"],
  ["compressed", "c201 00"],
  ["compressed, of no octets", "c200"],
])("an empty message whose memory was given away (to a worker) harms nobody: %s", async (_name, bytes) => {
  const one = makeEnd("client", { deflate: agreement() });
  one.engine.receive(hex(bytes));
  const { buffer } = one.sink.messages[0] as Uint8Array<ArrayBuffer>;
  structuredClone(buffer, { transfer: [buffer] });

  const all = hex("0201 01 8001 02  8200  0200 8000  0101 61 8001 62  c201 00  c200  4103 f248cd 8004 c9c90700");
  const events = await hear("client", all, { deflate: agreement() });

  expect(events).toHaveLength(7);
});
