/** Limits: each with its own error code, its close code, and a sentence that names the option and the numbers. */

import { describe, expect, test } from "vitest";
import { ZLIB_MISSING } from "../../src/errors.ts";
import { Engine } from "../../src/protocol/engine.ts";
import type { CloseInfo } from "../../src/protocol/engine-sink.ts";
import type { Limits } from "../../src/protocol/limits.ts";
import { webPlatform } from "../../src/protocol/platform.ts";
import { agreement } from "../support/agreements.ts";
import { bytewise, feed, settled, takeBytes } from "../support/feed.ts";
import { frame } from "../support/frames.ts";
import { hex, join } from "../support/hex.ts";
import { makeEnd } from "../support/pair.ts";
import { Recorder } from "../support/recorder.ts";

/** What the user is told, at the end. */
async function fail(limits: Partial<Limits>, chunks: Uint8Array[], deflate = false): Promise<CloseInfo> {
  const end = makeEnd("client", { limits, deflate: deflate ? agreement() : null });
  let told: CloseInfo | undefined;
  end.sink.close = (info) => {
    told = info;
  };
  await feed(end.engine, chunks);
  if (told === undefined) throw new Error(`it did not fail: ${JSON.stringify(end.sink.events)}`);
  return told;
}

function binary(size: number): Uint8Array {
  return frame({ opcode: 2, payload: new Uint8Array(size) });
}

function fragments(count: number, size: number): Uint8Array {
  const payload = new Uint8Array(size);
  return join(
    ...Array.from({ length: count }, (_, i) => frame({ opcode: i === 0 ? 2 : 0, fin: i === count - 1, payload })),
  );
}

describe("limits.messageSize", () => {
  test.each([1, 125, 1000, 70_000])("%i bytes are the most, in one frame and in several", async (messageSize) => {
    for (const good of [
      binary(messageSize),
      fragments(1, messageSize),
      join(fragments(2, messageSize >> 1), binary(1)),
    ]) {
      const { engine, sink } = makeEnd("client", { limits: { messageSize } });
      engine.receive(good);
      expect(sink.events.at(-1)!.type).toBe("message");
    }

    const { code, error } = await fail({ messageSize }, [binary(messageSize + 1)]);
    expect([code, error?.code, error?.closeCode]).toEqual([1009, "MESSAGE_TOO_BIG", 1009]);
  });

  test("the sentence has the numbers and the option", async () => {
    const { error } = await fail({}, [hex("827f 0000000000155DB3")]);

    expect(error?.message).toBe("message of 1 400 243 bytes exceeds limits.messageSize (1 048 576)");
  });

  test("it fails with the header, before any payload, and asks for no memory", () => {
    for (const length of ["0000000000100001", "00000000ffffffff", "7fffffffffffffff"]) {
      const { engine, sink, platform } = makeEnd("client");

      expect(engine.receive(hex(`827f ${length}`))).toBe("ended");

      expect(sink.events).toMatchObject([{ type: "close", code: 1009, error: "MESSAGE_TOO_BIG" }]);
      // For the Close frame.
      expect(platform.allocated).toBeLessThanOrEqual(65_536);
    }
  });

  test("fragments count together: the header of the one that passes it is enough", async () => {
    const begin = fragments(3, 50).slice(0, 2 * 52);

    const { error } = await fail({ messageSize: 100 }, [join(begin, hex("8032"))]);

    expect(error?.message).toBe("message of 150 bytes exceeds limits.messageSize (100)");
  });

  test("the next message counts from nothing", () => {
    const { engine, sink } = makeEnd("client", { limits: { messageSize: 100 } });

    engine.receive(join(fragments(2, 50), binary(100), fragments(4, 25)));

    expect(sink.messages).toHaveLength(3);
  });

  test("Infinity: what is announced is no memory, what comes is", () => {
    const { engine, platform } = makeEnd("client", { limits: { messageSize: Number.POSITIVE_INFINITY } });

    engine.receive(hex("827f 7fffffffffffffff"));
    for (let i = 0; i < 100; i++) engine.receive(new Uint8Array(1000));

    expect(engine.state).toBe("open");
    expect(platform.allocated).toBeLessThanOrEqual(4 * 100_000);
  });
});

