/** What the property tests are made of: data, messages, streams of frames valid and not, and where to cut them. */

import fc from "fast-check";
import type { DeflateAgreement } from "../../src/protocol/deflate/agreement.ts";
import type { Limits } from "../../src/protocol/limits.ts";
import { agreement } from "../support/agreements.ts";
import { frame } from "../support/frames.ts";
import { join } from "../support/hex.ts";
import type { StreamItem } from "./write-stream.ts";

export const role = fc.constantFrom("server" as const, "client" as const);

const windowBits = fc.integer({ min: 8, max: 15 });

/** What was negotiated. */
export const deflate: fc.Arbitrary<DeflateAgreement> = fc
  .record({
    sendWindowBits: windowBits,
    receiveWindowBits: windowBits,
    sendTakeover: fc.boolean(),
    receiveTakeover: fc.boolean(),
    threshold: fc.constantFrom(0, 0, 20, 1024),
    level: fc.integer({ min: 0, max: 9 }),
    memory: fc.integer({ min: 1, max: 9 }),
  })
  .map(agreement);

export const maybeDeflate = fc.option(deflate);

/** Limits that small streams can pass. */
export const limits: fc.Arbitrary<Partial<Limits>> = fc.record(
  {
    messageSize: fc.constantFrom(1, 100, 5000, Number.POSITIVE_INFINITY),
    frameSize: fc.constantFrom(1, 100, 5000),
    fragments: fc.constantFrom(1, 3),
    controlFramesPerSecond: fc.constantFrom(1, 5),
  },
  { requiredKeys: [] },
);

/** Sizes around the places where something changes: length encodings, ways of masking, copying and compressing. */
const edge = fc
  .tuple(fc.constantFrom(64, 96, 125, 512, 1024, 4096, 16_384, 65_536, 70_000), fc.integer({ min: -2, max: 2 }))
  .map(([size, more]) => size + more);

const smallBytes = fc.uint8Array({ maxLength: 40 });

/** Bytes of any size, small ones most of the time; large ones repeat themselves more or less, and so compress. */
export const bytes: fc.Arbitrary<Uint8Array> = fc.oneof(
  { weight: 6, arbitrary: smallBytes },
  {
    weight: 1,
    arbitrary: fc
      .record({ size: edge, period: fc.constantFrom(1, 7, 300, 40_000), seed: fc.nat() })
      .map(({ size, period, seed }) => periodic(size, period, seed)),
  },
);

const character = fc.oneof(
  fc.string({ unit: "binary", minLength: 1, maxLength: 1 }),
  fc.constantFrom(
    "\u0000",
    "\u007f",
    "\u0080",
    "\u07ff",
    "\u0800",
    "\ud7ff",
    "\ue000",
    "\ufeff",
    "\ufffd",
    "\uffff",
    "😀",
  ),
);

const smallText = fc.array(character, { maxLength: 20 }).map((characters) => characters.join(""));

/** Text without lone surrogates: what is sent is what is received. */
export const text: fc.Arbitrary<string> = fc.oneof(
  { weight: 6, arbitrary: smallText },
  {
    weight: 1,
    arbitrary: fc
      .record({ size: edge, part: smallText.filter((part) => part !== "") })
      .map(({ size, part }) => part.repeat(Math.ceil(size / part.length))),
  },
);

export const data: fc.Arbitrary<string | Uint8Array> = fc.oneof(bytes, text);

export const controlPayload = fc.uint8Array({ maxLength: 125, size: "large" });

const control: fc.Arbitrary<StreamItem> = fc.record({
  type: fc.constantFrom("ping" as const, "pong" as const),
  payload: controlPayload,
});

/** Where a payload is cut, in thousandths. */
const cutPlaces = fc.array(fc.nat({ max: 1000 }), { maxLength: 4 });

