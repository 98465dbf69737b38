/** The sending half of permessage-deflate (RFC 7692, 7.2.1), read by plain zlib and by a plain inflate of our own. */

import { constants, inflateRawSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import type { DeflateAgreement } from "../../../src/protocol/deflate/agreement.ts";
import { Deflater, deflateAlone, deflateAloneLater } from "../../../src/protocol/deflate/deflater.ts";
import { nodeZlib } from "../../../src/protocol/node/index.ts";
import { agreement } from "../../support/agreements.ts";
import { hex, join, toHex } from "../../support/hex.ts";
import { plainInflate } from "../../support/plain-inflate.ts";

const TAIL = hex("0000ffff");

function make(given: Partial<DeflateAgreement> = {}): Deflater {
  return new Deflater(nodeZlib, agreement(given));
}

/** Compresses off the event loop, in slices. */
function later(deflater: Deflater, slices: readonly Uint8Array[], last = true): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  return new Promise((resolve) => {
    const take = (piece: Uint8Array) => pieces.push(piece);
    deflater.deflateLater(slices.values(), take, () => {
      const size = pieces.reduce((sum, { length }) => sum + length, 0);
      const tail = last ? deflater.endMessage(pieces) : 0;
      expect(pieces.reduce((sum, { length }) => sum + length, 0)).toBe(size - tail);
      resolve(join(...pieces));
    });
  });
}

/** What a receiver makes of messages, with one window for all of them. */
function inflateAll(messages: readonly Uint8Array[]): Uint8Array {
  const input = join(...messages.map((message) => join(message, TAIL)));
  return inflateRawSync(input, { finishFlush: constants.Z_SYNC_FLUSH });
}

function noise(size: number, seed = 1): Uint8Array {
  let state = seed;
  return new Uint8Array(size).map(() => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return state >>> 24;
  });
}

describe("7.2.3, the examples", () => {
  test("7.2.3.1: one message", () => {
    expect(toHex(make().deflate(Buffer.from("Hello"), true))).toBe("f248cdc9c90700");
  });

  test("7.2.3.2: the second message refers to the first", () => {
    const deflater = make();

    const [one, two] = [1, 2].map(() => deflater.deflate(Buffer.from("Hello"), true));

    expect(toHex(one!)).toBe("f248cdc9c90700");
    expect(toHex(two!)).toBe("f200110000");
  });

  test("without context takeover, every message stands alone", () => {
    const deflater = make({ sendTakeover: false });

    const messages = [1, 2, 3].map(() => toHex(deflater.deflate(Buffer.from("Hello"), true)));

    expect(messages).toEqual(new Array(3).fill("f248cdc9c90700"));
  });

  test("7.2.3.6: an empty message is one octet, 00", () => {
    expect(toHex(make().deflate(hex(""), true))).toBe("00");
    const deflater = make();
    deflater.deflate(Buffer.from("Hello"), true);
    expect(toHex(deflater.deflate(hex(""), true))).toBe("00");
  });
});

describe("context takeover", () => {
  const texts = Array.from({ length: 40 }, (_, i) => Buffer.from(`{"type":"price","symbol":"ABC","value":${i * 7}}`));

  test.each([8, 9, 10, 12, 15])("one window of 2^%i for all messages is enough to read them", (sendWindowBits) => {
    const deflater = make({ sendWindowBits });
    let window: Uint8Array = new Uint8Array(0);
    let farthest = 0;

    for (const text of texts) {
      const plain = plainInflate(join(deflater.deflate(text, true), TAIL), window);
      expect(Buffer.from(plain.output).equals(text)).toBe(true);
      farthest = Math.max(farthest, plain.farthest);
      window = join(window, text).slice(-(2 ** sendWindowBits));
    }

    expect(farthest).toBeLessThanOrEqual(2 ** sendWindowBits);
    // It does refer to the message before.
    expect(farthest).toBeGreaterThan(texts[0]!.length / 2);
  });

  test("after a message that stands alone, nothing refers to before it", () => {
    const deflater = make();
    deflater.deflate(texts[0]!, true);

    deflater.skipMessage();

    expect(toHex(deflater.deflate(texts[0]!, true))).toBe(toHex(make().deflate(texts[0]!, true)));
  });

  test("small messages and large ones, compressed elsewhere, share the window", async () => {
    const deflater = make();
    const large = join(noise(40_000), noise(40_000), noise(40_000));
    const all = [texts[0]!, large, large.slice(-3000), texts[0]!];

    const messages: Uint8Array[] = [];
    for (const data of all) {
      const atOnce = data !== large;
      messages.push(atOnce ? deflater.deflate(data, true) : await later(deflater, [data]));
    }

    expect(Buffer.from(inflateAll(messages)).equals(join(...all))).toBe(true);
    // The third is the end of the second, and refers to it.
    expect(messages[2]!.length).toBeLessThan(200);
  });
});

