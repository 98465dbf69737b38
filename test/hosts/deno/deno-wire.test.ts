/** The wire around a WebSocket of Deno's, played: what Deno tells in an order that a real one rarely has. */

import { describe, expect, test } from "vitest";
import type { DenoSocket, DenoSocketEvents } from "../../../src/hosts/deno/deno-runtime.ts";
import { DenoWire } from "../../../src/hosts/deno/deno-wire.ts";
import { defaultLimits } from "../../../src/protocol/limits.ts";
import { WIRE_HIGH_WATER } from "../../../src/socket/wire.ts";
import { Heard } from "../../socket/wire-suite.ts";
import { MemoryWatch } from "../../support/memory.ts";
import { TestClock } from "../../support/test-clock.ts";
import { TestPlatform } from "../../support/test-platform.ts";

class PlayedSocket implements DenoSocket {
  readyState = 0;
  bufferedAmount = 0;
  readonly sent: unknown[] = [];
  readonly closes: unknown[][] = [];
  sendError: Error | undefined;
  readonly #listeners = new Map<string, (event: never) => void>();

  send(data: string | Uint8Array): void {
    if (this.sendError) throw this.sendError;
    this.sent.push(data);
  }

  close(...args: unknown[]): void {
    this.closes.push(args);
  }

  addEventListener(name: string, listener: (event: never) => void): void {
    this.#listeners.set(name, listener);
  }

  tell<Name extends keyof DenoSocketEvents>(name: Name, event: DenoSocketEvents[Name]): void {
    this.#listeners.get(name)!(event as never);
  }
}

function play({ messageSize = 100, opened = true } = {}) {
  const clock = new TestClock();
  const native = new PlayedSocket();
  const platform = new TestPlatform();
  const limits = { ...defaultLimits, messageSize };
  const how = { status: 101, headers: [], deflate: null, limits, closeTimeout: 10_000, platform, clock };
  const wire = new DenoWire(native, how);
  const heard = new Heard();
  wire.open(heard);
  if (opened) native.tell("open", undefined);
  return { clock, native, wire, heard };
}

const ABNORMAL = { code: 1006, reason: "", wasClean: false };

describe("before the 101 is out", () => {
  test("what is sent waits, and goes first, in order, the goodbye behind it", () => {
    const { native, wire, heard } = play({ opened: false });

    expect(wire.send("one")).toBe(true);
    const much = new Uint8Array(WIRE_HIGH_WATER);
    expect(wire.send(much)).toBe(false);
    wire.close(4000, "soon");
    expect(wire.send("too late")).toBe(false);
    expect([native.sent, native.closes]).toEqual([[], []]);
    native.tell("open", undefined);

    expect(native.sent[0]).toBe("one");
    expect(native.sent[1]).toBe(much);
    expect(native.closes).toEqual([[4000, "soon"]]);
    expect(wire.bufferedAmount).toBe(0);
    expect(heard.rooms).toBeGreaterThan(0);
  });

  test("an error is the end: Deno tells of no other", () => {
    const { native, heard, clock } = play({ opened: false });
    const error = new Error("connection reset");

    native.tell("error", { error });

    expect(heard.ends).toEqual([{ ...ABNORMAL, cause: error }]);
    expect(clock.timers).toBe(0);
  });

  test("a client that has left, of which Deno says nothing, has ended after closeTimeout", () => {
    const { heard, clock } = play({ opened: false });

    clock.advance(10_000);

    expect(heard.ends).toEqual([ABNORMAL]);
  });

  test("what was terminated is closed once it can be", () => {
    const { native, wire, heard } = play({ opened: false });

    wire.terminate();
    native.tell("open", undefined);

    expect(native.closes).toEqual([[], []]);
    expect(heard.ends).toEqual([ABNORMAL]);
  });
});

