/** What processes send each other: its bytes, and what becomes of bytes that are something else. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { nodePlatform } from "../../../src/protocol/node/platform.ts";
import { webTextCodec } from "../../../src/protocol/platform.ts";
import type { Envelope, MessageEnvelope } from "../../../src/rooms/cluster/envelope.ts";
import { decodeEnvelope, encodeEnvelope, sessionOf, stampSession } from "../../../src/rooms/cluster/envelope.ts";

const codec = nodePlatform.text;

const MESSAGE: MessageEnvelope = {
  type: "message",
  from: "p1",
  several: undefined,
  exceptTopics: [],
  data: "hello",
  key: undefined,
};

/** As a cluster encodes it: the payload comes from who prepared the message. */
function encode(envelope: Envelope): Uint8Array {
  if (envelope.type !== "message") return encodeEnvelope(envelope, codec);
  const { data } = envelope;
  return encodeEnvelope(envelope, codec, typeof data === "string" ? codec.encode(data) : data);
}

/** Version, kind, head and payload; not stamped. */
function bytesOf(version: number, kind: number, head: string, payload: readonly number[] = []): Uint8Array {
  const text = Buffer.from(head);
  const size = Buffer.alloc(8);
  size.writeUInt32BE(text.length);
  return new Uint8Array(Buffer.concat([Buffer.of(version, kind), size, text, Buffer.from(payload)]));
}

const name = fc.oneof(fc.string(), fc.string({ unit: "binary" }), fc.constantFrom("\ud800", "__proto__", "\0", "*"));
const text = fc.string({ unit: "grapheme" });
const addressed = {
  from: name,
  several: fc.option(fc.record({ topics: fc.array(name), number: fc.maxSafeNat() }), { nil: undefined }),
  exceptTopics: fc.array(name),
};
const envelope: fc.Arbitrary<Envelope> = fc.oneof(
  fc.record({
    type: fc.constant("message" as const),
    ...addressed,
    data: fc.oneof(text, fc.uint8Array({ maxLength: 300 })),
    key: fc.option(name, { nil: undefined }),
  }),
  fc.record({ type: fc.constant("close" as const), ...addressed, code: fc.nat(5000), reason: name }),
  fc.record({
    type: fc.constant("presence" as const),
    from: name,
    change: fc.constantFrom("join" as const, "leave" as const, "all" as const),
    members: fc.dictionary(fc.oneof(fc.uuid(), name), name, { noNullPrototype: true }),
  }),
);

describe("an envelope", () => {
  test("comes back as it was, read by any codec", () => {
    fc.assert(
      fc.property(envelope, (sent) => {
        const bytes = encode(sent);
        expect(decodeEnvelope(bytes, codec)).toEqual(sent);
        expect(decodeEnvelope(bytes, webTextCodec)).toEqual(sent);
      }),
      { numRuns: 500 },
    );
  });

  test("is a version, a kind, the length of its head, the session, the head, and the payload", () => {
    expect(encode(MESSAGE)).toEqual(bytesOf(1, 0, '{"f":"p1"}', [...Buffer.from("hello")]));
    expect(encode({ ...MESSAGE, data: Uint8Array.of(7), key: "k", exceptTopics: ["r:b"] })).toEqual(
      bytesOf(1, 1, '{"f":"p1","e":["r:b"],"k":"k"}', [7]),
    );
    expect(
      encode({
        type: "close",
        from: "p1",
        several: { topics: ["r:a", "r:b"], number: 3 },
        exceptTopics: [],
        code: 4000,
        reason: "x",
      }),
    ).toEqual(bytesOf(1, 2, '{"f":"p1","t":["r:a","r:b"],"n":3,"c":4000,"r":"x"}'));
    expect(encode({ type: "presence", from: "p1", change: "join", members: { m1: "{}" } })).toEqual(
      bytesOf(1, 3, '{"f":"p1","p":"join","m":{"m1":"{}"}}'),
    );
  });

  test("is read out of the middle of a buffer, and its bytes are copied", () => {
    const bytes = encode({ ...MESSAGE, data: Uint8Array.of(1, 2, 3) });
    const buffer = new Uint8Array(bytes.length + 20).fill(0xee);
    buffer.set(bytes, 10);

    const read = decodeEnvelope(buffer.subarray(10, 10 + bytes.length), codec) as MessageEnvelope;
    buffer.fill(0);

    expect(read.data).toEqual(Uint8Array.of(1, 2, 3));
    expect((read.data as Uint8Array).buffer.byteLength).toBe(3);
  });

  test("is stamped with the session of its sender, and else stays as it was, also in the middle of a buffer", () => {
    const bytes = encode(MESSAGE);
    const copy = new Uint8Array(bytes.length + 7);
    copy.set(bytes, 7);
    const stamped = copy.subarray(7);
    expect(sessionOf(stamped)).toBe(0);

    for (const session of [1, 300, 2 ** 32 - 1]) {
      stampSession(stamped, session);
      expect(sessionOf(stamped)).toBe(session);
      expect(decodeEnvelope(stamped, codec)).toEqual(MESSAGE);
    }
    expect(copy.subarray(0, 7)).toEqual(new Uint8Array(7));
  });

  test("of a Buffer gives plain bytes", () => {
    const { data } = decodeEnvelope(
      Buffer.from(encode({ ...MESSAGE, data: Uint8Array.of(1) })),
      codec,
    ) as MessageEnvelope;

    expect(Buffer.isBuffer(data)).toBe(false);
  });

  test("may say more than we know of: that is ignored", () => {
    expect(decodeEnvelope(bytesOf(1, 0, '{"f":"p1","new":{"x":1}}', [104, 105]), codec)).toEqual({
      ...MESSAGE,
      data: "hi",
    });
  });

  test("has defaults for what another version may leave out", () => {
    expect(decodeEnvelope(bytesOf(1, 2, '{"f":"p1"}'), codec)).toEqual({
      type: "close",
      from: "p1",
      several: undefined,
      exceptTopics: [],
      code: 1000,
      reason: "",
    });
    expect(decodeEnvelope(bytesOf(1, 3, '{"f":"p1"}'), codec)).toEqual({
      type: "presence",
      from: "p1",
      change: "all",
      members: {},
    });
    expect(decodeEnvelope(bytesOf(1, 0, '{"f":"p1","t":["r:a"]}'), codec)).toMatchObject({
      several: { topics: ["r:a"], number: 0 },
    });
  });
});

