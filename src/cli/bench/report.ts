/** What a bench has found, as plain data: what `--json` prints, and what the pages and tables are made of. */

import type { RecordableHistogram } from "node:perf_hooks";
import { withoutPassword } from "../words.ts";
import type { Load } from "./load.ts";
import type { Machine } from "./machine.ts";
import type { BenchPlan, Expectation } from "./plan.ts";
import type { OwnWork } from "./self-watch.ts";
import type { Bar } from "./spread.ts";
import { barsOf, percentilesOf } from "./spread.ts";

/** Milliseconds. */
export interface Times {
  readonly min: number;
  readonly mean: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

/** One stretch of the measurement: `at` its beginning, latencies in milliseconds, 0 where no answer came. */
export interface Stretch {
  readonly at: number;
  readonly sent: number;
  readonly answered: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** All of it. Times in milliseconds. */
export interface BenchReport {
  readonly url: string;
  /** When it began, as ISO 8601. */
  readonly started: string;
  readonly machine: Machine;
  readonly parameters: {
    readonly connections: number;
    /** Messages per second on all connections together; `null` in a closed loop. */
    readonly rate: number | null;
    /** Messages under way on each connection; `null` in an open loop. */
    readonly inFlight: number | null;
    readonly size: number;
    readonly kind: "text" | "binary";
    readonly duration: number;
    readonly warmup: number;
    readonly ramp: number;
    readonly compression: boolean;
    /** As what answers were looked at in the end. */
    readonly answers: Expectation;
  };
  /** Whether Ctrl-C ended it early. */
  readonly interrupted: boolean;
  /** How long it was measured. */
  readonly measured: number;
  readonly connections: {
    readonly opened: number;
    readonly failed: number;
    /** Those that ended before the bench did. */
    readonly dropped: number;
    /** What opening one took; `null` if none opened. */
    readonly time: Times | null;
  };
  readonly messages: {
    /** That came due in the measured time; the others are of these, or of the warm-up where something went wrong. */
    readonly due: number;
    readonly sent: number;
    readonly answered: number;
    readonly lost: number;
    readonly notSent: number;
    /** Without an answer yet when Ctrl-C came. */
    readonly underWay: number;
    /** That had to wait, since the server did not read. */
    readonly waited: number;
    readonly wrong: number;
    readonly unasked: number;
  };
  /** In the measured time, per second. */
  readonly throughput: {
    readonly sent: number;
    readonly answered: number;
    readonly bytesSent: number;
    readonly bytesAnswered: number;
  };
  /** From when a message was due (in a closed loop: sent) to its answer; `null` if none came. */
  readonly latency: Times | null;
  /** For plots: percent, and the latency that so many answers did not exceed. */
  readonly percentiles: readonly (readonly [percent: number, latency: number])[];
  readonly histogram: readonly Bar[];
  readonly series: { readonly interval: number; readonly points: readonly Stretch[] };
  readonly errors: readonly { readonly what: string; readonly count: number }[];
  /** What this process had to do with it. */
  readonly generator: OwnWork;
  /** What to know when reading the figures. */
  readonly notes: readonly string[];
}

/** What a report is made of. */
export interface ReportSource {
  readonly plan: BenchPlan;
  readonly load: Load;
  readonly machine: Machine;
  readonly own: OwnWork;
  readonly started: Date;
  readonly compression: boolean;
  readonly binary: boolean;
  readonly interrupted: boolean;
  readonly notes: readonly string[];
}

/** Puts it together. */
export function makeReport({ plan, load, machine, own, started, notes, ...rest }: ReportSource): BenchReport {
  const { tally, payloads } = load;
  const measured = Math.max(0, load.until - load.from);
  const perSecond = (count: number) => (measured === 0 ? 0 : (count * 1000) / measured);
  const perAnswer = tally.answered === 0 ? 0 : tally.bytesIn / tally.answered;
  return {
    url: withoutPassword(new URL(plan.url)),
    started: started.toISOString(),
    machine,
    parameters: {
      connections: plan.connections,
      rate: plan.load.kind === "open" ? plan.load.rate : null,
      inFlight: plan.load.kind === "closed" ? plan.load.inFlight : null,
      size: payloads.size,
      kind: rest.binary ? "binary" : "text",
      duration: plan.duration,
      warmup: plan.warmup,
      ramp: plan.ramp,
      compression: rest.compression,
      answers: load.expect,
    },
    interrupted: rest.interrupted,
    measured,
    connections: {
      opened: load.opened,
      failed: load.failed,
      dropped: load.dropped,
      time: timesOf(tally.connecting),
    },
    messages: {
      due: tally.due,
      sent: tally.sent,
      answered: tally.answered,
      lost: tally.lost,
      notSent: tally.notSent,
      underWay: load.underWay,
      waited: tally.waited,
      wrong: tally.wrong,
      unasked: tally.unasked,
    },
    throughput: {
      sent: perSecond(tally.sent),
      answered: perSecond(tally.answeredInTime),
      bytesSent: perSecond(tally.sent * payloads.size),
      bytesAnswered: perSecond(tally.answeredInTime * perAnswer),
    },
    latency: timesOf(tally.latency),
    percentiles: percentilesOf(tally.latency),
    histogram: barsOf(tally.latency),
    series: {
      interval: tally.step,
      points: tally.intervals.map((interval) => ({
        ...interval,
        p50: interval.p50 / 1e6,
        p99: interval.p99 / 1e6,
        max: interval.max / 1e6,
      })),
    },
    errors: Array.from(tally.errors, ([what, count]) => ({ what, count })).sort((a, b) => b.count - a.count),
    generator: own,
    notes,
  };
}

/** In milliseconds, of a histogram of nanoseconds. */
export function timesOf(histogram: RecordableHistogram): Times | null {
  if (histogram.count === 0) return null;
  const of = (percent: number) => histogram.percentile(percent) / 1e6;
  return {
    min: histogram.min / 1e6,
    mean: histogram.mean / 1e6,
    p50: of(50),
    p90: of(90),
    p99: of(99),
    p999: of(99.9),
    max: histogram.max / 1e6,
  };
}
