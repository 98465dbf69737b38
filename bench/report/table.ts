/** A run as tables for a terminal: one for each group, a block of lines for each scenario, a column for each server. */

import type { BenchRun, Outcome, Scenario, ServerName } from "../model.ts";
import { median } from "../support/order.ts";
import { figure, rate, times } from "./figures.ts";
import { Footnotes } from "./footnotes.ts";
import { paint } from "./paint.ts";
import type { Ratio, Verdict } from "./ratio.ts";
import { ratio, typical, verdict } from "./ratio.ts";
import { serversOf, shortName } from "./servers.ts";

/** What there is room for. */
export interface TableOptions {
  /** Letters in a line, at least 60. */
  readonly columns: number;
  /** Signs say the same without. */
  readonly colour: boolean;
}

const HEADINGS: Readonly<Record<Scenario["group"], string>> = {
  echo: "Echo",
  compressed: "Echo, compressed",
  room: "Rooms",
  connections: "Connections come and go",
  idle: "Idle connections",
  latency: "Latency at a fixed load",
  handlers: "Styles of handlers",
  headline: "A crowd that talks JSON",
  scaling: "How cost grows",
};

/** The sign stands for the colour. */
const SIGNS = {
  ahead: ["▲", "green"],
  even: [" ", "reset"],
  behind: ["▼", "red"],
} as const satisfies Record<Verdict, readonly [string, string]>;

/** What else a sample may tell, and how it is written. Other names are printed as they are. */
const EXTRAS: Readonly<Record<string, readonly [label: string, write: (value: number) => string]>> = {
  messagesPerSecond: ["messages/s", rate],
  deliveriesPerSecond: ["deliveries/s", rate],
  handshakesPerSecond: ["handshakes/s", rate],
  connectionsPerSecond: ["connects/s", rate],
  allOpen: ["all open, ms", figure],
  overall: ["all of them", figure],
  afterOneMessage: ["after 1 msg", figure],
  p50: ["p50 ms", figure],
  p99: ["p99 ms", figure],
  p999: ["p99.9 ms", figure],
  longestTurn: ["longest turn ms", figure],
  loadLate: ["load late, ms", figure],
  rate: ["offered/s", rate],
};

/** The notes speak of it where it matters. */
const UNPRINTED = new Set(["loadCpu", "serverCpu"]);

const LABEL = 17;
const COLUMN = 10;

/** All tables, with what the signs mean. */
export function renderTables(run: BenchRun, options: TableOptions): string {
  const groups = (Object.keys(HEADINGS) as Scenario["group"][])
    .map((group) => run.outcomes.filter(({ scenario }) => scenario.group === group))
    .filter((outcomes) => outcomes.length > 0);
  return [...groups.map((outcomes) => renderGroup(outcomes, options)), legend(run)].join("\n\n");
}

function legend({ rounds }: BenchRun): string {
  return [
    "times antiphon: what the server takes, over what Antiphon takes in the same round; the median of the rounds,",
    "and the interval that holds the true one in 90 of 100 runs.  ▲ Antiphon is ahead (all of the interval is",
    "above 1)  ▼ Antiphon is behind (all of it is below 1)  no sign: nobody can tell.",
    "antiphon: a handler of events; iterator, receive: handlers that iterate or await receive(). net, http: canned",
    "answers and no WebSocket work at all.",
    ...(rounds < 5 ? [`${rounds} rounds are too few for an interval: from 5 on, the signs come.`] : []),
  ].join("\n");
}

function renderGroup(outcomes: readonly Outcome[], { columns, colour }: TableOptions): string {
  const servers = serversOf(outcomes);
  const scenarios = [...new Map(outcomes.map(({ scenario }) => [scenario.id, scenario])).values()];
  const notes = new Footnotes();
  const lines = [paint("bold", HEADINGS[scenarios[0]!.group], colour)];
  // More servers than fit stand in a second block, as many as in the first.
  const blocks = Math.ceil(servers.length / Math.max(1, Math.floor((columns - LABEL) / COLUMN)));
  const each = Math.ceil(servers.length / blocks);
  for (const scenario of scenarios) {
    const found = outcomes.filter((outcome) => outcome.scenario.id === scenario.id);
    lines.push("", ...wrap(`${scenario.title} (${scenario.unit})`, columns));
    for (let at = 0; at < servers.length; at += each)
      lines.push(...renderBlock(servers.slice(at, at + each), found, { notes, colour }));
  }
  return [...lines, ...notes.lines(columns).map((line) => paint("dim", line, colour))].join("\n");
}