const message: fc.Arbitrary<StreamItem> = fc.record({
  type: fc.constant("message" as const),
  data,
  cuts: cutPlaces,
  between: fc.array(control, { maxLength: 2 }),
  compress: fc.option(fc.record({ level: fc.integer({ min: 0, max: 9 }), final: fc.boolean() }), { nil: null }),
});

export const closeCode = fc.oneof(
  fc.constantFrom(1000, 1001, 1003, 1007, 1011, 1012, 1014),
  fc.integer({ min: 3000, max: 4999 }),
);

const close: fc.Arbitrary<StreamItem> = fc.record({
  type: fc.constant("close" as const),
  code: fc.option(closeCode, { nil: null }),
  reason: smallText,
});

/** A stream as the RFCs want it. */
export const stream: fc.Arbitrary<StreamItem[]> = fc
  .tuple(fc.array(fc.oneof({ weight: 3, arbitrary: message }, control), { maxLength: 6 }), fc.option(close))
  .map(([items, end]) => (end === null ? items : [...items, end]));

export const maskingKey = fc.oneof(fc.uint8Array({ minLength: 4, maxLength: 4 }), fc.constant(new Uint8Array(4)));

const opcode = fc.oneof({ weight: 8, arbitrary: fc.constantFrom(0, 0, 1, 2, 8, 9, 10) }, fc.nat({ max: 15 }));

/** Frames one by one well-formed or nearly so, in an order that need not make sense. */
export const frameSoup: fc.Arbitrary<Uint8Array> = fc
  .array(
    fc.record({
      fin: fc.boolean(),
      rsv: fc.oneof(
        { weight: 5, arbitrary: fc.constant(0) },
        { weight: 3, arbitrary: fc.constant(4) },
        fc.nat({ max: 7 }),
      ),
      opcode,
      payload: fc.oneof(
        smallBytes,
        smallText.map((string) => new TextEncoder().encode(string)),
        controlPayload,
      ),
      key: fc.option(maskingKey, { nil: undefined }),
      /** Mostly the shortest form. */
      lengthBytes: fc.option(fc.constantFrom(2 as const, 8 as const), { freq: 12, nil: undefined }),
    }),
    { maxLength: 8 },
  )
  .map((frames) => join(...frames.map(frame)));

/** Where a stream is changed: a byte written over, taken out or put in; or the stream cut. */
export const mutations = fc.array(
  fc.record({
    at: fc.nat(),
    kind: fc.constantFrom("set" as const, "flip" as const, "delete" as const, "insert" as const, "cut" as const),
    byte: fc.nat({ max: 255 }),
  }),
  { minLength: 1, maxLength: 3 },
);

/** The bytes with those changes. */
export function mutate(original: Uint8Array, changes: readonly { at: number; kind: string; byte: number }[]) {
  const mutated = [...original];
  for (const { at, kind, byte } of changes) {
    const place = at % (mutated.length + 1);
    if (kind === "set") mutated[place] = byte;
    else if (kind === "flip") mutated[place] = (mutated[place] ?? 0) ^ (1 << (byte & 7));
    else if (kind === "delete") mutated.splice(place, 1);
    else if (kind === "insert") mutated.splice(place, 0, byte);
    else mutated.length = place;
  }
  return Uint8Array.from(mutated);
}

/** How a stream arrives: each byte alone, or cut anywhere; each chunk at some offset in a larger buffer. */
export const arrival = fc.record({
  cuts: fc.oneof(fc.constant("everywhere" as const), fc.array(fc.nat(), { maxLength: 10 })),
  offset: fc.nat({ max: 17 }),
  /** Whether to stop feeding while the engine is suspended. */
  waits: fc.boolean(),
});

function periodic(size: number, period: number, seed: number): Uint8Array {
  const out = new Uint8Array(size);
  let state = seed | 1;
  for (let at = 0; at < size; at++) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    out[at] = at < period ? state >>> 24 : out[at - period]!;
  }
  return out;
}
