/** Frames that carry nothing are counted by the second. */

import { expect, test } from "vitest";
import { FloodGuard } from "../../src/protocol/flood-guard.ts";
import { TestPlatform } from "../support/test-platform.ts";

function countMany(guard: FloodGuard, times: number) {
  return Array.from({ length: times }, () => guard.count()).filter((error) => error !== undefined);
}

test("as many as the limit says pass, and not one more", () => {
  const guard = new FloodGuard(new TestPlatform(), 1000);

  expect(countMany(guard, 1000)).toEqual([]);
  const error = guard.count();
  expect(error).toMatchObject({ code: "CONTROL_FLOOD", closeCode: 1008 });
  expect(error?.message).toContain("limits.controlFramesPerSecond (1 000)");
});

test("a second later it counts from the start", () => {
  const platform = new TestPlatform();
  platform.time = 5_000_000;
  const guard = new FloodGuard(platform, 3);
  countMany(guard, 3);

  platform.time += 999;
  expect(guard.count()).toBeDefined();
  platform.time += 1;
  expect(countMany(guard, 3)).toEqual([]);
  expect(guard.count()).toBeDefined();
});

test("the second begins with the first frame, not with the connection", () => {
  const platform = new TestPlatform();
  const guard = new FloodGuard(platform, 2);

  platform.time = 900;
  countMany(guard, 2);
  platform.time = 1100;

  expect(guard.count()).toBeDefined();
});

test("Infinity counts for ever", () => {
  const guard = new FloodGuard(new TestPlatform(), Number.POSITIVE_INFINITY);

  expect(countMany(guard, 100_000)).toEqual([]);
});