describe("limits.messageSize, inflated", () => {
  async function compressed(size: number): Promise<Uint8Array> {
    const { engine } = makeEnd("server", { deflate: agreement() });
    engine.send(new Uint8Array(size));
    await settled(engine);
    return takeBytes(engine);
  }

  test.each([100, 10_000, 300_000, 1_000_000])("%i bytes are the most", async (messageSize) => {
    const { engine, sink } = makeEnd("client", { limits: { messageSize }, deflate: agreement() });
    await feed(engine, [await compressed(messageSize)]);
    expect(sink.messages[0]).toHaveLength(messageSize);

    const { code, error } = await fail({ messageSize }, [await compressed(messageSize + 1)], true);
    expect([code, error?.code]).toEqual([1009, "INFLATED_TOO_BIG"]);
    expect(error?.message).toMatch(/^compressed message inflates to more than limits\.messageSize \([\d ]+ bytes\)$/);
  });

  test("a bomb costs at most the limit in memory", async () => {
    const { engine, platform, sink } = makeEnd("client", { deflate: agreement() });

    await feed(engine, [await compressed(100_000_000)]);

    expect(sink.events).toMatchObject([{ type: "close", code: 1009 }]);
    expect(platform.inflated).toBeLessThanOrEqual(1_048_576 + 65_536);
    expect(platform.allocated).toBeLessThanOrEqual(2 * 1_048_576);
  });

  test("more compressed bytes than the limit could need fail with the header", async () => {
    const { error } = await fail({ messageSize: 1000 }, [hex("c27e 2710")], true);

    expect(error?.code).toBe("MESSAGE_TOO_BIG");
  });

  test("incompressible data of the size of the limit passes", async () => {
    let state = 1;
    const noise = new Uint8Array(100_000).map(() => {
      state = (Math.imul(state, 1664525) + 1013904223) | 0;
      return state >>> 24;
    });
    for (const level of [0, 9]) {
      const sender = makeEnd("server", { deflate: agreement({ level, memory: 1 }) });
      sender.engine.send(noise);
      await settled(sender.engine);
      const { engine, sink } = makeEnd("client", { limits: { messageSize: 100_000 }, deflate: agreement() });

      await feed(engine, [takeBytes(sender.engine)]);

      expect(sink.messages).toHaveLength(1);
    }
  });
});

test("limits.frameSize", async () => {
  const { engine, sink } = makeEnd("client", { limits: { frameSize: 100 } });
  engine.receive(join(binary(100), fragments(5, 100), frame({ opcode: 9, payload: new Uint8Array(125) })));
  expect(sink.messages).toHaveLength(2);

  for (const bad of [binary(101), fragments(2, 101), join(fragments(2, 10).slice(0, 12), hex("8065"))]) {
    const { code, error } = await fail({ frameSize: 100 }, [bad]);
    expect([code, error?.code]).toEqual([1009, "FRAME_TOO_BIG"]);
    expect(error?.message).toBe("frame of 101 bytes exceeds limits.frameSize (100)");
  }
});

test("limits.fragments", async () => {
  const { engine, sink } = makeEnd("client", { limits: { fragments: 3 } });
  engine.receive(join(fragments(3, 1), binary(1), fragments(3, 1)));
  expect(sink.messages).toHaveLength(3);

  const { code, error } = await fail({ fragments: 3 }, [fragments(4, 1)]);
  expect([code, error?.code]).toEqual([1008, "TOO_MANY_FRAGMENTS"]);
  expect(error?.message).toBe("message in more than limits.fragments (3) fragments");
});