/** Some servers in one scenario: names, medians, ratios, intervals, and what else the samples tell. */
function renderBlock(
  servers: readonly ServerName[],
  outcomes: readonly Outcome[],
  { notes, colour }: { notes: Footnotes; colour: boolean },
): string[] {
  const of = (server: ServerName) => outcomes.find((outcome) => outcome.server === server);
  const reference = of("antiphon");
  const cells = servers.map((server): Cells => {
    const outcome = of(server);
    if (outcome === undefined) return { server, value: "", ratio: undefined, outcome };
    const { samples, note } = outcome;
    const value = samples.length > 0 ? figure(typical(outcome)) : note?.startsWith("cannot") ? "cannot" : "failed";
    const mark = note === undefined ? "" : notes.mark(note);
    const isCompared = server !== "antiphon" && reference !== undefined;
    return { server, value: value + mark, ratio: isCompared ? ratio(samples, reference.samples) : undefined, outcome };
  });
  if (cells.every(({ outcome }) => outcome === undefined)) return [];
  const line = (label: string, write: (cell: Cells) => string) =>
    (label.padEnd(LABEL) + cells.map((cell) => write(cell)).join("")).trimEnd();
  const hasRatios = cells.some((cell) => cell.ratio !== undefined);
  return [
    paint(
      "dim",
      line("", ({ server, outcome }) => right(outcome === undefined ? "" : shortName(server))),
      colour,
    ),
    line("", ({ value }) => right(value)),
    ...(hasRatios
      ? [
          line("  times antiphon", ({ ratio }) => writeRatio(ratio, colour)),
          line("  interval", ({ ratio }) => right(ratio === undefined ? "" : range(ratio))),
        ]
      : []),
    ...extrasOf(outcomes).map((name) => {
      const [label, write] = EXTRAS[name] ?? [name, figure];
      return line(`  ${label}`, ({ outcome }) => right(writeExtra(outcome, name, write)));
    }),
  ];
}

interface Cells {
  readonly server: ServerName;
  readonly value: string;
  readonly ratio: Ratio | undefined;
  readonly outcome: Outcome | undefined;
}

function extrasOf(outcomes: readonly Outcome[]): readonly string[] {
  const all = outcomes.flatMap(({ samples }) => samples.flatMap(({ extra = {} }) => Object.keys(extra)));
  return [...new Set(all)].filter((name) => !UNPRINTED.has(name));
}

function writeExtra(outcome: Outcome | undefined, name: string, write: (value: number) => string): string {
  const values = outcome?.samples.flatMap(({ extra }) => extra?.[name] ?? []) ?? [];
  return values.length === 0 ? "" : write(median(values));
}

function writeRatio(ratio: Ratio | undefined, colour: boolean): string {
  if (ratio === undefined) return right("");
  const [sign, style] = SIGNS[verdict(ratio)];
  return paint(style, right(`${sign} ${times(ratio.median)}x`), colour);
}

function range({ low, high }: Ratio): string {
  return `${times(low)}-${times(high)}`;
}

function right(text: string): string {
  return text.padStart(COLUMN);
}

/** At words, to lines of at most so many letters. */
function wrap(text: string, columns: number): string[] {
  const lines = [""];
  for (const word of text.split(" ")) {
    const line = lines.at(-1)!;
    if (line !== "" && line.length + 1 + word.length > columns) lines.push(`  ${word}`);
    else lines[lines.length - 1] = line === "" ? word : `${line} ${word}`;
  }
  return lines;
}
