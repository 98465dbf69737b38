/** UTF-8 checked as it arrives (RFC 3629, as RFC 6455, 8.1 wants it), against a plain decoder written from table 3-7. */

import { describe, expect, test } from "vitest";
import { nodeTextCodec } from "../../src/protocol/node/index.ts";
import { webTextCodec } from "../../src/protocol/platform.ts";
import { lastBoundary, Utf8Check } from "../../src/protocol/utf8.ts";
import { hex, join, toHex } from "../support/hex.ts";

/** Table 3-7 of the Unicode Standard, line by line: the ranges of the bytes of well-formed sequences. */
const TABLE = [
  ["00-7f"],
  ["c2-df", "80-bf"],
  ["e0-e0", "a0-bf", "80-bf"],
  ["e1-ec", "80-bf", "80-bf"],
  ["ed-ed", "80-9f", "80-bf"],
  ["ee-ef", "80-bf", "80-bf"],
  ["f0-f0", "90-bf", "80-bf", "80-bf"],
  ["f1-f3", "80-bf", "80-bf", "80-bf"],
  ["f4-f4", "80-8f", "80-bf", "80-bf"],
].map((line) => line.map((range) => range.split("-").map((byte) => Number.parseInt(byte, 16)) as [number, number]));

/** How many bytes may still belong to a text, and whether it is complete after the last one. */
function read(bytes: Uint8Array): { possible: number; complete: boolean } {
  let lines = TABLE;
  let depth = 0;
  for (let at = 0; at < bytes.length; at++) {
    lines = lines.filter((line) => bytes[at]! >= line[depth]![0] && bytes[at]! <= line[depth]![1]);
    if (lines.length === 0) return { possible: at, complete: false };
    depth++;
    if (lines[0]!.length === depth) {
      lines = TABLE;
      depth = 0;
    }
  }
  return { possible: bytes.length, complete: depth === 0 };
}

/** How many bytes the check took, fed one by one. */
function bytewise(bytes: Uint8Array): { possible: number; complete: boolean } {
  const check = new Utf8Check();
  for (let at = 0; at < bytes.length; at++) {
    if (!check.push(bytes, at, at + 1, nodeTextCodec)) return { possible: at, complete: false };
  }
  return { possible: bytes.length, complete: check.complete };
}

/** Where the check disagrees with the plain decoder: fed byte by byte, and cut once at every place. */
function disagreements(bytes: Uint8Array): string[] {
  const expected = read(bytes);
  const wrong = JSON.stringify(bytewise(bytes)) === JSON.stringify(expected) ? [] : [`${toHex(bytes)} bytewise`];
  for (let cut = 0; cut <= bytes.length; cut++) {
    const check = new Utf8Check();
    const first = check.push(bytes, 0, cut, nodeTextCodec);
    const good = first && check.push(bytes, cut, bytes.length, nodeTextCodec);
    // The first half alone must fail already, if the impossible byte is in it.
    if (first !== cut <= expected.possible) wrong.push(`${toHex(bytes)} cut at ${cut}, first half`);
    if (good !== (expected.possible === bytes.length)) wrong.push(`${toHex(bytes)} cut at ${cut}`);
    if (good && check.complete !== expected.complete) wrong.push(`${toHex(bytes)} cut at ${cut}, complete`);
  }
  return wrong;
}

