/** Memory for bytes that arrive: bounded by what came, exact for the user, and nobody else's. */

import { describe, expect, test } from "vitest";
import type { Arrival } from "../../src/protocol/bytes.ts";
import { concat, Gathering, keep } from "../../src/protocol/bytes.ts";
import { maskPlainly, rotateKey } from "../../src/protocol/mask.ts";
import { nodePlatform } from "../../src/protocol/node/index.ts";
import { hex, join, toHex } from "../support/hex.ts";
import { TestPlatform } from "../support/test-platform.ts";

function counted(size: number, start = 0): Uint8Array {
  return new Uint8Array(size).map((_, at) => (start + at) & 255);
}

describe("concat", () => {
  test("joins the pieces", () => {
    expect(concat([hex("01"), hex(""), hex("0203")])).toEqual(hex("010203"));
    expect(concat([])).toEqual(hex(""));
  });

  test("gives the only piece itself", () => {
    const piece = hex("0102");

    expect(concat([piece])).toBe(piece);
  });
});

describe("Gathering", () => {
  const sizes = [0, 1, 3, 255, 256, 257, 1000, 4096, 16_383, 16_384, 16_385, 65_536, 100_000, 200_000];
  const KEY = 0x0badf00d;

  /** Bytes that came, with all that is known of them. */
  function arrival(bytes: Uint8Array, given: Partial<Arrival> = {}): Arrival {
    return { bytes, from: 0, to: bytes.length, key: 0, announced: Number.POSITIVE_INFINITY, ...given };
  }

  test.each(sizes)("gives back what came in pieces of %i, whatever was announced", (size) => {
    const pieces = Array.from({ length: 7 }, (_, i) => counted(size, i));
    for (const announces of [() => 0, (rest: number) => rest, () => 2 ** 53, () => Number.POSITIVE_INFINITY]) {
      const gathering = new Gathering(new TestPlatform());

      pieces.forEach((piece, i) => {
        gathering.add(arrival(piece, { announced: announces((6 - i) * size) }));
      });

      expect(gathering.size).toBe(7 * size);
      const all = gathering.take();
      expect(Buffer.from(all).equals(join(...pieces))).toBe(true);
      expect(all.buffer.byteLength).toBe(7 * size);
      expect(gathering.size).toBe(0);
      expect(gathering.take()).toHaveLength(0);
    }
  });

  test.each(sizes)("unmasks pieces of %i, each with the key that fits its place", (size) => {
    const whole = counted(5 * size);
    for (const announced of [0, 10_000_000]) {
      const gathering = new Gathering(new TestPlatform());
      const masked = whole.slice();
      maskPlainly(masked, 0, masked.length, KEY);

      for (let at = 0; at < masked.length; at += size) {
        const bytes = masked.slice(at, at + size);
        gathering.add(arrival(bytes, { key: rotateKey(KEY, at), announced }));
      }

      expect(Buffer.from(gathering.take()).equals(whole)).toBe(true);
    }
  });

  test("takes only the part that it is told to", () => {
    const gathering = new Gathering(new TestPlatform());
    const chunk = counted(40_000);

    gathering.add(arrival(chunk, { from: 5, to: 10 }));
    gathering.add(arrival(chunk, { from: 10, to: 39_000, announced: 1_000_000 }));
    gathering.add(arrival(chunk, { to: 0 }));
    gathering.add(arrival(chunk, { from: 39_000, to: 39_001 }));

    expect(Buffer.from(gathering.take()).equals(chunk.subarray(5, 39_001))).toBe(true);
  });

  test.each([1, 64, 1000, 20_000, 70_000])("costs a few times what came, in pieces of %i", (size) => {
    for (const announced of [2 ** 40, Number.POSITIVE_INFINITY]) {
      const platform = new TestPlatform();
      const gathering = new Gathering(platform);
      const count = Math.ceil(500_000 / size);

      let worst = 0;
      for (let came = size; came <= count * size; came += size) {
        gathering.add(arrival(new Uint8Array(size), { announced }));
        worst = Math.max(worst, platform.largest / Math.max(came, 256));
      }
      gathering.take();

      expect(worst, `at once, ${announced} announced`).toBeLessThanOrEqual(4);
      expect(platform.allocated, `${announced} announced`).toBeLessThanOrEqual(7 * count * size);
    }
  });

  test("asks for no more than was announced", () => {
    const platform = new TestPlatform();
    const gathering = new Gathering(platform);

    gathering.add(arrival(new Uint8Array(1000), { announced: 500 }));
    gathering.add(arrival(new Uint8Array(500), { announced: 0 }));

    expect(gathering.take().buffer.byteLength).toBe(1500);
    expect(platform.allocated).toBe(1500);
  });

  test("a small piece never holds the large chunk that it came in", () => {
    const gathering = new Gathering(new TestPlatform());
    const chunk = counted(65_536);

    gathering.add(arrival(chunk, { to: 20_000, announced: 10_000_000 }));
    chunk.fill(0xff);

    expect(Buffer.from(gathering.take()).equals(counted(20_000))).toBe(true);
  });

  test("keepFrom forgets the start, and goes on", () => {
    const gathering = new Gathering(new TestPlatform());
    gathering.add(arrival(hex("01020304")));

    gathering.keepFrom(3);
    gathering.add(arrival(hex("05")));

    expect(gathering.size).toBe(2);
    expect(toHex(gathering.bytes.subarray(0, 2))).toBe("0405");
    gathering.keepFrom(2);
    expect(gathering.take()).toHaveLength(0);
  });
});

