/** What the engine relies on in Node's zlib: the contract of `Zlib`, kept by `nodeZlib`. */

import { constants, deflateRawSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { nodeZlib } from "../../../src/protocol/node/index.ts";
import type { DeflateOptions, PushResult, Zlib } from "../../../src/protocol/zlib.ts";
import { hex, join, toHex } from "../../support/hex.ts";
import { plainInflate } from "../../support/plain-inflate.ts";
import { zlibHadItsTurn } from "../../support/zlib-turn.ts";

const OPTIONS: DeflateOptions = { windowBits: 15, level: 6, memory: 8, dictionary: undefined };
const HELLO = Buffer.from("Hello");

/** Repeats itself after `period` bytes, and not before: zlib finds it again if it looks as far back. */
function repeating(period: number, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  let state = period;
  for (let at = 0; at < size; at++) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    bytes[at] = at < period ? state >>> 24 : bytes[at - period]!;
  }
  return bytes;
}

function deflateStream(zlib: Zlib, input: Uint8Array, options: DeflateOptions): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  return new Promise((resolve) => {
    const stream = zlib.openDeflate(options, (bytes) => pieces.push(bytes));
    stream.push(input, () => {
      stream.close();
      resolve(join(...pieces));
    });
  });
}

describe("the test's own plain inflate", () => {
  test.each([0, 1, 6, 9])("agrees with zlib at level %i", (level) => {
    for (const data of [HELLO, repeating(300, 5000), new Uint8Array(10_000), repeating(9000, 9000)]) {
      const { output, final } = plainInflate(deflateRawSync(data, { level }));
      expect(Buffer.from(output).equals(data)).toBe(true);
      expect(final).toBe(true);
    }
  });

  test("sees how far back a match refers", () => {
    expect(plainInflate(deflateRawSync(repeating(777, 2000))).farthest).toBe(777);
    expect(plainInflate(deflateRawSync(repeating(2000, 2000))).farthest).toBeLessThan(2000);
  });
});

describe("deflate", () => {
  test("ends with an empty stored block, and needs no end", () => {
    const output = nodeZlib.deflate(HELLO, OPTIONS);

    expect(toHex(output)).toBe("f248cdc9c90700 0000ffff".replace(" ", ""));
    expect(toHex(nodeZlib.deflate(hex(""), OPTIONS))).toBe("000000ffff");
  });

  test.each([8, 9, 10, 11, 12, 13, 14, 15])(
    "never refers farther back than 2^%i bytes",
    async (windowBits) => {
      const window = 2 ** windowBits;
      const periods = [window - 262, window - 6, window, window + 1, window + 250];
      const wrong: string[] = [];
      for (const level of [1, 3, 6, 9]) {
        for (const memory of [1, 8, 9]) {
          for (const period of periods.filter((one) => one > 0)) {
            const options = { ...OPTIONS, windowBits, level, memory };
            const data = repeating(period, period + 300);
            for (const output of [nodeZlib.deflate(data, options), await deflateStream(nodeZlib, data, options)]) {
              const plain = plainInflate(output);
              if (plain.farthest > window) wrong.push(`level ${level}, period ${period}: ${plain.farthest}`);
              if (!Buffer.from(plain.output).equals(data)) wrong.push(`level ${level}, period ${period}: other data`);
            }
          }
        }
      }
      expect(wrong).toEqual([]);
    },
    30_000,
  );

  test.each([8, 9, 12])("nor into the dictionary: 2^%i bytes", (windowBits) => {
    const dictionary = repeating(2 ** windowBits, 2 ** windowBits);
    for (const level of [1, 6, 9]) {
      const options = { ...OPTIONS, windowBits, level, dictionary };
      for (const from of [0, 1, 6, 7, 100, 200]) {
        const data = join(dictionary.subarray(from, from + 50), dictionary.subarray(0, 80));
        const { output, farthest } = plainInflate(nodeZlib.deflate(data, options), dictionary);
        expect(farthest).toBeLessThanOrEqual(2 ** windowBits);
        expect(Buffer.from(output).equals(data)).toBe(true);
      }
    }
  });

  test("uses the dictionary", () => {
    const alone = nodeZlib.deflate(repeating(500, 500), OPTIONS);
    const after = nodeZlib.deflate(repeating(500, 500), { ...OPTIONS, dictionary: repeating(500, 500) });

    expect(alone.length).toBeGreaterThan(500);
    expect(after.length).toBeLessThan(20);
  });

  test.each([0, 1, 100, 65_536, 65_537, 1_000_000])(
    "in a call or in a stream, %i bytes come out as they went in",
    async (size) => {
      for (const data of [repeating(size, size), repeating(50, size)]) {
        for (const level of [0, 6]) {
          const options = { ...OPTIONS, level };
          const expected = Buffer.from(data);
          for (const output of [nodeZlib.deflate(data, options), await deflateStream(nodeZlib, data, options)]) {
            expect(toHex(output.subarray(-4))).toBe("0000ffff");
            const result = nodeZlib.inflate(join(output, hex("010000ffff00")), { dictionary: undefined, limit: size });
            expect(result.type === "ended" && expected.equals(result.output)).toBe(true);
          }
        }
      }
    },
  );
});

