/** The report of a bench as a page: one file, plots as inline SVG, light and dark. */

import { counted, grouped, inBytes, inPercent, inRoundTime, inTime, perSecond } from "../figures.ts";
import type { BenchReport } from "../report.ts";
import { describe } from "../terminal-report.ts";
import { escaped } from "./escaped.ts";
import { latencyPlot, percentilePlot, throughputPlot } from "./plots.ts";
import { style } from "./style.ts";

/** All of the page. */
export function reportAsPage(report: BenchReport): string {
  const { url, started, latency, generator, notes } = report;
  const remarks = [...notes, ...(generator.limit === null ? [] : [generator.limit])];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>antiphon bench ${escaped(url)}</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body><main>
<h1>${escaped(url)}</h1>
<p>${escaped(describe(report))}</p>
<div class="tiles">${tiles(report)}</div>
${list(
  "errors",
  "What went wrong",
  report.errors.map(({ what, count }) => `${grouped(count)} × ${what}`),
)}
${list("remarks", "Read with care", remarks)}
${latency === null ? "" : latencySections(report)}
${section("Throughput over time", throughputPlot(report))}
<div class="pair">${section("What was done", table(parameterRows(report)))}${section("Where", table(machineRows(report)))}</div>
<footer>Made by antiphon bench ${escaped(report.machine.antiphon)}, ${escaped(started)}.</footer>
</main></body>
</html>
`;
}

function tiles({ latency, throughput, errors, parameters }: BenchReport): string {
  const faults = errors.reduce((sum, { count }) => sum + count, 0);
  const all: [string, string, boolean?][] = [
    parameters.answers === "none"
      ? [perSecond(throughput.sent), "sent"]
      : [
          perSecond(throughput.answered),
          parameters.rate === null ? "answered" : `answered, of ${perSecond(throughput.sent)} sent`,
        ],
    ...(latency === null
      ? []
      : ([
          [inTime(latency.p50), "half of the answers (p50)"],
          [inTime(latency.p99), "99 of 100 (p99)"],
          [inTime(latency.max), "the slowest"],
        ] as [string, string][])),
    [grouped(faults), faults === 1 ? "error" : "errors", faults > 0],
  ];
  return all
    .map(
      ([value, name, bad]) =>
        `<section${bad ? ' class="bad"' : ""}><b>${escaped(value)}</b><small>${escaped(name)}</small></section>`,
    )
    .join("");
}

function latencySections(report: BenchReport): string {
  return [
    section("Latency by percentile", percentilePlot(report)),
    section("Latency over time", latencyPlot(report)),
    section("Answers by latency", bars(report)),
  ].join("\n");
}

function bars({ histogram }: BenchReport): string {
  const most = Math.max(...histogram.map(({ count }) => count));
  const total = histogram.reduce((sum, { count }) => sum + count, 0);
  const rows = histogram.map(({ to, count }) => {
    const drawn = count === 0 ? '<i class="none"></i>' : `<i style="width:${((count / most) * 100).toFixed(2)}%"></i>`;
    const share = count === 0 ? "0" : inPercent(count / total);
    return `<span title="${escaped(counted(count, "answer"))}">≤ ${escaped(inRoundTime(to))}</span><span>${share}</span>${drawn}`;
  });
  return `<div class="bars">${rows.join("")}</div>`;
}

function parameterRows({ parameters, measured, messages, connections, throughput, interrupted }: BenchReport) {
  const { rate, inFlight, ramp, warmup, size, kind, compression, answers } = parameters;
  const { time } = connections;
  return [
    [
      "Load",
      rate === null
        ? `${inFlight} in flight on each connection (closed loop)`
        : `${perSecond(rate)} in all (open loop)`,
    ],
    [
      "Measured",
      `${inTime(Math.round(measured))}${interrupted ? `, interrupted (${inTime(parameters.duration)} asked for)` : ""}`,
    ],
    [
      "Before",
      [warmup > 0 ? `${inTime(warmup)} warm-up` : "no warm-up", ramp > 0 ? `${inTime(ramp)} ramp` : "no ramp"].join(
        ", ",
      ),
    ],
    ["Messages", `${inBytes(size)} of ${kind}, ${compression ? "compression offered" : "no compression"}`],
    ["Answers", ANSWERS[answers]],
    [
      "Counts",
      [
        `${grouped(messages.sent)} sent`,
        `${grouped(messages.answered)} answered`,
        `${grouped(messages.lost)} lost`,
        `${grouped(messages.notSent)} not sent`,
        `${grouped(messages.wrong)} wrong`,
      ].join(", "),
    ],
    ["Bytes", `${inBytes(throughput.bytesSent)}/s there, ${inBytes(throughput.bytesAnswered)}/s back`],
    [
      "Connections",
      `${grouped(connections.opened)} opened, ${grouped(connections.failed)} failed, ${grouped(connections.dropped)} ended early`,
    ],
    [
      "To open one",
      time === null
        ? "none opened"
        : `${inTime(time.p50)} (p50), ${inTime(time.p99)} (p99), ${inTime(time.max)} (slowest)`,
    ],
  ] as const;
}

const ANSWERS = {
  auto: "none came",
  echo: "checked as echoes",
  any: "one for each message; contents not checked",
  none: "none waited for",
} as const;

function machineRows({ machine, generator }: BenchReport) {
  const { lag, cpuPerMessage } = generator;
  return [
    ["Processor", `${machine.processor}, ${machine.processors} available`],
    ["Memory", inBytes(machine.memory)],
    ["System", machine.system],
    ["Node.js", machine.node],
    ["Generator busy", inPercent(generator.busy)],
    ...(cpuPerMessage === null
      ? []
      : [["Processor time", `${cpuPerMessage.toFixed(1)} µs for each message there and back`] as const]),
    ...(lag === null
      ? []
      : [["Sent late by", `${inTime(lag.p50)} (p50), ${inTime(lag.p99)} (p99), ${inTime(lag.max)} (most)`] as const]),
  ] as const;
}

function table(rows: readonly (readonly [string, string])[]): string {
  return `<table>${rows.map(([name, value]) => `<tr><th>${escaped(name)}</th><td>${escaped(value)}</td></tr>`).join("")}</table>`;
}

function section(title: string, content: string): string {
  return `<section><h2>${escaped(title)}</h2><div class="wide">${content}</div></section>`;
}

function list(kind: string, title: string, lines: readonly string[]): string {
  if (lines.length === 0) return "";
  return `<section class="${kind}"><h2>${title}</h2><ul>${lines.map((line) => `<li>${escaped(line)}</li>`).join("")}</ul></section>`;
}
