/** UTF-8 of the web and of Node: both right, and both the same. Masking keys that are never used twice. */

import { describe, expect, test } from "vitest";
import { nodePlatform, nodeTextCodec } from "../../src/protocol/node/index.ts";
import type { TextCodec } from "../../src/protocol/platform.ts";
import { maskKeysFrom, webPlatform, webTextCodec } from "../../src/protocol/platform.ts";
import { hex, toHex } from "../support/hex.ts";

const UNITS = [
  "a",
  "\u0000",
  "\u007f",
  "\u0080",
  "é",
  "\u07ff",
  "\u0800",
  "€",
  "\uffff",
  "\ufffd",
  "\ufeff",
  "😀",
  "\u{10ffff}",
];
const LONE = ["\ud800", "\udbff", "\udc00", "\udfff"];

/** Around the lengths at which Node's codec goes another way. */
const LENGTHS = [0, 1, 2, 15, 16, 17, 23, 24, 25, 63, 64, 1000, 4094, 4095, 4096, 4097, 10_000];

const texts = [
  ...UNITS,
  ...LONE,
  ...UNITS.flatMap((one) => LONE.map((lone) => one + lone)),
  ...LONE.flatMap((lone) => UNITS.map((one) => lone + one)),
  "\udc00\ud800",
  "\ufeffwith a byte order mark",
  ...LENGTHS.flatMap((length) =>
    [...UNITS, ...LONE].flatMap((unit) => [unit.repeat(length), `${"x".repeat(length)}${unit}`]),
  ),
];

const codecs: [string, TextCodec][] = [
  ["webTextCodec", webTextCodec],
  ["nodeTextCodec", nodeTextCodec],
];

describe.each(codecs)("%s", (_name, codec) => {
  test("encodes as the Encoding Standard says; a lone surrogate becomes U+FFFD", () => {
    const wrong = texts.filter((text) => toHex(codec.encode(text)) !== toHex(new TextEncoder().encode(text)));

    expect(wrong).toEqual([]);
    expect(toHex(codec.encode("\ud800"))).toBe("efbfbd");
  });

  test("writes the same at any place, and nothing around it", () => {
    const wrong = texts.filter((text) => {
      const encoded = codec.encode(text);
      const bytes = new Uint8Array(5 + encoded.length + 3).fill(0x5a);
      const written = codec.write(text, bytes, 5);
      return written !== encoded.length || toHex(bytes) !== `${"5a".repeat(5)}${toHex(encoded)}${"5a".repeat(3)}`;
    });

    expect(wrong).toEqual([]);
  });

  test("writes into one memory after another", () => {
    const [one, two] = [new Uint8Array(40), new Uint8Array(40)];

    codec.write("a text that is longer than sixteen", one, 0);
    codec.write("another text, longer than sixteen", two, 0);
    codec.write("é", one, 36);

    expect(Buffer.from(one.subarray(0, 38)).toString()).toBe("a text that is longer than sixteen\0\0é");
    expect(Buffer.from(two.subarray(0, 33)).toString()).toBe("another text, longer than sixteen");
  });

  test("decodes what it encoded, at any place; a byte order mark stays", () => {
    const wellFormed = texts.filter((text) => Buffer.from(text).toString() === text || text.includes("\ufeff"));
    const wrong = wellFormed.filter((text) => {
      const encoded = codec.encode(text);
      const bytes = new Uint8Array(encoded.length + 6).fill(0xff);
      bytes.set(encoded, 3);
      const [from, to] = [3, 3 + encoded.length];
      const expected = Buffer.from(encoded).toString("utf8");
      return (
        codec.decode(bytes, from, to) !== expected ||
        codec.decodeValid(bytes, from, to) !== expected ||
        !codec.isValid(bytes, from, to)
      );
    });

    expect(wrong).toEqual([]);
    expect(codec.decode(hex("efbbbf61"), 0, 4)).toBe("\ufeffa");
  });

  test("knows a real U+FFFD from one that stands for nonsense", () => {
    expect(codec.decode(hex("efbfbd"), 0, 3)).toBe("\ufffd");
    expect(codec.decode(hex("efbfbd ff"), 0, 4)).toBeNull();
  });

  test.each(LENGTHS)("refuses what is no UTF-8, behind %i good bytes", (length) => {
    for (const nonsense of ["80", "c0af", "c3", "e282", "eda080", "edbfbf", "f09f98", "f4908080", "f8", "ff", "c328"]) {
      for (const behind of [0, 1, 40]) {
        const bytes = Uint8Array.from([
          ...new Uint8Array(length).fill(0x61),
          ...hex(nonsense),
          ...new Uint8Array(behind),
        ]);
        expect(codec.decode(bytes, 0, bytes.length), `${nonsense}, ${behind} behind`).toBeNull();
        expect(codec.isValid(bytes, 0, bytes.length)).toBe(false);
        expect(codec.decode(bytes, 0, length)).toBe("a".repeat(length));
      }
    }
  });
});

test("the two agree on every two bytes, and on every character", () => {
  const wrong: string[] = [];
  const agree = (bytes: Uint8Array) => {
    const [web, node] = codecs.map(([, codec]) => codec.decode(bytes, 0, bytes.length));
    if (web !== node) wrong.push(toHex(bytes));
  };

  for (let pair = 0; pair < 0x10000; pair++) agree(Uint8Array.of(pair >> 8, pair & 255));
  for (let point = 0; point <= 0x10ffff; point += 13) agree(Buffer.from(String.fromCodePoint(point)));

  expect(wrong).toEqual([]);
});

describe("masking keys", () => {
  test("are taken from the source one by one, and asked for by the hundred", () => {
    let fills = 0;
    const key = maskKeysFrom((keys) => {
      keys.forEach((_, i) => {
        keys[i] = fills * keys.length + i;
      });
      fills++;
    });

    const keys = Array.from({ length: 1000 }, key);

    expect(keys).toEqual(Array.from({ length: 1000 }, (_, i) => i));
    expect(fills).toBe(4);
  });

  test.each([
    ["webPlatform", webPlatform],
    ["nodePlatform", nodePlatform],
  ])("%s: 32 bits, and different each time", (_name, platform) => {
    const keys = Array.from({ length: 10_000 }, () => platform.maskKey());

    expect(keys.every((key) => key === (key | 0))).toBe(true);
    expect(new Set(keys).size).toBeGreaterThan(9990);
    // Each bit is set about every other time.
    for (let bit = 0; bit < 32; bit++) {
      expect(Math.abs(keys.filter((key) => (key >>> bit) & 1).length - 5000)).toBeLessThan(400);
    }
  });
});

test.each([
  ["webPlatform", webPlatform],
  ["nodePlatform", nodePlatform],
])("%s gives plain memory of exactly the size, and a clock that never goes back", (_name, platform) => {
  for (const size of [0, 1, 10, 5000, 100_000]) {
    const memory = platform.allocate(size);
    expect(memory).toHaveLength(size);
    expect(memory.buffer.byteLength).toBe(size);
    expect(Object.getPrototypeOf(memory)).toBe(Uint8Array.prototype);
  }
  const first = platform.now();
  expect(platform.now()).toBeGreaterThanOrEqual(first);
});
