/** The plots of the report's page: which figures of a report each one shows. */

import { grouped, inRoundTime, inTime } from "../figures.ts";
import type { BenchReport, Stretch } from "../report.ts";
import { drawPlot } from "./plot.ts";
import { byNines, exactly, forLatencies, fromZero } from "./scale.ts";

/** How slow the slowest one in ten, in a hundred, in a thousand is. */
export function percentilePlot({ percentiles }: BenchReport): string {
  const values = percentiles.map(([, latency]) => latency);
  // The point at 100 lies where the last one below it does.
  const last = percentiles.at(-2)?.[0] ?? 0;
  return drawPlot({
    label: "Latency by percentile",
    x: byNines(last),
    y: forLatencies(values),
    places: percentiles.map(([percent]) => percent),
    lines: [{ name: "latency", tone: "first", values, filled: true }],
    xWords: (percent) => `${Number(percent.toFixed(percent > 99 ? 5 : 1))} %`,
    yWords: inTime,
    tickWords: inRoundTime,
    xName: "part of the answers that took no longer",
  });
}

/** When it was slow. */
export function latencyPlot({ series, measured }: BenchReport): string {
  const { points, interval } = series;
  const come = (value: (stretch: Stretch) => number) =>
    points.map((stretch) => (stretch.answered > 0 ? value(stretch) : undefined));
  return drawPlot({
    label: "Latency over time: median, 99th percentile and slowest answer",
    ...overTime(points, interval, measured),
    y: forLatencies(points.flatMap(({ p50, p99, max }) => [p50, p99, max])),
    lines: [
      { name: "slowest", tone: "third", values: come(({ max }) => max) },
      { name: "p99", tone: "second", values: come(({ p99 }) => p99) },
      { name: "p50", tone: "first", values: come(({ p50 }) => p50) },
    ],
    yWords: inTime,
    tickWords: inRoundTime,
  });
}

/** Whether what came back kept up with what was sent. */
export function throughputPlot({ series, measured, parameters }: BenchReport): string {
  const { points, interval } = series;
  const perSecond = (count: number, { at }: Stretch) => (count * 1000) / Math.min(interval, Math.max(1, measured - at));
  const answered = points.map((stretch) => perSecond(stretch.answered, stretch));
  const sent = points.map((stretch) => perSecond(stretch.sent, stretch));
  const words = (value: number) => `${grouped(value)}/s`;
  return drawPlot({
    label: "Messages sent and answered per second, over time",
    ...overTime(points, interval, measured),
    y: fromZero(Math.max(1, ...sent, ...answered)),
    lines: [
      { name: "sent", tone: "second", values: sent },
      ...(parameters.answers === "none" ? [] : [{ name: "answered", tone: "first", values: answered, filled: true }]),
    ],
    yWords: words,
    tickWords: (value) => (value < 10 ? `${value}/s` : words(value)),
  });
}

/** What all plots over time have alike. A value stands in the middle of its stretch. */
function overTime(points: readonly Stretch[], interval: number, measured: number) {
  const seconds = measured / 1000;
  return {
    x: exactly(seconds),
    places: points.map(({ at }) => Math.min(seconds, (at + Math.min(interval, measured - at) / 2) / 1000)),
    xWords: (value: number) => `${Number(value.toFixed(2))} s`,
    xName: "",
  };
}
