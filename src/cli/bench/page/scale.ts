/** Scales of a plot: from values to a place between 0 and 1, and the round values that are written beside it. */

/** One axis. */
export interface Scale {
  /** From 0, the beginning, to 1. */
  at(value: number): number;
  readonly ticks: readonly number[];
}

/** From 0 to a round number above `max`. */
export function fromZero(max: number, wanted = 5): Scale {
  const step = roundStep((max || 1) / wanted);
  const top = Math.ceil((max || 1) / step - 1e-9) * step;
  return { at: (value) => value / top, ticks: stepsTo(top, step) };
}

/** From 0 to exactly `max`: for time. */
export function exactly(max: number, wanted = 8): Scale {
  const step = roundStep((max || 1) / wanted);
  return { at: (value) => value / (max || 1), ticks: stepsTo(max, step) };
}

/** By factors, from a round number below `min` to one above `max`. Both have to be above 0. */
export function byFactors(min: number, max: number): Scale {
  const wide = max / min > 1000;
  const marks = wide ? [1] : max / min > 30 ? [1, 3] : [1, 2, 5];
  const all: number[] = [];
  for (let power = Math.floor(Math.log10(min)) - 1; power <= Math.log10(max) + 1; power++) {
    for (const mark of marks) all.push(Number((mark * 10 ** power).toPrecision(3)));
  }
  const first = all.findLastIndex((tick) => tick <= min);
  const last = all.findIndex((tick) => tick >= max && tick > all[first]!);
  const ticks = all.slice(Math.max(0, first), last + 1);
  const [low, high] = [Math.log(ticks[0]!), Math.log(ticks.at(-1)!)];
  return { at: (value) => (Math.log(Math.max(value, ticks[0]!)) - low) / (high - low), ticks };
}

/** For latencies: by factors where they differ much, since a plain scale would press the usual ones to the ground. */
export function forLatencies(values: readonly number[]): Scale {
  const above = values.filter((value) => value > 0);
  const [min, max] = above.reduce(([low, high], value) => [Math.min(low, value), Math.max(high, value)], [
    Number.POSITIVE_INFINITY,
    0,
  ] as [number, number]);
  if (max === 0) return fromZero(1);
  return max / min > 8 ? byFactors(min, max) : fromZero(max);
}

/** Percentiles, so that 99 and 99.9 are as far apart as 90 and 99. `last`: the last one below 100 that is known. */
export function byNines(last: number): Scale {
  const nines = (percent: number) => -Math.log10(1 - Math.min(percent, last) / 100);
  const most = nines(last) || 1;
  const ticks = [0, 50, 90, 99, 99.9, 99.99, 99.999, 99.9999, 99.99999].filter((percent) => percent <= last);
  return { at: (percent) => nines(percent) / most, ticks };
}

function stepsTo(top: number, step: number): number[] {
  return Array.from({ length: Math.floor(top / step + 1e-9) + 1 }, (_, index) => Number((index * step).toPrecision(6)));
}

/** 1, 2 or 5 times a power of ten, at least so much. */
function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  return [1, 2, 5, 10].map((mark) => mark * power).find((step) => step >= least * 0.999)!;
}