describe("fragments", () => {
  test.each([true, false])("of a message refer to each other; context takeover: %s", (sendTakeover) => {
    const deflater = make({ sendTakeover });
    const part = noise(1000);

    const message = join(
      deflater.deflate(part, false),
      deflater.deflate(part, false),
      deflater.deflate(hex(""), false),
      deflater.deflate(part, true),
    );
    const next = deflater.deflate(part, true);

    expect(Buffer.from(inflateAll([message])).equals(join(part, part, part))).toBe(true);
    expect(message.length).toBeLessThan(1200);
    expect(next.length < 100).toBe(sendTakeover);
  });

  test("all but the last end with the empty block that a flush leaves", () => {
    const deflater = make();

    expect(toHex(deflater.deflate(Buffer.from("Hello"), false))).toBe("f248cdc9c907000000ffff");
    expect(toHex(deflater.deflate(hex(""), true))).toBe("00");
  });

  test("may be large", async () => {
    const deflater = make({ sendTakeover: false });
    const large = noise(100_000);

    const message = join(await later(deflater, [large], false), deflater.deflate(large.slice(-500), true));

    expect(Buffer.from(inflateAll([message])).equals(join(large, large.slice(-500)))).toBe(true);
    expect(message.length).toBeLessThan(100_300);
  });
});

describe("off the event loop", () => {
  test("`done` comes in a later turn", async () => {
    let output: Uint8Array | undefined;

    later(make(), [noise(200_000)]).then((bytes) => {
      output = bytes;
    });
    await Promise.resolve();

    expect(output).toBeUndefined();
    while (output === undefined) await new Promise((resolve) => setImmediate(resolve));
    expect(Buffer.from(inflateAll([output])).equals(noise(200_000))).toBe(true);
  });

  test("abandoned, it calls nothing", async () => {
    let called = false;

    const call = () => {
      called = true;
    };
    const abandon = make().deflateLater([noise(200_000)].values(), call, call);
    abandon();
    await later(make(), [noise(200_000)]);

    expect(called).toBe(false);
  });
});

describe("in slices", () => {
  test.each([1, 3, 1000, 65_536])("of %i bytes: the same data, and the next message refers to it", async (size) => {
    for (const sendTakeover of [true, false]) {
      const deflater = make({ sendTakeover });
      const data = noise(Math.min(200_000, size * 200));
      const slices: Uint8Array[] = [];
      for (let at = 0; at < data.length; at += size) slices.push(data.subarray(at, at + size));

      const message = await later(deflater, slices);
      const next = deflater.deflate(data.slice(-200), true);

      expect(Buffer.from(inflateAll([message, next])).equals(join(data, data.slice(-200)))).toBe(true);
      expect(next.length < 50).toBe(sendTakeover);
    }
  });

  test.each([1, 2, 3, 4, 5])("endMessage takes the tail off pieces of %i bytes", (size) => {
    const whole = hex("0102030405060000ffff");
    const pieces: Uint8Array[] = [];
    for (let at = 0; at < whole.length; at += size) pieces.push(whole.subarray(at, at + size));

    expect(make().endMessage(pieces)).toBe(4);

    expect(toHex(join(...pieces))).toBe("010203040506");
  });
});

test.each([0, 1, 6, 9])("level %i is what the agreement says", (level) => {
  const data = new Uint8Array(5000).map((_, at) => at % 50);

  const message = make({ level }).deflate(data, true);

  expect(Buffer.from(inflateAll([message])).equals(data)).toBe(true);
  expect(message.length > 5000).toBe(level === 0);
});

describe("a message that stands alone", () => {
  test("is the same with and without context takeover, small and large", async () => {
    for (const size of [10, 100_000]) {
      const data = noise(size);
      const alone = deflateAlone(nodeZlib, data, agreement());
      const laterAlone = await new Promise<Uint8Array>((resolve) =>
        deflateAloneLater(nodeZlib, data, agreement(), resolve),
      );

      expect(Buffer.from(inflateAll([alone])).equals(data)).toBe(true);
      expect(Buffer.from(inflateAll([laterAlone])).equals(data)).toBe(true);
    }
  });
});
