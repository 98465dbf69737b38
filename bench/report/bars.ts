/** The picture of the README: a few telling scenarios, a bar for each server, figures and ratios at the bars. */

import type { BenchRun, Outcome, Scenario, ServerName } from "../model.ts";
import { figure, times } from "./figures.ts";
import { ratio, typical } from "./ratio.ts";
import { longName, serversOf } from "./servers.ts";
import type { Picture, Theme } from "./svg.ts";
import { MARGIN, round, Sheet, text, wrapWords } from "./svg.ts";

/** What the README shows, the first that fits of each line; a run that has less than two of them shows its first few. */
const TELLING: readonly RegExp[] = [
  /^echo-100x1x64-text/,
  /^echo-100x16x64-text/,
  /^room-1000x8$/,
  /^idle-15000-heap$/,
];
const AT_MOST = 5;

/** Other styles of Antiphon have tables of their own. */
const SHOWN: ReadonlySet<ServerName> = new Set<ServerName>([
  "antiphon",
  "ws",
  "ws+native",
  "crossws",
  "socket.io",
  "bun",
  "net",
  "http",
]);

/** They do no WebSocket work: what Node.js itself costs. */
const FLOORS: ReadonlySet<ServerName> = new Set<ServerName>(["net", "http"]);

const ROW = 30;
const BAR = 20;
const BARS_AT = 158;
/** Room for the longest bar; the rest is for its figures. */
const LONGEST = 325;

/** The bars of a run. */
export function drawBars(run: BenchRun, theme: Theme): Picture {
  const panels = tellingScenarios(run).map((scenario) => toPanel(run, scenario));
  const sheet = new Sheet();
  sheet.line(46, "What a server takes, less is better", "big");
  for (const panel of panels) drawPanel(sheet, panel, theme);
  sheet.space(14);
  for (const line of footer(run, panels)) sheet.line(24, line, "muted small");
  const description = panels
    .map(({ title, unit, bars }) => `${title} (${unit}): ${bars.map(describe).join(", ")}.`)
    .join(" ");
  return { height: sheet.y + MARGIN, title: "Antiphon beside its peers", description, body: sheet.body };
}

function drawPanel(sheet: Sheet, { title, unit, bars }: Panel, { ours, peer, floor }: Theme): void {
  sheet.space(20);
  sheet.rule();
  for (const line of wrapWords(title, 56)) sheet.line(30, line, "strong");
  sheet.line(25, unit, "muted small");
  sheet.space(12);
  const most = Math.max(...bars.map(({ value }) => value));
  for (const { server, value, ratio } of bars) {
    const isOurs = server === "antiphon";
    const length = Math.max(3, (value / most) * LONGEST);
    const fill = isOurs ? ours : FLOORS.has(server) ? floor : peer;
    const base = sheet.y + 19;
    sheet.add(text(MARGIN, base, longName(server), isOurs ? "strong ours" : "muted"));
    sheet.add(
      `<rect x="${BARS_AT}" y="${sheet.y + 2}" width="${round(length)}" height="${BAR}" rx="3" fill="${fill}"/>`,
    );
    sheet.add(
      `<text x="${round(BARS_AT + length + 10)}" y="${base}"${isOurs ? ' class="strong ours"' : ""}>${figure(value)}` +
        `${ratio === undefined ? "" : `<tspan dx="10" class="muted">${times(ratio)}×</tspan>`}</text>`,
    );
    sheet.space(ROW);
  }
}

interface Panel {
  readonly title: string;
  readonly unit: string;
  readonly bars: readonly Bar[];
}

interface Bar {
  readonly server: ServerName;
  readonly value: number;
  /** As many times as Antiphon; undefined for Antiphon, and where it did not take part. */
  readonly ratio: number | undefined;
}

function tellingScenarios({ outcomes }: BenchRun): readonly Scenario[] {
  const drawable = outcomes.filter(({ samples, server }) => samples.length > 0 && SHOWN.has(server));
  const all = [...new Map(drawable.map(({ scenario }) => [scenario.id, scenario])).values()];
  const telling = TELLING.flatMap((id) => all.find((scenario) => id.test(scenario.id)) ?? []);
  return telling.length >= Math.min(2, all.length) ? telling : all.slice(0, AT_MOST);
}

function toPanel(run: BenchRun, { id, title, unit }: Scenario): Panel {
  const found = run.outcomes.filter(
    ({ scenario, samples, server }) => scenario.id === id && samples.length > 0 && SHOWN.has(server),
  );
  const reference = found.find(({ server }) => server === "antiphon");
  const bars = serversOf(found).map((server): Bar => {
    const outcome = found.find((one) => one.server === server)!;
    return { server, value: Math.max(0, typical(outcome)), ratio: timesOf(outcome, reference) };
  });
  return { title, unit, bars };
}

function timesOf(outcome: Outcome, reference: Outcome | undefined): number | undefined {
  if (reference === undefined || outcome === reference) return undefined;
  return ratio(outcome.samples, reference.samples)?.median;
}

function describe({ server, value, ratio }: Bar): string {
  return `${longName(server)} ${figure(value)}${ratio === undefined ? "" : ` (${times(ratio)} times Antiphon)`}`;
}

function footer({ machine, versions, startedAt }: BenchRun, panels: readonly Panel[]): readonly string[] {
  const shown = new Set(panels.flatMap(({ bars }) => bars.map(({ server }) => server)));
  const floors = [...FLOORS].filter((server) => shown.has(server)).map(longName);
  const with_ = ["ws", "crossws", "socket.io", "bun"]
    .filter((name) => shown.has(name as ServerName) && versions[name] !== undefined)
    .map((name) => `${longName(name as ServerName)} ${versions[name]}`);
  const lines = [
    `N×: as many times as Antiphon, in the same run.`,
    ...(floors.length === 0 ? [] : [`${floors.join(" and ")}: canned answers, no WebSocket work at all.`]),
    [`Node.js ${machine.node.replace(/^v/, "")}`, ...with_].join(", "),
    `${machine.cpu}, ${startedAt.slice(0, 10)}`,
  ];
  return lines.flatMap((line) => wrapWords(sentence(line), 70));
}

function sentence(line: string): string {
  return line.charAt(0).toUpperCase() + line.slice(1);
}
