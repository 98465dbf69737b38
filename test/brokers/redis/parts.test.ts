/** Small parts of the Redis broker that need no Redis: waits between attempts, the heartbeat, waiting with an end. */

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { startHeartbeat } from "../../../src/brokers/redis/heartbeat.ts";
import { atMost, backoff, pause } from "../../../src/brokers/redis/patience.ts";

describe("the wait before an attempt", () => {
  test("begins short, doubles, and never exceeds two seconds", () => {
    expect([0, 1, 2, 3, 4, 5, 50, 5_000].map((attempt) => backoff(attempt, () => 1))).toEqual([
      100, 200, 400, 800, 1_600, 2_000, 2_000, 2_000,
    ]);
  });

  test("is random, and at least half of that", () => {
    expect([0, 3, 50].map((attempt) => backoff(attempt, () => 0))).toEqual([50, 400, 1_000]);
    expect(new Set(Array.from({ length: 20 }, () => backoff(9))).size).toBeGreaterThan(10);
  });
});

describe("the heartbeat", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test("finds an engine silent that does not answer for three seconds, once", async () => {
    const onSilent = vi.fn();
    const ping = vi.fn(() => new Promise(() => {}));
    startHeartbeat(ping, onSilent);

    await vi.advanceTimersByTimeAsync(3_999);
    expect(onSilent).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(onSilent).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(60_000);
    expect([ping.mock.calls.length, onSilent.mock.calls.length]).toEqual([1, 1]);
  });

  test("goes on as long as there are answers, late ones too", async () => {
    const onSilent = vi.fn();
    const ping = vi.fn(() => new Promise((resolve) => setTimeout(resolve, 2_500)));
    const stop = startHeartbeat(ping, onSilent);

    await vi.advanceTimersByTimeAsync(60_000);
    expect(ping.mock.calls.length).toBeGreaterThan(10);
    expect(onSilent).not.toHaveBeenCalled();
    stop();
    expect(vi.getTimerCount()).toBeLessThanOrEqual(1);
  });

  test("takes an error for an answer", async () => {
    const onSilent = vi.fn();
    startHeartbeat(() => Promise.reject(new Error("LOADING")), onSilent);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(onSilent).not.toHaveBeenCalled();
  });
});

describe("waiting with an end", () => {
  test("gives what comes in time, and leaves no timer behind", async () => {
    vi.useFakeTimers();
    const signal = AbortSignal.timeout(1_000_000);
    expect(await atMost(1_000, Promise.resolve("it"), signal)).toBe("it");
    expect(vi.getTimerCount()).toBe(0);
    vi.useRealTimers();
  });

  test("says how long it has waited", async () => {
    await expect(atMost(5, new Promise(() => {}))).rejects.toThrow("no answer within 5 ms");
  });

  test("ends with its signal, aborted before or while it waits", async () => {
    const given = new AbortController();
    const waiting = atMost(60_000, new Promise(() => {}), given.signal);
    given.abort(new Error("given up"));
    await expect(waiting).rejects.toThrow("given up");
    await expect(atMost(60_000, new Promise(() => {}), given.signal)).rejects.toThrow("given up");
    expect(await pause(60_000, given.signal)).toBeUndefined();
  });
});