describe("table 3-7", () => {
  const edges = [...new Set(TABLE.flat(2).flatMap((byte) => [byte - 1, byte, byte + 1]))].filter(
    (byte) => byte >= 0 && byte <= 255,
  );

  test("every one of all sequences of one and two bytes", () => {
    const wrong: string[] = [];
    for (let first = 0; first < 256; first++) {
      wrong.push(...disagreements(Uint8Array.of(first)));
      for (let second = 0; second < 256; second++) wrong.push(...disagreements(Uint8Array.of(first, second)));
    }
    expect(wrong).toEqual([]);
  });

  test("sequences of three and four bytes at every edge of the table", () => {
    const leads = edges.filter((byte) => byte >= 0xc0);
    const rest = [0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xff];
    const wrong: string[] = [];
    for (const lead of leads) {
      for (const second of rest) {
        for (const third of rest) {
          wrong.push(...disagreements(Uint8Array.of(lead, second, third)));
          for (const fourth of rest) wrong.push(...disagreements(Uint8Array.of(lead, second, third, fourth)));
        }
      }
    }
    expect(wrong).toEqual([]);
  });

  test("every character there is", () => {
    const wrong: number[] = [];
    const bytes = new Uint8Array(4);
    for (let point = 0; point <= 0x10ffff; point++) {
      if (point === 0xd800) point = 0xe000;
      const size = nodeTextCodec.write(String.fromCodePoint(point), bytes, 0);
      const check = new Utf8Check();
      for (let at = 0; at < size; at++) if (!check.push(bytes, at, at + 1, nodeTextCodec)) wrong.push(point);
      if (!check.complete) wrong.push(point);
    }
    expect(wrong).toEqual([]);
  });
});

describe("RFC 3629: what is no UTF-8", () => {
  test.each([
    ["c0", 0, "an overlong lead"],
    ["c1 bf", 0, "an overlong lead"],
    ["e0 9f", 1, "three bytes for what two can say"],
    ["f0 8f", 1, "four bytes for what three can say"],
    ["ed a0", 1, "a surrogate, U+D800"],
    ["ed bf", 1, "a surrogate, U+DFFF"],
    ["f4 90", 1, "beyond U+10FFFF"],
    ["f5", 0, "a lead of nothing"],
    ["ff", 0, "no byte of UTF-8"],
    ["80", 0, "a continuation of nothing"],
    ["c3 28", 1, "a lead without its continuation"],
    ["e2 82 28", 2, "a lead with one continuation too few"],
    ["f0 9f 98 28", 3, "the same with three"],
    ["ce ba e1 bd b9 cf 83 ce bc ce b5 f4 90 80 80 65", 12, "Autobahn 6.4.1"],
  ])("%s fails at byte %i: %s", (bytes, at) => {
    const text = join(new Uint8Array(100).fill(0x61), hex(bytes), new Uint8Array(100).fill(0x61));

    expect(bytewise(hex(bytes))).toEqual({ possible: at, complete: false });
    expect(bytewise(text)).toEqual({ possible: 100 + at, complete: false });
    expect(disagreements(text)).toEqual([]);
  });
});

test("a text is complete only between characters", () => {
  const bytes = hex("24 c2a3 e282ac f09f9880"); // $ £ € 😀
  const check = new Utf8Check();

  const complete = Array.from(bytes, (_, at) => check.push(bytes, at, at + 1, nodeTextCodec) && check.complete);

  expect(complete).toEqual([true, false, true, false, false, true, false, false, false, true]);
});

test("an empty piece changes nothing", () => {
  const check = new Utf8Check();
  check.push(hex("e2"), 0, 1, webTextCodec);

  expect(check.push(hex("ff"), 1, 1, webTextCodec)).toBe(true);
  expect(check.complete).toBe(false);
  expect(check.push(hex("82ac"), 0, 2, webTextCodec)).toBe(true);
  expect(check.complete).toBe(true);
});

describe("lastBoundary", () => {
  test.each([
    ["", 0],
    ["61", 1],
    ["61 c3", 1],
    ["61 c3a9", 3],
    ["61 e2", 1],
    ["61 e282", 1],
    ["61 e282ac", 4],
    ["61 f0", 1],
    ["61 f09f", 1],
    ["61 f09f98", 1],
    ["61 f09f9880", 5],
  ])("of %s is %i", (bytes, boundary) => {
    expect(lastBoundary(hex(bytes), 0, hex(bytes).length)).toBe(boundary);
  });

  test("never looks in front of `from`", () => {
    expect(lastBoundary(hex("e282"), 1, 2)).toBe(2);
  });
});
