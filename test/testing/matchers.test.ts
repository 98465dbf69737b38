/** Matchers of test runners inside of what `expectJson` expects. */

import { isDeepStrictEqual } from "node:util";
import { expect, test } from "vitest";
import { withMatched } from "../../src/testing/socket/matchers.ts";

const fits = (value: unknown, expected: unknown) => isDeepStrictEqual(withMatched(value, expected), expected);

test("fit where they stand: at the top, in objects, in arrays", () => {
  expect(fits("x", expect.any(String))).toBe(true);
  expect(fits({ id: 7, tags: ["a", "b"] }, { id: expect.any(Number), tags: ["a", expect.stringMatching(/b/)] })).toBe(
    true,
  );
  expect(fits({ a: 1, b: 2 }, expect.objectContaining({ a: 1 }))).toBe(true);
});

test("do not fit what they do not match, and hide nothing beside them", () => {
  expect(fits({ id: "7" }, { id: expect.any(Number) })).toBe(false);
  expect(fits({ id: 7, more: 1 }, { id: expect.any(Number) })).toBe(false);
  expect(fits({}, { id: expect.anything() })).toBe(false);
  expect(fits([1, 2], [expect.any(Number)])).toBe(false);
});
