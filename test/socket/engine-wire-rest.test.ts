/** A wire that is silent lets go of its engine: nothing may be lost by that, and what is left is small. */

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import type { DeflateAgreement } from "../../src/protocol/deflate/agreement.ts";
import { nodePlatform } from "../../src/protocol/node/index.ts";
import type { ByteStream, ByteStreamListener } from "../../src/protocol/run/byte-stream.ts";
import { systemClock } from "../../src/protocol/run/clock.ts";
import { EngineWire } from "../../src/socket/engine-wire.ts";
import { agreement, mirrored } from "../support/agreements.ts";
import { frame } from "../support/frames.ts";
import { hex, join, toHex } from "../support/hex.ts";
import { Heard } from "./wire-suite.ts";

/** A stream whose peer is the test. */
class HandStream implements ByteStream {
  listener!: ByteStreamListener;
  written: Uint8Array[] = [];
  readonly bufferedAmount = 0;
  readonly full = false;

  open(listener: ByteStreamListener): void {
    this.listener = listener;
  }

  write(pieces: readonly Uint8Array[]): void {
    this.written.push(...pieces.map((piece) => new Uint8Array(piece)));
  }

  unsent(): number {
    return 0;
  }

  flushed(done: (out: boolean) => void): void {
    done(true);
  }

  pause(): void {}
  resume(): void {}
  end(): void {}

  destroy(): void {
    this.listener?.streamOnClose();
  }

  takeHex(): string {
    return toHex(join(...this.written.splice(0)));
  }
}

const limits = { controlFramesPerSecond: 3 };
const parts = { role: "server", platform: nodePlatform, clock: systemClock, limits, closeTimeout: 1000 } as const;

function makeWire(deflate: DeflateAgreement | null = null) {
  const stream = new HandStream();
  const wire = new EngineWire(stream, { ...parts, deflate });
  const heard = new Heard();
  wire.open(heard);
  return { wire, stream, heard, give: (bytes: Uint8Array) => stream.listener.streamOnData(bytes) };
}

const key = hex("01020304");
const text = (payload: string, head: { opcode?: number; fin?: boolean } = {}) =>
  frame({ opcode: 1, payload: Buffer.from(payload), key, ...head });

/** So many others wake that none may stay awake for having been busy. */
function letRest(): void {
  for (let i = 0; i < 150; i++) makeWire().give(text("other"));
}

describe("what was going on when it fell silent goes on", () => {
  test.each([1, 5, 8])("a frame that was cut after %i bytes", (cut) => {
    const { give, heard } = makeWire();
    const bytes = text("Hello");

    give(bytes.slice(0, cut));
    letRest();
    give(bytes.slice(cut));

    expect(heard.messages).toEqual(["Hello"]);
  });

  test("a message in fragments", () => {
    const { give, heard } = makeWire();

    give(text("Hel", { fin: false }));
    letRest();
    give(text("lo", { opcode: 0 }));

    expect(heard.messages).toEqual(["Hello"]);
  });

  test("a pause", () => {
    const { wire, give, heard } = makeWire();

    wire.pause();
    letRest();
    give(text("later"));
    letRest();
    const before = [...heard.messages];
    wire.resume();

    expect(before).toEqual([]);
    expect(heard.messages).toEqual(["later"]);
  });

  test("the count of frames that carry nothing", () => {
    const { give, heard } = makeWire();

    for (let i = 0; i < 4; i++) {
      give(frame({ opcode: 9, key }));
      letRest();
    }

    expect(heard.ends).toMatchObject([{ error: { code: "CONTROL_FLOOD" } }]);
  });

  test("the window of context takeover", async () => {
    const shared = agreement();
    const [one, other] = [makeWire(shared), makeWire(shared)];
    const reader = new HandStream();
    const client = new EngineWire(reader, { ...parts, role: "client", deflate: mirrored(shared) });
    const heard = new Heard();
    client.open(heard);

    for (const { wire } of [one, other]) wire.send("the same words again and again", true);
    await new Promise((resolve) => setImmediate(resolve));
    const first = join(...one.stream.written.splice(0));
    letRest();
    one.wire.send("the same words again and again", true);
    await new Promise((resolve) => setImmediate(resolve));
    const second = join(...one.stream.written);
    reader.listener.streamOnData(first.slice());
    letRest();
    reader.listener.streamOnData(second.slice());

    expect(second.length).toBeLessThan(first.length);
    expect(heard.messages).toEqual(["the same words again and again", "the same words again and again"]);
  });
});

describe("after a rest", () => {
  test("messages go both ways", async () => {
    const { wire, give, heard, stream } = makeWire();
    give(text("a"));
    letRest();

    give(text("b"));
    letRest();
    wire.send("c", true);
    await new Promise((resolve) => setImmediate(resolve));

    expect(heard.messages).toEqual(["a", "b"]);
    expect(stream.takeHex()).toBe("810163");
  });

  test.each([
    ["close", (wire: EngineWire) => wire.close(1000, ""), "880203e8"],
    ["a ping", (wire: EngineWire) => wire.ping(hex("07")), "890107"],
  ])("%s goes out", async (_name, act, expected) => {
    const { wire, give, stream } = makeWire();
    give(text("a"));
    letRest();

    act(wire);
    await new Promise((resolve) => setImmediate(resolve));

    expect(stream.takeHex()).toBe(expected);
    wire.terminate();
  });

  test("its end is told once", () => {
    const { wire, give, heard } = makeWire();
    give(text("a"));
    letRest();

    wire.terminate();
    letRest();

    expect(heard.ends).toEqual([{ code: 1006, reason: "", wasClean: false }]);
    expect(wire.send("too late", true)).toBe(false);
  });
});

test.each([
  ["without compression", null],
  ["with compression that forgets each message", agreement({ sendTakeover: false, receiveTakeover: false })],
])("a silent connection keeps at most 250 bytes above its stream, %s", (_name, deflate) => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const heard = new Heard();
  const bytes = text("Hello");
  const open = (count: number) =>
    Array.from({ length: count }, () => {
      const stream = new HandStream();
      const wire = new EngineWire(stream, { ...parts, deflate });
      wire.open(heard);
      stream.listener.streamOnData(bytes.slice());
      stream.written.length = 0;
      return stream;
    });
  const warm = open(500);
  const used = () => {
    for (let i = 0; i < 3; i++) collect();
    heard.messages.length = 0;
    return process.memoryUsage().heapUsed;
  };
  const streamsOnly = () => {
    const before = used();
    const streams = Array.from({ length: 5000 }, () => new HandStream());
    return [(used() - before) / streams.length, streams] as const;
  };
  const [bare] = streamsOnly();

  const before = used();
  const streams = open(5000);
  letRest();
  const each = (used() - before) / streams.length;

  expect(warm).toHaveLength(500);
  // It was two kilobytes when the engine stayed.
  expect(each - bare).toBeLessThan(250);
});