describe("keep", () => {
  const sizes = [0, 1, 5, 63, 64, 65, 100, 127, 128, 129, 1000, 1025, 4095, 4096, 4097, 10_000, 65_536, 200_000];

  test.each(sizes)("gives exactly the %i bytes, out of the middle of a chunk", (size) => {
    for (const from of [0, 1, 4, 7]) {
      const chunk = join(new Uint8Array(from), counted(size), counted(300));

      const kept = keep(chunk, from, from + size, new TestPlatform());
      chunk.fill(0xff);

      expect(Buffer.from(kept).equals(counted(size))).toBe(true);
      expect(Object.getPrototypeOf(kept)).toBe(Uint8Array.prototype);
    }
  });

  test.each(sizes)("never keeps more than sixteen times the %i bytes alive", (size) => {
    for (const around of [0, 1, 14, 200, 65_536, 1_000_000]) {
      const chunk = Buffer.alloc(around + size);

      const kept = keep(chunk, around, around + size, nodePlatform);

      expect(kept).toHaveLength(size);
      expect(Object.getPrototypeOf(kept)).toBe(Uint8Array.prototype);
      expect(kept.buffer.byteLength).toBeLessThanOrEqual(16 * size);
    }
  });

  test("two messages never share a byte", () => {
    const platform = new TestPlatform();
    const chunk = counted(5000);
    const kept = Array.from({ length: 60 }, (_, i) => keep(chunk, i, i + 61 + i * 3, platform));

    for (const message of kept) message.fill(0xff);
    const again = Array.from({ length: 60 }, (_, i) => keep(chunk, i, i + 61 + i * 3, platform));
    for (const message of kept) message.fill(0xee);

    again.forEach((message, i) => {
      expect(toHex(message)).toBe(toHex(counted(61 + i * 3, i)));
    });
  });

  test("any typed array can be laid over a message that shares its buffer", () => {
    const kept = Array.from({ length: 10 }, () => keep(counted(300), 0, 101, new TestPlatform()));

    expect(kept.map(({ byteOffset }) => byteOffset % 8)).toEqual(new Array(10).fill(0));
  });

  test("the chunk itself is the buffer of a message that is most of it, with nothing behind it", () => {
    const chunk = counted(10_004);

    const kept = keep(chunk, 4, 10_004, new TestPlatform());

    expect(kept.buffer).toBe(chunk.buffer);
    expect(toHex(kept)).toBe(toHex(counted(10_000, 4)));
  });

  test("a message whose memory is given away (to a worker) takes no other message with it", () => {
    const [mine, other] = [1, 2].map((byte) => keep(new Uint8Array(300).fill(byte), 0, 100, nodePlatform));

    try {
      structuredClone(mine!.buffer, { transfer: [mine!.buffer as ArrayBuffer] });
    } catch {
      // Memory that others lie in may refuse to be given away, as Node's own pool does.
    }

    expect(other).toEqual(new Uint8Array(100).fill(2));
    expect(keep(new Uint8Array(300).fill(3), 0, 100, nodePlatform)).toEqual(new Uint8Array(100).fill(3));
  });
});
