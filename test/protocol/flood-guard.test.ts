/** Frames that carry nothing are counted by the second. */

import { expect, test } from "vitest";
import { FloodGuard } from "../../src/protocol/flood-guard.ts";

function countMany(guard: FloodGuard, times: number, { time = 0, perSecond = 1000 } = {}) {
  return Array.from({ length: times }, () => guard.count(time, perSecond)).filter((error) => error !== undefined);
}

test("as many as the limit says pass, and not one more", () => {
  const guard = new FloodGuard();

  expect(countMany(guard, 1000)).toEqual([]);
  const error = guard.count(0, 1000);
  expect(error).toMatchObject({ code: "CONTROL_FLOOD", closeCode: 1008 });
  expect(error?.message).toContain("limits.controlFramesPerSecond (1 000)");
});

test("a second later it counts from the start", () => {
  const guard = new FloodGuard();
  countMany(guard, 3, { time: 5_000_000, perSecond: 3 });

  expect(guard.count(5_000_999, 3)).toBeDefined();
  expect(countMany(guard, 3, { time: 5_001_000, perSecond: 3 })).toEqual([]);
  expect(guard.count(5_001_000, 3)).toBeDefined();
});

test("the second begins with the first frame, not with the connection", () => {
  const guard = new FloodGuard();

  countMany(guard, 2, { time: 900, perSecond: 2 });

  expect(guard.count(1100, 2)).toBeDefined();
});

test("Infinity counts for ever", () => {
  const guard = new FloodGuard();

  expect(countMany(guard, 100_000, { perSecond: Number.POSITIVE_INFINITY })).toEqual([]);
});
