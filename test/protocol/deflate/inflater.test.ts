/** The receiving half of permessage-deflate (RFC 7692, 7.2.2): the examples, final blocks, what is corrupt, and bombs. */

import { constants, deflateRawSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import type { ProtocolError } from "../../../src/errors.ts";
import type { DeflateAgreement } from "../../../src/protocol/deflate/agreement.ts";
import { FINAL_BLOCKS } from "../../../src/protocol/deflate/inflate-run.ts";
import { INFLATE_AT_ONCE, Inflater } from "../../../src/protocol/deflate/inflater.ts";
import { agreement } from "../../support/agreements.ts";
import { hex, join } from "../../support/hex.ts";
import { TestPlatform } from "../../support/test-platform.ts";
import { zlibHadItsTurn } from "../../support/zlib-turn.ts";

const LIMIT = 10_000_000;

function make(given: Partial<DeflateAgreement> = {}) {
  const platform = new TestPlatform();
  return { inflater: new Inflater(platform.zlib, agreement(given)), platform };
}

/** Inflates in this turn; text, or what was wrong. */
function inflate(inflater: Inflater, payload: Uint8Array, limit = LIMIT): string {
  const result = inflater.inflate(payload, limit);
  if (result === "large") return result;
  return result instanceof Error ? result.code : Buffer.from(result).toString();
}

/** Inflates off the event loop, the payload in pieces of a size. */
async function inflateLater(
  inflater: Inflater,
  payload: Uint8Array,
  { limit = LIMIT, size = payload.length + 1 } = {},
) {
  const pieces: Uint8Array[] = [];
  const run = inflater.open(limit, (bytes) => pieces.push(bytes));
  let error: ProtocolError | undefined;
  for (let at = 0; at === 0 || (at < payload.length && error === undefined); at += size) {
    const last = at + size >= payload.length;
    error = await new Promise((resolve) => run.push(payload.subarray(at, at + size), last, resolve));
  }
  run.close();
  return { output: join(...pieces), code: error?.code };
}

function compress(data: Uint8Array | string, dictionary?: Uint8Array): Uint8Array {
  const options = { finishFlush: constants.Z_SYNC_FLUSH, ...(dictionary && { dictionary }) };
  return deflateRawSync(data, options).subarray(0, -4);
}

/** A message whose blocks all end their stream. */
function finals(...parts: readonly (Uint8Array | string)[]): Uint8Array {
  return join(...parts.map((part) => deflateRawSync(part)), hex("00"));
}

/** The message, both ways: at once, and in pieces of every size. */
async function bothWays(payload: Uint8Array, check: (result: string) => void, given: Partial<DeflateAgreement> = {}) {
  check(inflate(make(given).inflater, payload));
  for (const size of [1, 2, 3, 7, 100_000]) {
    const { output, code } = await inflateLater(make(given).inflater, payload, { size });
    check(code ?? Buffer.from(output).toString());
  }
}

describe("7.2.3, the examples", () => {
  test.each([
    ["7.2.3.1, a fixed block", "f2 48 cd c9 c9 07 00", "Hello"],
    ["7.2.3.3, a block without compression", "00 05 00 fa ff 48 65 6c 6c 6f 00", "Hello"],
    ["7.2.3.4, a block with BFINAL", "f3 48 cd c9 c9 07 00 00", "Hello"],
    ["7.2.3.5, two blocks", "f2 48 05 00 00 00 ff ff ca c9 c9 07 00", "Hello"],
    ["7.2.3.6, an empty message", "00", ""],
  ])("%s", async (_name, payload, text) => {
    await bothWays(hex(payload), (result) => expect(result).toBe(text));
  });

  test("7.2.3.2: the second message refers to the first", () => {
    const { inflater } = make();

    expect(inflate(inflater, hex("f248cdc9c90700"))).toBe("Hello");
    expect(inflate(inflater, hex("f200110000"))).toBe("Hello");
  });

  test("without context takeover that is a reference to nothing", () => {
    const { inflater } = make({ receiveTakeover: false });

    inflate(inflater, hex("f248cdc9c90700"));

    expect(inflate(inflater, hex("f200110000"))).toBe("DEFLATE_CORRUPT");
  });

  test("no octets at all are an empty message, by our choice", () => {
    expect(inflate(make().inflater, hex(""))).toBe("");
  });
});

describe("7.2.3.4, blocks with BFINAL", () => {
  test.each([1, 2, 3, 50])("%i of them in one message", async (count) => {
    const payload = finals(...Array.from({ length: count }, (_, i) => `part ${i};`));
    const text = Array.from({ length: count }, (_, i) => `part ${i};`).join("");

    await bothWays(payload, (result) => expect(result).toBe(text));
  });

  test("before the end of the message, with blocks behind it", async () => {
    const payload = join(deflateRawSync("Hello"), compress(", world"));

    await bothWays(payload, (result) => expect(result).toBe("Hello, world"));
  });

  test("at the very end, without the octet that should follow", async () => {
    await bothWays(deflateRawSync("Hello"), (result) => expect(result).toBe("Hello"));
  });

  test("empty ones", async () => {
    await bothWays(hex("0300 0300 0300 00"), (result) => expect(result).toBe(""));
  });

  test.each([true, false])("what follows may refer back, with context takeover: %s", async (receiveTakeover) => {
    const first = Buffer.from("a sentence that comes twice;");
    const payload = join(deflateRawSync(first), compress(first, first));

    await bothWays(payload, (result) => expect(result).toBe(`${first}${first}`), { receiveTakeover });
  });

  test("the next message may refer to all of it", () => {
    const { inflater } = make();
    const text = "a sentence that comes again and again;";

    inflate(inflater, finals("begin;", text));

    expect(inflate(inflater, compress(text, Buffer.from(`begin;${text}`)))).toBe(text);
  });

  test("too many of them are refused, not worked through", async () => {
    const payload = finals(...new Array(FINAL_BLOCKS + 10).fill(""));

    expect(inflate(make().inflater, payload)).toBe("large");
    expect((await inflateLater(make().inflater, payload)).code).toBe("DEFLATE_CORRUPT");
  });
});

describe("7.1.1, context takeover", () => {
  const texts = Array.from({ length: 30 }, (_, i) => `{"type":"price","symbol":"ABC","value":${i * 7}}`);

  test.each([8, 9, 12, 15])("a window of 2^%i, messages at once and off the event loop in turn", async (windowBits) => {
    const { inflater } = make({ receiveWindowBits: windowBits });
    let window: Uint8Array = new Uint8Array(0);

    for (const [i, text] of texts.entries()) {
      const options = { windowBits: Math.max(9, windowBits), finishFlush: constants.Z_SYNC_FLUSH };
      const payload = deflateRawSync(text, { ...options, ...(window.length > 0 && { dictionary: window }) });
      const message = payload.subarray(0, -4);
      if (i % 3 === 2) expect(Buffer.from((await inflateLater(inflater, message)).output).toString()).toBe(text);
      else expect(inflate(inflater, message)).toBe(text);
      window = join(window, Buffer.from(text)).slice(-(2 ** windowBits));
    }
  });
});

describe("corrupt data", () => {
  const text = "some text, which is compressed; some text, which is not";

  test.each([
    ["06", "block type 3"],
    ["00 05 00 00 00", "a stored block whose length does not check"],
    ["02 02 00", "a match that refers to nothing"],
    ["f2 48 cd ff ff ff", "codes that do not exist"],
    ["04 ff ff ff ff ff", "tables that are none"],
    ["00 20 00 df ff 48", "a stored block cut short"],
  ])("%s: %s", async (payload) => {
    await bothWays(hex(payload), (result) => expect(result).toBe("DEFLATE_CORRUPT"));
  });

  test("cut short anywhere, it is never taken for the whole", async () => {
    const payload = compress(text);
    for (let size = 1; size < payload.length - 1; size++) {
      await bothWays(payload.subarray(0, size), (result) => expect(result).not.toBe(text));
    }
  });

  test("both ways agree on every message with one byte changed", async () => {
    const payload = compress(text);
    const disagree: number[] = [];
    for (let at = 0; at < payload.length; at++) {
      const changed = payload.map((byte, i) => (i === at ? byte ^ 0x55 : byte));
      const atOnce = inflate(make().inflater, changed);
      const { output, code } = await inflateLater(make().inflater, changed, { size: 5 });
      if (atOnce !== (code ?? Buffer.from(output).toString())) disagree.push(at);
    }
    expect(disagree).toEqual([]);
  });

  test("the error closes with 1007", () => {
    expect(make().inflater.inflate(hex("06"), LIMIT)).toMatchObject({ code: "DEFLATE_CORRUPT", closeCode: 1007 });
  });
});

describe("bombs", () => {
  const bomb = compress(new Uint8Array(50_000_000));

  test("the limit is the last size that passes, and the next fails", async () => {
    for (const size of [0, 1, 5, 1000, INFLATE_AT_ONCE - 1, INFLATE_AT_ONCE]) {
      const payload = compress(new Uint8Array(size));
      expect(make().inflater.inflate(payload, size)).toHaveLength(size);
      expect((await inflateLater(make().inflater, payload, { limit: size })).output).toHaveLength(size);
      if (size === 0) continue;
      expect(inflate(make().inflater, payload, size - 1)).toBe("INFLATED_TOO_BIG");
      expect((await inflateLater(make().inflater, payload, { limit: size - 1 })).code).toBe("INFLATED_TOO_BIG");
    }
  });

  test("at once: nothing comes out beyond the limit, and the sentence names it", () => {
    const { inflater, platform } = make();

    const result = inflater.inflate(bomb.subarray(0, 60_000), 100_000);

    expect(result).toMatchObject({ code: "INFLATED_TOO_BIG", closeCode: 1009 });
    expect((result as Error).message).toContain("limits.messageSize (100 000 bytes)");
    expect(platform.inflated).toBeLessThanOrEqual(100_000);
  });

  test("what is too large for one turn, and within the limit, is left to `open`", () => {
    expect(inflate(make().inflater, compress(new Uint8Array(INFLATE_AT_ONCE + 1)))).toBe("large");
    expect(inflate(make().inflater, new Uint8Array(65_537))).toBe("large");
  });

  test.each([1, 100_000, 1_000_000])(
    "off the event loop it stops at %i bytes, and zlib goes no further",
    async (limit) => {
      const { inflater, platform } = make();

      const { output, code } = await inflateLater(inflater, bomb, { limit });
      await zlibHadItsTurn();

      expect(code).toBe("INFLATED_TOO_BIG");
      expect(output.length).toBeLessThanOrEqual(limit);
      expect(platform.inflated).toBeLessThanOrEqual(limit + 65_536);
    },
  );

  test("many final blocks count together", async () => {
    const payload = finals(...Array.from({ length: 10 }, () => new Uint8Array(1000)));

    expect(inflate(make().inflater, payload, 9999)).toBe("INFLATED_TOO_BIG");
    expect((await inflateLater(make().inflater, payload, { limit: 9999, size: 4 })).code).toBe("INFLATED_TOO_BIG");
    expect(make().inflater.inflate(payload, 10_000)).toHaveLength(10_000);
  });
});

describe("a pause", () => {
  const blocks = Array.from({ length: 3 }, (_, i) => new Uint8Array(300_000).map((_b, at) => (at * at) >> (5 + i)));

  const compressed = compress(join(...blocks));

  test.each([
    ["one stream", compressed],
    ["streams with BFINAL", finals(...blocks)],
  ])("holds back what comes, and nothing is lost: %s", async (_name, payload) => {
    const { inflater } = make();
    const pieces: Uint8Array[] = [];
    let paused = false;
    let during = 0;
    const run = inflater.open(LIMIT, (bytes) => {
      if (paused) during++;
      pieces.push(bytes);
      paused = true;
      run.setPaused(true);
    });
    let done = false;

    run.push(payload, true, () => {
      done = true;
    });
    while (!done) {
      await zlibHadItsTurn();
      paused = false;
      run.setPaused(false);
    }

    expect(during).toBe(0);
    expect(Buffer.from(join(...pieces)).equals(join(...blocks))).toBe(true);
    run.close();
  });

  test("closed in a pause, it calls nothing any more", async () => {
    const { inflater } = make();
    let calls = 0;
    const run = inflater.open(LIMIT, () => calls++);
    run.setPaused(true);

    run.push(compress(blocks[0]!), true, () => calls++);
    await zlibHadItsTurn();
    run.close();
    run.setPaused(false);
    await zlibHadItsTurn();

    expect(calls).toBe(0);
  });
});