describe("messages", () => {
  test.each([
    ["text", "a".repeat(101)],
    ["text of few characters and many bytes", "ħ".repeat(51)],
    ["bytes", new ArrayBuffer(101)],
  ])("that are too big, %s, close with 1009, and one that just fits comes", (_what, data) => {
    const { native, heard } = play();

    native.tell("message", { data: data.slice(1) as typeof data });
    native.tell("message", { data });

    expect(heard.messages).toHaveLength(1);
    expect(native.closes).toEqual([[1009]]);
    expect(heard.ends).toMatchObject([{ code: 1009, wasClean: false, error: { code: "MESSAGE_TOO_BIG" } }]);
  });

  test("that come during a pause are held in order, and the end behind them", () => {
    const { native, wire, heard } = play();
    wire.pause();

    for (const data of ["a", "b", "c"]) native.tell("message", { data });
    native.tell("close", { code: 1000, reason: "", wasClean: true });
    expect([heard.messages, heard.ends]).toEqual([[], []]);
    heard.onMessage = (data) => data === "b" && wire.pause();
    wire.resume();
    expect([heard.messages, heard.ends]).toEqual([["a", "b"], []]);
    wire.resume();

    expect(heard.messages).toEqual(["a", "b", "c"]);
    expect(heard.ends).toEqual([{ code: 1000, reason: "", wasClean: true }]);
  });

  test("that are more than one of the largest close with 1008; what is held comes before that end", () => {
    const { native, wire, heard } = play();
    wire.pause();

    for (let i = 0; i < 100 && native.closes.length === 0; i++) native.tell("message", { data: "1234567890" });
    expect(native.closes).toEqual([[1008]]);
    wire.resume();

    expect(heard.messages.length).toBeGreaterThan(2);
    expect(heard.ends).toMatchObject([{ code: 1008, error: { code: "HELD_TOO_MUCH" } }]);
  });

  test("that are empty count, too", () => {
    const { native, wire } = play();
    wire.pause();

    for (let i = 0; i < 100 && native.closes.length === 0; i++) native.tell("message", { data: "" });

    expect(native.closes).toEqual([[1008]]);
  });
});

describe("the end", () => {
  test("is 1006 where Deno has no code, with the error that came before it as the cause", () => {
    const { native, heard } = play();

    native.tell("error", { message: "Unexpected EOF" });
    native.tell("close", { code: 0, reason: "", wasClean: false });

    expect(heard.ends).toEqual([{ ...ABNORMAL, cause: "Unexpected EOF" }]);
  });

  test("comes in a turn of its own where Deno throws for what is sent, and does not tell why", async () => {
    const { native, wire, heard, clock } = play();
    native.sendError = new Error("Bad resource ID");

    wire.send("hello");
    expect(heard.ends).toEqual([]);
    await clock.pass(0);
    await new Promise((resolve) => setImmediate(resolve));

    expect(heard.ends).toEqual([{ ...ABNORMAL, cause: native.sendError }]);
  });

  test("a closing handshake that is not answered ends after closeTimeout, and what comes later is of no interest", () => {
    const { native, wire, heard, clock } = play();

    wire.close(1011, "");
    clock.advance(9_999);
    expect(heard.ends).toEqual([]);
    clock.advance(1);
    native.tell("message", { data: "late" });
    native.tell("close", { code: 1011, reason: "", wasClean: true });

    expect(heard.ends).toEqual([ABNORMAL]);
    expect(heard.messages).toEqual([]);
    expect(clock.timers).toBe(0);
  });
});

test("room is told as soon as it is seen, and looked for no longer than somebody waits", () => {
  const { native, wire, heard, clock } = play();
  const told: boolean[] = [];
  native.bufferedAmount = WIRE_HIGH_WATER;

  expect(wire.send("much")).toBe(false);
  wire.flushed((out) => told.push(out));
  clock.advance(20);
  expect([told, clock.timers]).toEqual([[], 1]);
  const before = heard.rooms;
  native.bufferedAmount = 0;
  clock.advance(4);

  expect(heard.rooms).toBe(before + 1);
  expect([told, clock.timers]).toEqual([[true], 0]);
});

test("what has ended keeps nothing of the app's alive, although Deno keeps the WebSockets of clients that vanished", () => {
  const memory = new MemoryWatch();

  const kept = Array.from({ length: 20 }, () => {
    const { native, heard } = play();
    heard.messages.push(new Uint8Array(1_000_000));
    native.tell("close", { code: 0, reason: "", wasClean: false });
    return native;
  });

  memory.look();
  expect(memory.mostHeld).toBeLessThan(5_000_000);
  expect(kept).toHaveLength(20);
});
