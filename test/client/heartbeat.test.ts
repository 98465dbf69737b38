/** Heartbeats by messages, on a clock that the test moves. */

import { describe, expect, onTestFinished, test } from "vitest";
import { messageHeartbeat, resolveMessageHeartbeat } from "../../src/client/heartbeat.ts";
import type { VitalsOwner } from "../../src/client/vitals.ts";
import { TestClock } from "../support/test-clock.ts";

function start(message: () => unknown = () => "are you there?", times: { interval?: number; timeout?: number } = {}) {
  const clock = new TestClock();
  const began = clock.now();
  const sent: [unknown, number][] = [];
  const deaths: [number, number][] = [];
  const wire = { lastHeard: began };
  const intake = { isPaused: false };
  const outbox = { hand: (data: unknown) => sent.push([data, clock.now() - began]) };
  const dead = (silence: number) => deaths.push([silence, clock.now() - began]);
  const owner = { wire, intake, outbox, dead } as unknown as VitalsOwner;
  const options = resolveMessageHeartbeat({ message: message as () => string, ...times })!;
  const vitals = messageHeartbeat(owner, options, clock);
  const hear = () => {
    wire.lastHeard = clock.now();
  };
  return { clock, sent, deaths, intake, vitals, hear };
}

describe("a heartbeat by messages", () => {
  test("asks after 25 s of silence, and gives up after 20 s more", () => {
    const { clock, sent, deaths } = start();

    clock.advance(24_999);
    expect(sent).toEqual([]);
    clock.advance(1);
    expect(sent).toEqual([["are you there?", 25_000]]);
    clock.advance(19_999);
    expect(deaths).toEqual([]);
    clock.advance(1_000_000);

    expect(deaths).toEqual([[45_000, 45_000]]);
    expect(sent).toHaveLength(1);
    expect(clock.timers).toBe(0);
  });

  test("asks nothing of a server that is heard anyway", () => {
    const { clock, sent, hear } = start();

    for (let second = 0; second < 200; second += 20) {
      clock.advance(20_000);
      hear();
    }
    clock.advance(24_999);

    expect(sent).toEqual([]);
  });

  test("goes on as long as anything at all comes back", () => {
    const { clock, sent, deaths, hear } = start();

    clock.advance(25_000);
    clock.advance(19_000);
    hear();
    clock.advance(24_999);
    expect(sent).toHaveLength(1);
    clock.advance(1);

    expect(sent).toEqual([
      ["are you there?", 25_000],
      ["are you there?", 69_000],
    ]);
    expect(deaths).toEqual([]);
  });

  test("asks after each interval of silence, also where the timeout is longer", () => {
    const { clock, sent, hear } = start(() => "?", { interval: 1_000, timeout: 60_000 });

    for (let asked = 0; asked < 5; asked++) {
      clock.advance(1_000);
      hear();
    }

    expect(sent.map(([, at]) => at)).toEqual([1_000, 2_000, 3_000, 4_000, 5_000]);
  });

  test("while we do not read, silence does not count", () => {
    const { clock, sent, deaths, intake } = start();
    intake.isPaused = true;

    clock.advance(200_000);
    expect(sent).toEqual([]);
    intake.isPaused = false;
    clock.advance(25_000);
    expect(sent).toHaveLength(1);
    intake.isPaused = true;
    clock.advance(200_000);

    expect(deaths).toEqual([]);
  });

  test("takes bytes for a message, too", () => {
    const { clock, sent } = start(() => Uint8Array.of(9));

    clock.advance(25_000);

    expect(sent).toEqual([[Uint8Array.of(9), 25_000]]);
  });

  test.each([
    ["throws", () => JSON.parse("{")],
    ["gives what is no message", () => ({ type: "ping" })],
  ])("a message() that %s is told as an uncaught error, kills nobody, and is asked again", async (_what, message) => {
    const thrown: unknown[] = [];
    const before = process.listeners("uncaughtException");
    process.removeAllListeners("uncaughtException");
    process.on("uncaughtException", (error) => thrown.push(error));
    onTestFinished(() => {
      process.removeAllListeners("uncaughtException");
      for (const listener of before) process.on("uncaughtException", listener);
    });
    let asked = 0;
    const { clock, deaths, sent } = start(() => {
      asked++;
      return message();
    });

    clock.advance(24_999 + 25_001);
    clock.advance(25_000);
    await new Promise((resolve) => setImmediate(resolve));

    expect(asked).toBe(3);
    expect(thrown).toHaveLength(3);
    expect(sent).toEqual([]);
    expect(deaths).toEqual([]);
  });

  test("stops, also from within its own message", () => {
    const started = start(() => {
      started.vitals.stop(() => new Error("unused"));
      return "last words";
    });

    started.clock.advance(25_000);
    expect(started.clock.timers).toBe(0);
    started.clock.advance(100_000);

    expect(started.sent).toHaveLength(1);
    expect(started.deaths).toEqual([]);
  });

  test("after a machine has slept, asks first, and gives up only if that is not answered", () => {
    const { clock, sent, deaths } = start();
    clock.advance(10_000);

    clock.sleep(3_600_000);
    expect(sent).toHaveLength(1);
    expect(deaths).toEqual([]);
    clock.advance(20_000);

    expect(deaths).toHaveLength(1);
  });
});

test.each([true, false, null, undefined, 7, "message", {}, { interval: 5 }])(
  "the option %o is none of messages",
  (option) => {
    expect(resolveMessageHeartbeat(option as never)).toBeUndefined();
  },
);

test.each<[object, string]>([
  [{ message: "ping" }, "heartbeat.message is ping, expected a function"],
  [{ message: () => "ping", interval: 0 }, "heartbeat.interval is 0, expected a number above 0"],
  [{ message: () => "ping", timeout: Number.NaN }, "heartbeat.timeout is NaN, expected a number above 0"],
  [{ message: () => "ping", intervall: 5 }, "heartbeat has no option intervall; it has message, interval, timeout"],
])("the option %o is refused", (option, sentence) => {
  expect(() => resolveMessageHeartbeat(option as never)).toThrow(sentence);
});
