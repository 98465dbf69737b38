/** How latencies are spread: the percentiles of a curve, and the bars of a histogram. */

import type { RecordableHistogram } from "node:perf_hooks";

/** Answers that took from `from` to `to` milliseconds. */
export interface Bar {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

/** The points of a curve by percentile, denser towards 100: percent and milliseconds. */
export function percentilesOf(histogram: RecordableHistogram): (readonly [percent: number, latency: number])[] {
  const { count } = histogram;
  if (count === 0) return [];
  const points: (readonly [number, number])[] = [];
  // Ten steps for each half of what is left, up to the last single answer.
  for (let left = 1; left * count > 0.5; left *= 2 ** -0.1) {
    const percent = (1 - left) * 100;
    points.push([percent, (percent === 0 ? histogram.min : histogram.percentile(percent)) / 1e6]);
  }
  points.push([100, histogram.max / 1e6]);
  return points;
}

/** Bars of round bounds, all of a part, from the fastest answer to the slowest. */
export function barsOf(histogram: RecordableHistogram): Bar[] {
  if (histogram.count === 0) return [];
  const bounds = boundsFrom(histogram.min / 1e6, histogram.max / 1e6);
  const below = bounds.map((bound) => countUpTo(histogram, bound));
  return bounds.slice(1).map((to, index) => {
    return { from: bounds[index]!, to, count: below[index + 1]! - below[index]! };
  });
}

/** Round numbers that lie as evenly as they can on a scale of factors: the finest of these steps that gives few enough. */
function boundsFrom(min: number, max: number): number[] {
  const all = STEPS.map((steps) => {
    const bounds: number[] = [];
    for (let power = 10 ** Math.floor(Math.log10(min)); bounds.length < 2 || bounds.at(-1)! < max; power *= 10) {
      for (const step of steps) {
        const bound = Number((step * power).toPrecision(3));
        if (bounds.length > 0 && bounds.at(-1)! >= max && bounds.length >= 2) break;
        // The one below the fastest stays.
        if (bound <= min) bounds.length = 0;
        bounds.push(bound);
      }
    }
    return bounds;
  });
  return all.find((bounds) => bounds.length <= MOST_BARS + 1) ?? all.at(-1)!;
}

const MOST_BARS = 16;

const STEPS: readonly (readonly number[])[] = [
  [1, 1.1, 1.2, 1.35, 1.5, 1.65, 1.8, 2, 2.2, 2.5, 2.8, 3.2, 3.6, 4, 4.5, 5, 5.5, 6, 6.5, 7, 7.5, 8, 9],
  [1, 1.25, 1.5, 2, 2.5, 3, 4, 5, 6, 8],
  [1, 1.5, 2, 3, 5, 7],
  [1, 2, 5],
  [1, 3],
  [1],
];

/** How many are not above so many milliseconds: found by halving, since a histogram of Node is asked for percentiles only. */
function countUpTo(histogram: RecordableHistogram, milliseconds: number): number {
  const { count } = histogram;
  const bound = milliseconds * 1e6;
  if (histogram.min > bound) return 0;
  if (histogram.max <= bound) return count;
  let [low, high] = [0, count];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    // Half a message less, so that rounding cannot reach the next one.
    if (histogram.percentile(((middle - 0.5) / count) * 100) <= bound) low = middle;
    else high = middle;
  }
  return low;
}
