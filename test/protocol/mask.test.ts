/** Masking (RFC 6455, 5.3): the fast ways against the plain one, on every length and alignment. */

import { afterEach, describe, expect, test, vi } from "vitest";
import { copyMasked, mask, maskPlainly, rotateKey } from "../../src/protocol/mask.ts";
import { hex, toHex } from "../support/hex.ts";

const KEY = 0x8badf00d | 0;
/** Around the places where another way of masking, another block or another word begins. */
const LARGE = [511, 1023, 1024, 1025, 2047, 2048, 2049, 4096, 65_535, 65_536, 65_537, 131_072 + 3, 200_001];
const OFFSETS = Array.from({ length: 18 }, (_, offset) => offset);

/** RFC 6455, 5.3, as it is written: octet i XOR octet i modulo 4 of the key. */
function byTheBook(bytes: Uint8Array, key: number): Uint8Array {
  const octets = [key & 255, (key >>> 8) & 255, (key >>> 16) & 255, key >>> 24];
  return bytes.map((byte, i) => byte ^ octets[i % 4]!);
}

function sample(size: number): Uint8Array {
  return new Uint8Array(size).map((_, at) => (at * 31 + (at >> 8)) & 255);
}

/** Masks a part of a larger buffer; gives the part, and whether everything around it stayed as it was. */
function maskInside(size: number, offset: number, key: number, how: typeof mask) {
  const memory = new Uint8Array(offset + size + 40).fill(0x5a);
  memory.set(sample(size), offset + 16);
  const view = memory.subarray(8);
  how(view, offset + 8, offset + 8 + size, key);
  const around = [...memory.subarray(0, offset + 16), ...memory.subarray(offset + 16 + size)];
  return { part: memory.slice(offset + 16, offset + 16 + size), intact: around.every((byte) => byte === 0x5a) };
}

test("5.7: the RFC's own example, a masked Hello", () => {
  const bytes = hex("7f 9f 4d 51 58");

  mask(bytes, 0, 5, new DataView(hex("37 fa 21 3d").buffer).getInt32(0, true));

  expect(Buffer.from(bytes).toString()).toBe("Hello");
});

describe.each([
  ["mask", mask],
  ["maskPlainly", maskPlainly],
])("%s", (_name, how) => {
  test.each(OFFSETS)("does as the RFC says on every length up to 300, %i bytes into a buffer", (offset) => {
    for (let size = 0; size <= 300; size++) {
      const { part, intact } = maskInside(size, offset, KEY, how);
      if (toHex(part) !== toHex(byTheBook(sample(size), KEY)) || !intact) expect.fail(`length ${size}`);
    }
    expect(how.length).toBe(4);
  });

  test.each(LARGE)("does as the RFC says on %i bytes, at every alignment", (size) => {
    const expected = Buffer.from(byTheBook(sample(size), KEY));

    const wrong = OFFSETS.filter((offset) => {
      const { part, intact } = maskInside(size, offset, KEY, how);
      return !expected.equals(part) || !intact;
    });

    expect(wrong).toEqual([]);
  });
});

test("many pieces of one chunk, one after the other and none twice", () => {
  const memory = new Uint8Array(10_000);
  const chunk = memory.subarray(3);
  let at = 0;

  for (let size = 0; size < 130; size++) {
    mask(chunk, at, at + size, KEY);
    at += size;
  }

  let from = 0;
  for (let size = 0; size < 130; size++) {
    expect(toHex(chunk.slice(from, from + size))).toBe(toHex(byTheBook(new Uint8Array(size), KEY)));
    from += size;
  }
  expect(chunk.subarray(at).every((byte) => byte === 0)).toBe(true);
});

test("a key of zero changes nothing, and twice the same key neither", () => {
  const bytes = sample(3000);

  mask(bytes, 0, 3000, 0);
  expect(bytes).toEqual(sample(3000));

  mask(bytes, 1, 2999, KEY);
  mask(bytes, 1, 2999, KEY);
  expect(bytes).toEqual(sample(3000));
});

test("rotateKey: a payload masked in two halves is masked as a whole", () => {
  const whole = byTheBook(sample(50), KEY);

  for (let cut = 0; cut <= 50; cut++) {
    const bytes = sample(50);
    mask(bytes, 0, cut, KEY);
    mask(bytes, cut, 50, rotateKey(KEY, cut));
    expect(bytes).toEqual(whole);
  }
  expect([0, 1, 2, 3, 4].map((count) => rotateKey(0x04030201, count))).toEqual([
    0x04030201, 0x01040302, 0x02010403, 0x03020104, 0x04030201,
  ]);
});

test.each([0, 1, 15, 95, 96, 300, ...LARGE])(
  "copyMasked writes %i bytes as mask does, and leaves the source",
  (size) => {
    for (const at of [0, 1, 2, 3, 7, 14]) {
      for (const key of [KEY, 0]) {
        const source = sample(size);
        const target = new Uint8Array(at + size + 9).fill(0x5a);

        copyMasked(source, target, at, key);

        expect(Buffer.from(byTheBook(sample(size), key)).equals(target.subarray(at, at + size))).toBe(true);
        expect(Buffer.from(sample(size)).equals(source)).toBe(true);
        expect(toHex(target.subarray(0, at)) + toHex(target.subarray(at + size))).toBe("5a".repeat(at + 9));
      }
    }
  },
);

describe("where WebAssembly is forbidden", () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.resetModules();
  });

  test("large payloads are masked all the same", async () => {
    vi.resetModules();
    vi.stubGlobal("WebAssembly", undefined);
    const { mask: maskAlone, copyMasked: copyAlone } = await import("../../src/protocol/mask.ts");
    const { maskSimd } = await import("../../src/protocol/mask-simd.ts");

    expect(maskSimd(new Uint8Array(64), new Uint8Array(64), 0, KEY)).toBe(false);
    for (const size of LARGE) {
      const bytes = new Uint8Array(size + 1);
      bytes.set(sample(size), 1);
      maskAlone(bytes, 1, size + 1, KEY);
      const copied = new Uint8Array(size + 3);
      copyAlone(sample(size), copied, 3, KEY);

      const expected = Buffer.from(byTheBook(sample(size), KEY));
      expect(expected.equals(bytes.subarray(1))).toBe(true);
      expect(expected.equals(copied.subarray(3))).toBe(true);
    }
  });
});
