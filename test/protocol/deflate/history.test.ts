/** The window of context takeover: the last bytes, no more and no fewer, against a plain array. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { History } from "../../../src/protocol/deflate/history.ts";
import { hex, join } from "../../support/hex.ts";

test("nothing has no dictionary", () => {
  const history = new History(8);

  expect(history.dictionary).toBeUndefined();
  history.add(hex(""));
  expect(history.dictionary).toBeUndefined();
});

test.each([8, 9, 12, 15])("a window of 2^%i bytes holds the end of what came, however it came", (bits) => {
  const window = 2 ** bits;
  for (const size of [1, 7, 100, window - 1, window, window + 1, 2 * window, 5 * window + 3]) {
    const history = new History(bits);
    let all = new Uint8Array(0);
    for (let i = 0; i < 12; i++) {
      const more = new Uint8Array(size).map((_, at) => at * 7 + i);
      history.add(more);
      all = join(all, more).slice(-window) as Uint8Array<ArrayBuffer>;
      expect(Buffer.from(history.dictionary!).equals(all)).toBe(true);
    }
  }
});

test("any pieces give what their end would give", () => {
  const pieces = fc.array(fc.uint8Array({ maxLength: 700 }), { maxLength: 30 });
  fc.assert(
    fc.property(pieces, fc.option(fc.uint8Array({ maxLength: 600 }), { nil: undefined }), (parts, start) => {
      const history = new History(8, start);
      for (const part of parts) history.add(part);
      const expected = join(start ?? hex(""), ...parts).slice(-256);
      expect(history.dictionary ?? hex("")).toEqual(expected);
    }),
  );
});

test("it copies", () => {
  const history = new History(8);
  const bytes = hex("010203");

  history.add(bytes);
  bytes.fill(0);

  expect(history.dictionary).toEqual(hex("010203"));
});

test("cleared, it is as new", () => {
  const history = new History(8, hex("0102"));

  history.clear();

  expect(history.dictionary).toBeUndefined();
  history.add(hex("03"));
  expect(history.dictionary).toEqual(hex("03"));
});

describe("memory", () => {
  test("a short history costs little, a long one two windows", () => {
    const history = new History(15);

    history.add(new Uint8Array(100));
    expect(history.dictionary!.buffer.byteLength).toBeLessThanOrEqual(400);

    for (let i = 0; i < 500; i++) history.add(new Uint8Array(1000));
    expect(history.dictionary!.buffer.byteLength).toBe(65_536);
    expect(history.dictionary).toHaveLength(32_768);
  });
});
