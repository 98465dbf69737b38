/** The report of a bench for a terminal: what was done, percentiles, a histogram, what went wrong. */

import type { Terminal } from "../terminal.ts";
import { counted, grouped, inBytes, inPercent, inRoundTime, inTime, perSecond, threeFigures } from "./figures.ts";
import type { BenchReport, Times } from "./report.ts";
import type { Bar } from "./spread.ts";

/** All lines of it. */
export function reportInWords(report: BenchReport, terminal: Terminal): string {
  const blocks = [
    [terminal.style("bold", report.url), describe(report)],
    facts(report, terminal),
    report.latency ? percentiles(report, report.latency, terminal) : [],
    report.histogram.length > 1 ? histogram(report.histogram, terminal) : [],
    report.errors.map(({ what, count }) => `${terminal.style("red", "✗")} ${grouped(count)} × ${what}`),
    remarks(report, terminal),
  ];
  return blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n");
}

/** What was asked for, in one line. */
export function describe({ parameters, measured, interrupted }: BenchReport): string {
  const { connections, rate, inFlight, size, kind, ramp, warmup, compression } = parameters;
  const load =
    rate === null ? `${grouped(inFlight ?? 0)} in flight on each, closed loop` : `${perSecond(rate)} in all, open loop`;
  return [
    counted(connections, "connection"),
    load,
    `${inBytes(size)} of ${kind === "text" ? "text" : "bytes"}`,
    `${inTime(Math.round(measured))}${interrupted ? " (interrupted)" : ""}`,
    ...(warmup > 0 ? [`${inTime(warmup)} warm-up`] : []),
    ...(ramp > 0 ? [`${inTime(ramp)} ramp`] : []),
    ...(compression ? ["compression offered"] : []),
  ].join(" · ");
}

function facts({ connections, messages, throughput, parameters }: BenchReport, terminal: Terminal): string[] {
  const { opened, failed, dropped, time } = connections;
  const rows: [string, string[]][] = [
    [
      "connections",
      [
        `${grouped(opened)} opened`,
        ...(time ? [`in ${inTime(time.p50)} (median), ${inTime(time.max)} (slowest)`] : []),
        ...(failed > 0 ? [terminal.style("red", `${grouped(failed)} failed`)] : []),
        ...(dropped > 0 ? [terminal.style("red", `${grouped(dropped)} ended early`)] : []),
      ],
    ],
    ["messages", messageCounts(messages, parameters.answers, terminal)],
    [
      "throughput",
      parameters.answers === "none"
        ? [`${perSecond(throughput.sent)} sent`, `${inBytes(throughput.bytesSent)}/s`]
        : [
            ...(parameters.rate === null ? [] : [`${perSecond(throughput.sent)} sent`]),
            `${perSecond(throughput.answered)} answered`,
            `${inBytes(throughput.bytesSent)}/s there, ${inBytes(throughput.bytesAnswered)}/s back`,
          ],
    ],
  ];
  return rows.map(([name, parts]) => `  ${name.padEnd(LABEL)}${parts.join(" · ")}`);
}

const LABEL = 14;

function messageCounts(messages: BenchReport["messages"], answers: string, terminal: Terminal): string[] {
  const bad = (count: number, words: string) =>
    count > 0 ? [terminal.style("red", `${grouped(count)} ${words}`)] : [];
  return [
    `${grouped(messages.sent)} sent`,
    ...(answers === "none" ? [] : [`${grouped(messages.answered)} answered`]),
    ...bad(messages.lost, "lost"),
    ...bad(messages.notSent, "not sent"),
    ...bad(messages.wrong, "wrong"),
    ...(answers === "echo" ? ["echoes checked"] : []),
  ];
}

function percentiles({ parameters }: BenchReport, latency: Times, terminal: Terminal): string[] {
  const columns = [
    ["min", latency.min],
    ["mean", latency.mean],
    ["p50", latency.p50],
    ["p90", latency.p90],
    ["p99", latency.p99],
    ["p99.9", latency.p999],
    ["max", latency.max],
  ] as const;
  const cells = columns.map(([name, value]) => {
    const text = threeFigures(value);
    const width = Math.max(7, name.length, text.length) + 2;
    return { head: name.padStart(width), value: text.padStart(width) };
  });
  const since = parameters.rate === null ? "the message was sent" : "the message was due";
  return [
    `  ${"latency".padEnd(LABEL)}${terminal.style("dim", `in milliseconds, from when ${since} to its answer`)}`,
    terminal.style("dim", `  ${cells.map(({ head }) => head).join("")}`),
    terminal.style("bold", `  ${cells.map(({ value }) => value).join("")}`),
  ];
}

function histogram(bars: readonly Bar[], terminal: Terminal): string[] {
  const most = Math.max(...bars.map(({ count }) => count));
  const total = bars.reduce((sum, { count }) => sum + count, 0);
  const labels = bars.map(({ to }) => inRoundTime(to));
  const width = Math.max(...labels.map(({ length }) => length));
  const room = Math.max(10, Math.min(60, terminal.columns - width - 24));
  return bars.map(({ count }, index) => {
    // A single answer among millions is still to be seen.
    const eighths = count === 0 ? 0 : Math.max(1, Math.round((count / most) * room * 8));
    const drawn = `${"█".repeat(eighths >> 3)}${["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths & 7]}`;
    const share = count === 0 ? "" : inPercent(count / total);
    return `  ≤ ${labels[index]!.padStart(width)} ${share.padStart(8)} ${terminal.style("cyan", drawn)}`.trimEnd();
  });
}

function remarks({ generator, notes }: BenchReport, terminal: Terminal): string[] {
  const all = [...notes, ...(generator.limit === null ? [] : [generator.limit])];
  return all.map((note) => `${terminal.style("yellow", "!")} ${note}`);
}
