/** What is logged of a broker: a line for each change and each loss, with the fields for programs and without secrets. */

import { expect, test, vi } from "vitest";
import { loggerObserver } from "../../../src/server/observing/logger-observer.ts";
import type { BrokerChangedSignal, Observer, PublicationsLostSignal } from "../../../src/server/observing/observer.ts";
import { LineLog } from "../../support/listening-app.ts";

function logged(act: (observer: Observer) => void): LineLog {
  const log = new LineLog();
  act(loggerObserver(log));
  return log;
}

const REDIS = { broker: "redis", place: "redis://localhost:6379" } as const;

test.each<[Pick<BrokerChangedSignal, "state" | "error">, string]>([
  [{ state: "connecting" }, "info: redis at redis://localhost:6379: connecting"],
  [{ state: "connected" }, "info: redis at redis://localhost:6379: connected"],
  [{ state: "closed" }, "info: redis at redis://localhost:6379: closed"],
  [{ state: "idle", error: new Error("no") }, "warn: redis at redis://localhost:6379: idle: Error: no"],
  [
    { state: "connecting", error: new Error("reset") },
    "warn: redis at redis://localhost:6379: away, trying again: Error: reset",
  ],
  [{ state: "connecting", error: "words" }, "warn: redis at redis://localhost:6379: away, trying again: words"],
])("%o", (change, line) => {
  const log = logged((observer) => observer.brokerChanged?.({ ...REDIS, ...change }));

  expect(log.lines).toEqual([line]);
  expect(log.fields[0]).toMatchObject({ ...REDIS, state: change.state });
});

test("what joins the processes of one machine comes and goes with them: that is for debugging", () => {
  const debug = vi.fn();
  const log = new LineLog();
  const observer = loggerObserver({ ...log, debug });

  observer.brokerChanged?.({ broker: "workers", place: "this machine", state: "connected" });
  observer.brokerChanged?.({ broker: "workers", place: "this machine", state: "idle", error: new Error("gone") });

  expect(debug).toHaveBeenCalledWith(expect.anything(), "workers at this machine: connected");
  expect(log.lines).toEqual(["warn: workers at this machine: idle: Error: gone"]);
});

test("an error is a field without its stack: it may come every few seconds", () => {
  const log = logged((observer) =>
    observer.brokerChanged?.({ ...REDIS, state: "connecting", error: new Error("reset") }),
  );

  expect(log.fields[0]).toEqual({ ...REDIS, state: "connecting", error: "Error: reset" });
});

test("what a place is called cannot break the line", () => {
  const log = logged((observer) => observer.brokerChanged?.({ broker: "redis", place: "a\nb", state: "connected" }));

  expect(log.lines[0]).not.toContain("\n");
});

test.each<[PublicationsLostSignal, RegExp]>([
  [
    { why: "overflow", messages: 1, bytes: 10 },
    /^warn: 1 message \(10 B\) did not go to other machines: more than limits\.publishBuffer/,
  ],
  [{ why: "unconfirmed", messages: 2, bytes: 2_000 }, /^warn: 2 messages \(2 KB\) may not have reached other machines/],
  [
    { why: "closed", messages: 3, bytes: 0 },
    /^warn: 3 messages \(0 B\) did not go to other machines: the app closed first; more/,
  ],
  [{ why: "unconfirmed", messages: 1, bytes: 1, error: new Error("reset") }, /^warn: 1 message .*: Error: reset; more/],
])("%o", (lost, line) => {
  const log = logged((observer) => observer.publicationsLost?.(lost));

  expect(log.lines).toEqual([expect.stringMatching(line)]);
  expect(log.fields[0]).toMatchObject({ why: lost.why, messages: lost.messages, bytes: lost.bytes });
});

test("losses of one kind are one line, and their sum another when the broker is back", () => {
  const lose = (observer: Observer, why: PublicationsLostSignal["why"]) =>
    observer.publicationsLost?.({ why, messages: 1, bytes: 10 });
  const log = logged((observer) => {
    for (let at = 0; at < 1_000; at++) lose(observer, "overflow");
    observer.brokerChanged?.({ ...REDIS, state: "connecting", error: new Error("reset") });
    lose(observer, "overflow");
    observer.brokerChanged?.({ ...REDIS, state: "connected" });
    observer.brokerChanged?.({ ...REDIS, state: "connected" });
  });

  const lines = log.of("warn").filter((line) => line.includes("publishBuffer") || line.includes("message"));
  expect(lines).toHaveLength(2);
  expect(lines[0]).toMatch(/^1 message \(10 B\)/);
  expect(lines[1]).toMatch(/^1 ?000 messages \(10 KB\) did not go .*, after the first of them$/);
});