describe("inflate", () => {
  const input = deflateRawSync(HELLO);

  test("stops behind the final block, and says where", () => {
    const result = nodeZlib.inflate(join(input, hex("aabbcc")), { dictionary: undefined, limit: 100 });

    expect(result).toMatchObject({ type: "ended", consumed: input.length });
    expect(result.type === "ended" && Buffer.from(result.output).toString()).toBe("Hello");
  });

  test.each([
    [5, "ended"],
    [4, "limit"],
    [1, "limit"],
    [0, "limit"],
  ])("a limit of %i: %s", (limit, type) => {
    expect(nodeZlib.inflate(join(input, hex("00")), { dictionary: undefined, limit }).type).toBe(type);
  });

  test("nothing is within a limit of nothing", () => {
    const result = nodeZlib.inflate(hex("010000ffff00"), { dictionary: undefined, limit: 0 });

    expect(result).toMatchObject({ type: "ended", consumed: 5 });
  });

  test.each([
    ["ffffff", "no block type"],
    ["00 0500 0000", "a stored block whose length does not check"],
    ["f248cdc9", "cut short"],
    ["", "nothing at all"],
    ["4b 04 fd 00", "a match that refers to nothing"],
  ])("%s is corrupt: %s", (bytes) => {
    expect(nodeZlib.inflate(hex(bytes), { dictionary: undefined, limit: 1000 }).type).toBe("corrupt");
  });

  test("a limit of hundreds of megabytes asks for no memory", () => {
    const before = process.memoryUsage().arrayBuffers;

    nodeZlib.inflate(join(input, hex("00")), { dictionary: undefined, limit: Number.MAX_SAFE_INTEGER });

    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1_000_000);
  });
});

describe("an inflating stream", () => {
  function open(dictionary?: Uint8Array) {
    const pieces: Uint8Array[] = [];
    const stream = nodeZlib.openInflate({ dictionary }, (bytes) => pieces.push(bytes));
    const push = (input: Uint8Array) => new Promise<PushResult>((done) => stream.push(input, done));
    return { stream, push, output: () => join(...pieces) };
  }

  const large = repeating(3000, 1_000_000);
  const compressed = deflateRawSync(large, { finishFlush: constants.Z_SYNC_FLUSH });

  test("takes the input in pieces; all output of a piece comes before its `done`", async () => {
    const { push, output, stream } = open();

    for (let at = 0; at < compressed.length; at += 1000) {
      expect(await push(compressed.subarray(at, at + 1000))).toEqual({ type: "more" });
    }

    expect(Buffer.from(output()).equals(large)).toBe(true);
    stream.close();
  });

  test("says where a final block ended", async () => {
    const { push, output, stream } = open();
    const ended = deflateRawSync(large);

    expect(await push(ended.subarray(0, 500))).toEqual({ type: "more" });
    const last = ended.subarray(500);
    expect(await push(join(last, hex("aabb")))).toEqual({ type: "ended", consumed: last.length });

    expect(Buffer.from(output()).equals(large)).toBe(true);
    stream.close();
  });

  test("takes nothing behind a final block", async () => {
    const { push, stream } = open();

    await push(deflateRawSync(HELLO));

    expect(await push(hex("0000"))).toEqual({ type: "ended", consumed: 0 });
    stream.close();
  });

  test("says that the data is corrupt", async () => {
    const { push, stream } = open();

    expect(await push(hex("ffffff"))).toEqual({ type: "corrupt" });
    stream.close();
  });

  test("knows the dictionary", async () => {
    const { push, output, stream } = open(repeating(500, 500));

    await push(nodeZlib.deflate(repeating(500, 500), { ...OPTIONS, dictionary: repeating(500, 500) }));

    expect(Buffer.from(output()).equals(repeating(500, 500))).toBe(true);
    stream.close();
  });

  test("holds its output back while it is paused, and `done` with it", async () => {
    const { push, output, stream } = open();
    let done = false;
    stream.setPaused(true);

    const pushed = push(compressed).then(() => {
      done = true;
    });
    await zlibHadItsTurn();
    expect(output()).toHaveLength(0);
    expect(done).toBe(false);

    stream.setPaused(false);
    await pushed;
    expect(Buffer.from(output()).equals(large)).toBe(true);
    stream.close();
  });

  test("closed, it calls nothing any more; closing twice is closing once", async () => {
    const { push, output, stream } = open();
    let settled = false;

    push(compressed).then(() => {
      settled = true;
    });
    stream.close();
    stream.close();
    await zlibHadItsTurn();

    expect(settled).toBe(false);
    expect(output()).toHaveLength(0);
  });
});