describe("what is no envelope of ours", () => {
  test.each<[string, Uint8Array, string, string]>([
    ["nothing", new Uint8Array(), "unreadable", "it is too short"],
    ["a few bytes", Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0, 0), "unreadable", "it is too short"],
    ["an older version", bytesOf(0, 0, "{}"), "unreadable", "its version is 0"],
    ["a newer version", bytesOf(2, 0, "{}"), "newer", "its version is 2"],
    ["a newer kind", bytesOf(1, 4, '{"f":"p1"}'), "newer", "its kind is 4"],
    ["a head that is cut", bytesOf(1, 0, '{"f":"p1"}').subarray(0, 16), "unreadable", "its head is broken"],
    [
      "a head of four gigabytes",
      Uint8Array.of(1, 0, 255, 255, 255, 255, 0, 0, 0, 0, 123, 125),
      "unreadable",
      "its head is broken",
    ],
    ["a head that is not UTF-8", bytesOf(1, 0, "{}").fill(200, 10), "unreadable", "its head is broken"],
    ["text that is not UTF-8", bytesOf(1, 0, '{"f":"p1"}', [0xff]), "unreadable", "its text is not UTF-8"],
    ["someone else's text", new TextEncoder().encode('{"type":"chat","text":"hi"}'), "newer", "its version is 123"],
  ])("%s is told in words", (_what, bytes, type, why) => {
    expect(decodeEnvelope(bytes, codec)).toEqual({ type, why });
  });

  test.each([
    "",
    "null",
    "5",
    '"p1"',
    "[]",
    "{",
    "{}",
    '{"f":5}',
    '{"f":null}',
    '{"f":"p1","t":"r:a"}',
    '{"f":"p1","t":[5]}',
    '{"f":"p1","t":null}',
    '{"f":"p1","n":1.5}',
    '{"f":"p1","n":"1"}',
    '{"f":"p1","e":{}}',
    '{"f":"p1","e":[null]}',
    '{"f":"p1","k":1}',
    '{"f":"p1","c":"1000"}',
    '{"f":"p1","c":1e99}',
    '{"f":"p1","r":[]}',
    '{"f":"p1","p":"gone"}',
    '{"f":"p1","p":null}',
    '{"f":"p1","m":null}',
    '{"f":"p1","m":5}',
    '{"f":"p1","m":{"m1":5}}',
    '{"f":"p1","m":{"m1":null}}',
  ])("a head that is %s is broken, whatever its kind", (head) => {
    for (const kind of [0, 1, 2, 3, 4]) {
      expect(decodeEnvelope(bytesOf(1, kind, head), codec)).toEqual({ type: "unreadable", why: "its head is broken" });
    }
  });

  test("any bytes give an envelope or a reason", () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 100 }),
      fc
        .tuple(fc.constantFrom(0, 1, 2), fc.nat(5), fc.json(), fc.array(fc.nat(255)))
        .map(([version, kind, head, payload]) => bytesOf(version, kind, head, payload)),
      // What was right before a few of its bytes were changed.
      fc.tuple(envelope, fc.array(fc.tuple(fc.nat(), fc.nat(255)))).map(([sent, changes]) => {
        const encoded = encode(sent);
        for (const [at, byte] of changes) encoded[at % encoded.length] = byte;
        return encoded;
      }),
    );
    fc.assert(
      fc.property(bytes, (given) => {
        const read = decodeEnvelope(given, codec);
        expect(["message", "close", "presence", "newer", "unreadable"]).toContain(read.type);
        expect("why" in read).toBe(read.type === "newer" || read.type === "unreadable");
      }),
      { numRuns: 1_000 },
    );
  });
});
