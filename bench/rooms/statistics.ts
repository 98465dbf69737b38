/** What to make of samples: the middle one, and how sure of it one can be. */

/** The middle of them. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

/** A median, and an interval that holds the true one in 95 of 100 cases, by order alone (the sign test); all of them if they are fewer than six. */
export interface Estimate {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/** Of samples that stand for themselves. */
export function estimate(values: readonly number[]): Estimate {
  const sorted = [...values].sort((a, b) => a - b);
  const cut = cutOf(sorted.length);
  return { median: median(sorted), low: sorted[cut]!, high: sorted[sorted.length - 1 - cut]! };
}

/** How many samples at each end lie outside of the interval. */
function cutOf(count: number): number {
  let chance = 0.5 ** count;
  let below = chance;
  let cut = 0;
  while (below <= 0.025 && cut < (count - 1) >> 1) {
    chance *= (count - cut) / (cut + 1);
    below += chance;
    if (below <= 0.025) cut++;
    else break;
  }
  return cut;
}
