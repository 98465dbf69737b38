/** The limits: defaults, what may be said instead, and what may not. */

import { describe, expect, test } from "vitest";
import { UsageError } from "../../src/errors.ts";
import { defaultLimits, resolveLimits } from "../../src/protocol/limits.ts";

test("nothing said means the defaults", () => {
  expect(resolveLimits()).toEqual(defaultLimits);
  expect(resolveLimits({})).toEqual(defaultLimits);
  expect(defaultLimits).toEqual({
    messageSize: 1_048_576,
    frameSize: Number.POSITIVE_INFINITY,
    fragments: 16_384,
    controlFramesPerSecond: 1000,
    headBytes: 16_384,
    headers: 100,
  });
});

test("what is said takes the place of a default; undefined says nothing", () => {
  const limits = resolveLimits({ messageSize: 5, fragments: undefined as unknown as number });

  expect(limits).toEqual({ ...defaultLimits, messageSize: 5 });
});

test("Infinity switches a limit off", () => {
  expect(resolveLimits({ messageSize: Number.POSITIVE_INFINITY }).messageSize).toBe(Number.POSITIVE_INFINITY);
});

describe("a limit that is none", () => {
  test.each(Object.keys(defaultLimits).flatMap((name) => [0, -1, Number.NaN].map((value) => [name, value] as const)))(
    "%s: %d",
    (name, value) => {
      expect(() => resolveLimits({ [name]: value })).toThrow(UsageError);
      expect(() => resolveLimits({ [name]: value })).toThrow(`limits.${name} is ${value}`);
    },
  );
});
