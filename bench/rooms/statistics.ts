/** What to make of samples: the middle one, and how sure of it one can be. */

import { cutOf, median } from "../support/order.ts";

/** A median, and an interval that holds the true one in 95 of 100 cases, by order alone (the sign test); all of them if they are fewer than six. */
export interface Estimate {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/** Of samples that stand for themselves. */
export function estimate(values: readonly number[]): Estimate {
  const sorted = [...values].sort((a, b) => a - b);
  const cut = cutOf(sorted.length, 0.025);
  return { median: median(sorted), low: sorted[cut]!, high: sorted[sorted.length - 1 - cut]! };
}