describe("limits.controlFramesPerSecond", () => {
  test.each([
    ["pings", "8900"],
    ["pongs", "8a00"],
    ["empty fragments", "0100 0000 0000"],
  ])("%s: 1000 by default", async (_name, some) => {
    const one = hex(some.slice(-4));
    const begin = some.length > 4 ? hex(some.slice(0, 4)) : hex("");
    const { engine, sink } = makeEnd("client");
    const count = begin.length > 0 ? 999 : 1000;
    engine.receive(join(begin, ...new Array(count).fill(one)));
    expect(sink.events.filter(({ type }) => type === "close")).toEqual([]);

    engine.receive(one.slice());

    expect(sink.events.at(-1)).toMatchObject({ type: "close", code: 1008, error: "CONTROL_FLOOD" });
  });

  test("a second later they may come again", () => {
    const { engine, platform } = makeEnd("client", { limits: { controlFramesPerSecond: 2 } });

    for (let second = 0; second < 5; second++) {
      engine.receive(hex("8900 8a00"));
      platform.time += 1000;
    }

    expect(engine.state).toBe("open");
  });

  test("frames that carry something do not count", () => {
    const { engine, sink } = makeEnd("client", { limits: { controlFramesPerSecond: 1 } });

    for (let i = 0; i < 50; i++) engine.receive(hex("8101 61 0101 61 8001 62"));

    expect(sink.messages).toHaveLength(100);
  });

  test("empty frames count, whole messages too", () => {
    const { engine, sink } = makeEnd("client", { limits: { controlFramesPerSecond: 3 } });

    for (let i = 0; i < 5; i++) engine.receive(hex("8100"));

    expect(sink.messages).toHaveLength(3);
    expect(sink.events.at(-1)).toMatchObject({ type: "close", error: "CONTROL_FLOOD" });
  });

  test("the sentence has the option and the number", async () => {
    const { error } = await fail({ controlFramesPerSecond: 1500 }, [join(...new Array(1501).fill(hex("8a00")))]);

    expect(error?.message).toContain("more than limits.controlFramesPerSecond (1 500)");
  });
});

describe("a message of many small fragments costs memory once, not for each", () => {
  test.each([
    ["64 bytes", 16_000, 64],
    ["one byte", 16_000, 1],
    ["20 KiB", 50, 20_480],
  ])("of %s", (_name, count, size) => {
    for (const together of [true, false]) {
      const { engine, sink, platform } = makeEnd("client");
      const all = fragments(count, size);

      if (together) engine.receive(all);
      else for (let at = 0; at < all.length; at += 1460) engine.receive(all.slice(at, at + 1460));

      expect(sink.messages[0]).toHaveLength(count * size);
      expect(platform.allocated).toBeLessThanOrEqual(4 * count * size + 1024);
    }
  });

  test("nor for a large message that comes byte by byte", () => {
    const { engine, sink, platform } = makeEnd("client");

    for (const byte of bytewise(binary(50_000))) engine.receive(byte);

    expect(sink.messages[0]).toHaveLength(50_000);
    expect(platform.allocated).toBeLessThanOrEqual(4 * 50_000);
  });
});

test("a limit that is none, and compression without zlib, are the caller's fault", () => {
  const options = { role: "server" as const, platform: webPlatform, sink: new Recorder() };

  expect(() => new Engine({ ...options, limits: { messageSize: 0 } })).toThrow("limits.messageSize is 0");
  expect(() => new Engine({ ...options, deflate: agreement() })).toThrow(
    expect.objectContaining({ name: "UsageError", code: ZLIB_MISSING.code }),
  );
});

test("without zlib the engine works all the same", () => {
  const sink = new Recorder();
  const engine = new Engine({ role: "client", platform: webPlatform, sink });

  engine.receive(hex("8105 48656c6c6f 8103 e282ac"));
  engine.send("€".repeat(100));

  expect(sink.messages).toEqual(["Hello", "€"]);
  expect(takeBytes(engine)).toHaveLength(308);
});
