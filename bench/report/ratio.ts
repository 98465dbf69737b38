/** What to make of samples: their median, and how many times as much one server takes as another, with a 90 % interval. */

import type { BenchRun, Outcome, Sample, ServerName } from "../model.ts";
import { cutOf, median } from "../support/order.ts";

/** How many times as much: above 1, the other one takes more. */
export interface Ratio {
  /** The geometric median of the rounds' ratios. */
  readonly median: number;
  /** The true median lies between `low` and `high` in 90 of 100 runs; see `sure`. */
  readonly low: number;
  readonly high: number;
  /** Rounds that both have. */
  readonly rounds: number;
  /** There are enough rounds for 90 %. With fewer than five, `low` and `high` are merely the least and the most. */
  readonly sure: boolean;
}

/** A ratio of the run. `verdict` is the word of the table, seen from the server that it is compared with. */
export interface Comparison extends Ratio {
  readonly scenario: string;
  readonly server: ServerName;
  readonly to: ServerName;
  readonly verdict: Verdict;
}

/** `ahead`: the lower bound is above 1. `behind`: the upper bound is below 1. `even`: nobody can tell. */
export type Verdict = "ahead" | "even" | "behind";

/**
 * What `other` takes, over what `ours` takes, round by round. By order alone (the sign test), so that no shape of the noise is
 * assumed and the same samples always give the same interval. Undefined if they share no round with figures above 0.
 */
export function ratio(other: readonly Sample[], ours: readonly Sample[]): Ratio | undefined {
  const ratios = other
    .flatMap(({ value }, round) => {
      const own = ours[round]?.value ?? 0;
      return value > 0 && own > 0 ? value / own : [];
    })
    .sort((a, b) => a - b);
  if (ratios.length === 0) return undefined;
  const cut = cutOf(ratios.length, 0.05);
  return {
    median: Math.exp(median(ratios.map(Math.log))),
    low: ratios[cut]!,
    high: ratios[ratios.length - 1 - cut]!,
    rounds: ratios.length,
    sure: ratios.length >= ENOUGH_ROUNDS,
  };
}

/** Of five ratios, the true median lies outside of them all in 2 of 32 cases. */
const ENOUGH_ROUNDS = 5;

/** Being ahead takes enough rounds to be sure. */
export function verdict({ low, high, sure }: Ratio): Verdict {
  if (sure && low > 1) return "ahead";
  return sure && high < 1 ? "behind" : "even";
}

/** Every server with the one called `to`, in every scenario that has both. */
export function compare(run: BenchRun, to: ServerName = "antiphon"): readonly Comparison[] {
  return run.outcomes.flatMap((outcome) => {
    const { scenario, server, samples } = outcome;
    const ours = server === to ? undefined : outcomeOf(run, scenario.id, to);
    const found = ours && ratio(samples, ours.samples);
    return found === undefined ? [] : { scenario: scenario.id, server, to, ...found, verdict: verdict(found) };
  });
}

/** What one server did in one scenario. */
export function outcomeOf(run: BenchRun, scenario: string, server: ServerName): Outcome | undefined {
  return run.outcomes.find((outcome) => outcome.scenario.id === scenario && outcome.server === server);
}

/** The middle of a server's samples. */
export function typical({ samples }: Outcome): number {
  return median(samples.map(({ value }) => value));
}
