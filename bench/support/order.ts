/** What can be said of samples by their order alone (the sign test), so that no shape of the noise is assumed. */

/** The middle of them; NaN if there are none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

/** How many of so many sorted samples lie outside of the interval at each end, if the true median may lie beyond an end in `tail` of 1 cases. */
export function cutOf(count: number, tail: number): number {
  let chance = 0.5 ** count;
  let outside = chance;
  let cut = 0;
  while (cut < (count - 1) >> 1) {
    chance *= (count - cut) / (cut + 1);
    outside += chance;
    if (outside > tail) break;
    cut++;
  }
  return cut;
}
