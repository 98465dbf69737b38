/** Percentiles of times. */

/** Milliseconds: half, 99 of 100, and 999 of 1000 took no longer. */
export interface Percentiles {
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
}

/** By rank; sorts what it is given. */
export function percentilesOf(times: Float64Array): Percentiles {
  times.sort();
  const at = (share: number) => times[Math.max(0, Math.ceil(share * times.length) - 1)]!;
  return { p50: at(0.5), p99: at(0.99), p999: at(0.999) };
}
