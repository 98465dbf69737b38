/** Which goals a run meets, each with the figure that decides it. */

import type { BenchRun, Outcome, Scenario } from "../model.ts";
import { median } from "../support/order.ts";
import { figure, times } from "./figures.ts";
import type { Goal } from "./goals.ts";
import { GOALS, toWords } from "./goals.ts";
import type { Style } from "./paint.ts";
import { paint } from "./paint.ts";
import { outcomeOf, ratio, typical } from "./ratio.ts";

/** `unknown`: the run has not what it takes, or too few rounds. */
export interface Checked {
  readonly number: number;
  readonly says: string;
  readonly state: "met" | "missed" | "unknown";
  /** In each scenario that the run has; those that miss come first. */
  readonly findings: readonly Finding[];
}

/** What one scenario says of a goal. */
export interface Finding {
  readonly scenario: string;
  readonly state: "met" | "missed" | "unknown";
  /** What decides: `6.49x [6.31-6.80]`. */
  readonly figure: string;
  /** How many times better than it has to be; below 1 it is missed. */
  readonly margin: number;
}

/** All goals, in their order. */
export function checkGoals(run: BenchRun, goals: readonly Goal[] = GOALS): readonly Checked[] {
  return goals.map((goal) => {
    const findings = findingsOf(run, goal).sort(
      (a, b) => STATES.indexOf(a.state) - STATES.indexOf(b.state) || a.margin - b.margin,
    );
    // All have to meet it: the first is the worst.
    return { number: goal.number, says: toWords(goal), state: findings[0]?.state ?? "unknown", findings };
  });
}

const STATES = ["missed", "unknown", "met"] as const;

/** A line for each goal; where it is missed, one for each scenario that misses it. */
export function renderGoals(
  goals: readonly Checked[],
  { columns, colour }: { columns: number; colour: boolean },
): string {
  const lines = goals.flatMap(({ number, says, state, findings }) => {
    const [word, style] = WORDS[state];
    const counted =
      findings.length > 1 ? ` (${findings.filter((one) => one.state === "met").length} of ${findings.length})` : "";
    const figures = findings.length === 1 || state !== "missed" ? closest(findings) : "";
    const line = `${number} ${word.padEnd(8)} ${says}${counted}`;
    return [
      `${paint(style, line.padEnd(Math.min(66, columns - 34)), colour)} ${figures}`.trimEnd(),
      ...(findings.length > 1 && state === "missed"
        ? findings
            .filter((one) => one.state !== "met")
            .map((one) => `            ${one.scenario.padEnd(40)} ${one.figure}${one.state === "unknown" ? " ?" : ""}`)
        : []),
    ];
  });
  const missing = goals.some(({ findings }) => findings.length === 0);
  return [
    paint("bold", "Goals", colour),
    "",
    ...lines,
    ...(missing ? ["  ?: not in this run, or too few rounds to tell"] : []),
  ].join("\n");
}

const WORDS = { met: ["✓ met", "green"], missed: ["✗ missed", "red"], unknown: ["?", "dim"] } as const satisfies Record<
  Checked["state"],
  readonly [string, Style]
>;

/** The figure of the scenario that decides. */
function closest([first, ...rest]: readonly Finding[]): string {
  if (first === undefined) return "";
  return rest.length === 0 ? first.figure : `${first.scenario}: ${first.figure}`;
}

function findingsOf(run: BenchRun, goal: Goal): Finding[] {
  const scenarios = [...new Map(run.outcomes.map(({ scenario }) => [scenario.id, scenario])).values()].filter(
    ({ id }) => goal.in.test(id),
  );
  if (goal.kind === "grows") return growth(run, goal, scenarios);
  return scenarios.flatMap((scenario) => findIn(run, goal, scenario) ?? []);
}

function findIn(run: BenchRun, goal: Exclude<Goal, { kind: "grows" }>, scenario: Scenario): Finding | undefined {
  const ours = outcomeOf(run, scenario.id, goal.ours);
  if (ours === undefined || ours.samples.length === 0) return undefined;
  if (goal.kind === "bounded") {
    const values = ours.samples.flatMap(({ extra }) => extra?.[goal.extra] ?? []);
    if (values.length === 0) return undefined;
    const value = median(values);
    return finding(scenario, goal.most / value, `${figure(value)} ${goal.unit}`);
  }
  if (goal.kind === "above") {
    const base = baseOf(run, goal, scenario);
    if (base === undefined) return undefined;
    const more = typical(ours) - typical(base);
    const [mine, theirs] = [figure(typical(ours)), figure(typical(base))];
    // What takes less than the other one has room without end.
    const margin = more <= 0 ? Number.MAX_VALUE : goal.more / more;
    return finding(scenario, margin, `${figure(more)} ${goal.unit} (${mine} - ${theirs})`);
  }
  const theirs = outcomeOf(run, scenario.id, goal.of);
  if (theirs === undefined) return undefined;
  if (goal.kind === "at most") {
    const found = ratio(ours.samples, theirs.samples);
    return found && finding(scenario, goal.times / found.median, written(found));
  }
  const found = ratio(theirs.samples, ours.samples);
  if (found === undefined) return undefined;
  if (goal.kind === "at least") return finding(scenario, found.median / goal.times, written(found));
  const isMet = goal.kind === "ahead" ? found.low > 1 : found.high >= 1;
  const state = !found.sure ? "unknown" : isMet ? "met" : "missed";
  return { scenario: scenario.id, state, figure: written(found), margin: found.low };
}

/** What the other one takes: in the same scenario, or in the one that differs from it by what the goal is about. */
function baseOf(run: BenchRun, goal: Goal & { kind: "above" }, scenario: Scenario): Outcome | undefined {
  const { of, than } = goal;
  const found = run.outcomes.find(
    (outcome) =>
      outcome.server === of &&
      (than === undefined ? outcome.scenario.id === scenario.id : than.test(outcome.scenario.id)),
  );
  return found?.samples.length === 0 ? undefined : found;
}

function growth(
  run: BenchRun,
  { ours, times: most }: Goal & { kind: "grows" },
  scenarios: readonly Scenario[],
): Finding[] {
  const costs = scenarios
    .flatMap(({ id }) => outcomeOf(run, id, ours) ?? [])
    .filter(({ samples }) => samples.length > 0)
    .sort((a, b) => typical(a) - typical(b));
  const [least, largest] = [costs[0], costs.at(-1)];
  if (least === undefined || largest === undefined || least === largest) return [];
  const grown = typical(largest) / typical(least);
  const names = `${largest.scenario.id} ${figure(typical(largest))}, ${least.scenario.id} ${figure(typical(least))}`;
  return [finding(largest.scenario, most / grown, `${times(grown)}x (${names})`)];
}

function finding({ id }: Scenario, margin: number, figure: string): Finding {
  return { scenario: id, state: margin >= 1 ? "met" : "missed", figure, margin };
}

function written({ median, low, high }: { median: number; low: number; high: number }): string {
  return `${times(median)}x [${times(low)}-${times(high)}]`;
}
