/** The ratios of the bench: medians, intervals, and when one is ahead. */

import { describe, expect, test } from "vitest";
import { compare, ratio, verdict } from "../../bench/report/ratio.ts";
import { median } from "../../bench/support/order.ts";
import { outcome, run, steady } from "./runs.ts";

const samples = (values: readonly number[]) => values.map((value) => ({ value }));
const between = (other: readonly number[], ours: readonly number[]) => ratio(samples(other), samples(ours))!;

describe("a ratio", () => {
  test("is taken round by round: what slows both down does not change it", () => {
    const ours = [1, 10, 2, 30, 5];

    const found = between(
      ours.map((value) => value * 3),
      ours,
    );

    expect(found).toMatchObject({ rounds: 5, sure: true });
    for (const bound of [found.median, found.low, found.high]) expect(bound).toBeCloseTo(3);
  });

  test("of an even number of rounds is the geometric mean of the two in the middle", () => {
    expect(between([2, 8], [1, 1]).median).toBeCloseTo(4);
  });

  test.each([
    [5, 1, 5],
    [7, 1, 7],
    [8, 2, 7], // One of eight or none is below the median in 9 of 256 cases: 3.5 % on each side.
    [9, 2, 8],
    [12, 3, 10],
  ])("of %i rounds has the interval of the sign test: from the %ith to the %ith", (rounds, low, high) => {
    const falling = Array.from({ length: rounds }, (_, at) => rounds - at);

    expect(
      between(
        falling,
        falling.map(() => 1),
      ),
    ).toMatchObject({ low, high, sure: true });
  });

  test("of fewer than five rounds is not sure, so that nobody is ahead", () => {
    const found = between([9, 9, 9, 9], [1, 1, 1, 1]);

    expect(found).toMatchObject({ low: 9, high: 9, sure: false });
    expect(verdict(found)).toBe("even");
  });

  test("leaves out rounds that one of the two has not, or that have no figure", () => {
    expect(between([2, 2, -1, 4], [1, 1, 1]).rounds).toBe(2);
    expect(ratio([], samples([1]))).toBeUndefined();
  });
});

test("one is ahead, or behind, when all of the interval says so", () => {
  const ours = run([
    outcome("a", "antiphon", steady(10)),
    outcome("a", "ws", steady(11)),
    outcome("a", "bun", steady(6)),
    outcome("a", "crossws", [9, 12, 9, 12, 9, 12, 9, 12, 9]),
    outcome("b", "ws", steady(1)),
  ]);

  const found = compare(ours).map(({ server, verdict }) => [server, verdict]);

  expect(found).toEqual([
    ["ws", "ahead"],
    ["bun", "behind"],
    ["crossws", "even"],
  ]);
});

test("the middle of two is between them, and of none there is none", () => {
  expect(median([3, 1])).toBe(2);
  expect(median([])).toBeNaN();
});
