/** The arithmetic of `antiphon bench`: paces, histograms, messages, and what its pages are drawn with. */

import { createHistogram } from "node:perf_hooks";
import { expect, test } from "vitest";
import { grouped, inBytes, inPercent, inTime } from "../../src/cli/bench/figures.ts";
import { byFactors, byNines, fromZero } from "../../src/cli/bench/page/scale.ts";
import { Payloads } from "../../src/cli/bench/payloads.ts";
import { Pace } from "../../src/cli/bench/plan.ts";
import { limitOf } from "../../src/cli/bench/self-watch.ts";
import { barsOf, percentilesOf } from "../../src/cli/bench/spread.ts";
import { Tally } from "../../src/cli/bench/tally.ts";
import { TimeLine } from "../../src/cli/bench/time-line.ts";

function histogramOf(milliseconds: readonly number[]) {
  const histogram = createHistogram({ lowest: 1, highest: 1e12, figures: 3 });
  for (const value of milliseconds) histogram.record(Math.round(value * 1e6));
  return histogram;
}

test.each([
  ["steady", 1000, 0],
  ["rising", 1000, 500],
])("a %s pace counts the messages that are due, and knows when each is", (_name, rate, ramp) => {
  const pace = new Pace(rate, ramp);

  const wrong = Array.from({ length: 800 }, (_, index) => index).filter((index) => {
    const due = pace.dueAt(index);
    return pace.countBefore(due + 1e-6) !== index + 1 || (index > 0 && due <= pace.dueAt(index - 1));
  });

  expect(wrong).toEqual([]);
  expect(pace.countBefore(1000)).toBe(1000 - ramp / 2);
});

test("the bars of a histogram hold every answer once, between round bounds", () => {
  const values = Array.from({ length: 1000 }, (_, index) => 0.2 + index * 0.01);

  const bars = barsOf(histogramOf(values));

  expect(bars.reduce((sum, { count }) => sum + count, 0)).toBe(1000);
  expect(bars.length).toBeLessThanOrEqual(16);
  expect(bars[0]!.from).toBeLessThanOrEqual(0.2);
  expect(bars.at(-1)!.to).toBeGreaterThanOrEqual(10.19);
  // Between 1 and 2 ms lie 100 of them, whatever bars that is.
  const from1to2 = bars.filter(({ from, to }) => from >= 1 && to <= 2).reduce((sum, { count }) => sum + count, 0);
  expect(from1to2).toBeGreaterThanOrEqual(98);
  expect(from1to2).toBeLessThanOrEqual(102);
});

test("one answer alone, and answers that are all alike, have their bar", () => {
  expect(barsOf(histogramOf([3])).map(({ count }) => count)).toContain(1);
  expect(barsOf(histogramOf([1, 1, 1])).reduce((sum, { count }) => sum + count, 0)).toBe(3);
  expect(barsOf(histogramOf([]))).toEqual([]);
});

test("the curve of percentiles ends at the slowest answer and never falls", () => {
  const curve = percentilesOf(histogramOf([...Array.from({ length: 999 }, () => 1), 50]));

  expect(curve[0]![0]).toBe(0);
  expect(curve.at(-1)![0]).toBe(100);
  expect(curve.at(-1)![1]).toBeCloseTo(50, 0);
  expect(curve.every(([, latency], index) => index === 0 || latency >= curve[index - 1]![1])).toBe(true);
});

test("messages have the size that was asked for, and differ where they can", () => {
  for (const size of [0, 1, 3, 4, 64, 5000]) expect(new Payloads({ size, binary: false }).size).toBe(size);
  const payloads = new Payloads({ size: 64, binary: false });

  payloads.learn(0, payloads.at(0));

  expect(payloads.at(0)).not.toBe(payloads.at(1));
  expect(payloads.isEcho(1, payloads.at(1))).toBe(true);
  expect(payloads.isEcho(1, payloads.at(2))).toBe(false);
  // As servers answer that send back the bytes that they were given.
  expect(payloads.isEcho(1, Buffer.from(payloads.at(1) as string))).toBe(true);
});

test("a line of times keeps them in order while it grows", () => {
  const line = new TimeLine();
  for (let time = 0; time < 10; time++) line.push(time);
  line.answered = 8;
  for (let time = 10; time < 100; time++) line.push(time);

  const times = Array.from({ length: 92 }, (_, index) => line.at(8 + index));

  expect(times).toEqual(Array.from({ length: 92 }, (_, index) => 8 + index));
});

test("kinds of errors are bounded, whatever a server makes up", () => {
  const tally = new Tally(100);

  for (let index = 0; index < 1000; index++) tally.fault(`closed: ${index}`);

  expect(tally.errors.size).toBeLessThan(60);
  expect(tally.errors.get("other errors")).toBe(950);
});

test("the generator says when it was the limit itself", () => {
  const punctual = { p50: 0.001, p99: 0.2, max: 3 };

  expect(limitOf(0.5, punctual, 1)).toBeNull();
  expect(limitOf(0.97, null, 1)).toContain("busy 97.0 %");
  expect(limitOf(0.5, { p50: 1, p99: 20, max: 30 }, 25)).toContain("left 20 ms late");
  // Late, but that is not what the latencies are made of.
  expect(limitOf(0.5, { p50: 1, p99: 20, max: 30 }, 500)).toBeNull();
});

test("figures are written for people", () => {
  expect([0, 999, 1000, 1_048_576].map(grouped)).toEqual(["0", "999", "1 000", "1 048 576"]);
  expect([0.0512, 21.42, 214.2, 2142, 180_000].map(inTime)).toEqual([
    "0.051 ms",
    "21.4 ms",
    "214 ms",
    "2.14 s",
    "3 min",
  ]);
  expect([0, 64, 1536, 20 * 1024 ** 2].map(inBytes)).toEqual(["0 B", "64 B", "1.50 KiB", "20 MiB"]);
  expect([0, 0.00001, 0.0005, 0.125, 1].map(inPercent)).toEqual(["0 %", "< 0.01 %", "0.05 %", "12.5 %", "100 %"]);
});

test("scales begin and end at round values around what they show", () => {
  expect(fromZero(14_023).ticks).toEqual([0, 5000, 10_000, 15_000]);
  expect(byFactors(0.05, 302).ticks).toEqual([0.01, 0.1, 1, 10, 100, 1000]);
  expect(byNines(99.99).ticks).toEqual([0, 50, 90, 99, 99.9, 99.99]);
  expect(byNines(99).at(90)).toBeCloseTo(0.5);
});
