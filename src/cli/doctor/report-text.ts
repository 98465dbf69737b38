/** The report for people: a line for each step, and below it what is wrong, what it means and what to do. */

import type { StyleName } from "../terminal.ts";
import { visible } from "../words.ts";
import type { ProxyId } from "./knowledge/proxies.ts";
import { proxies } from "./knowledge/proxies.ts";
import { knowledgeOf, TROUBLESHOOTING_PAGE } from "./knowledge.ts";
import type { Finding, Status, StepReport } from "./step.ts";
import { STEPS } from "./step.ts";

/** How wide, and how a text is coloured. */
export interface Look {
  readonly columns: number;
  style(format: StyleName, text: string): string;
}

/** The lines of one step. */
export function stepLines(report: StepReport, look: Look): string[] {
  const { title, status, summary, findings } = report;
  const head = `${markOf(status, look)} ${title.padEnd(TITLE)}  `;
  const lines = wrap(visible(summary), look.columns - INDENT.length);
  const text = lines.map((line) => (status === "skipped" ? look.style("dim", line) : line));
  return [
    ...text.map((line, at) => (at === 0 ? head : INDENT) + line),
    ...findings.flatMap((found) => findingLines(found, summary, look)),
  ];
}

/** The last line: how many crosses and warnings there were. */
export function closingLines(reports: readonly StepReport[], { style }: Look): string[] {
  const { crosses, warnings } = countFindings(reports);
  if (crosses === 0 && warnings === 0) return ["", style("green", "Nothing is wrong between here and there.")];
  const found = [plural(crosses, "cross", "crosses"), plural(warnings, "warning", "warnings")].filter(Boolean);
  const ids = new Set(reports.flatMap(({ findings }) => findings.map(({ id }) => `${TROUBLESHOOTING_PAGE}#${id}`)));
  const sum = style(crosses > 0 ? "red" : "yellow", `${found.join(" and ")}.`);
  return ["", sum, ...[...ids].map((place) => style("dim", `  ${place}`))];
}

/** One line for the steps that could not be done any more. */
export function skippedLine(reports: readonly StepReport[], look: Look): string {
  const titles = reports.map(({ title }) => title).join(", ");
  const lines = wrap(`${titles}`, look.columns - INDENT.length);
  return lines
    .map(
      (line, at) =>
        (at === 0 ? `${markOf("skipped", look)} ${"not reached".padEnd(TITLE)}  ` : INDENT) + look.style("dim", line),
    )
    .join("\n");
}

/** How many findings of each kind there are. */
export function countFindings(reports: readonly StepReport[]): { readonly crosses: number; readonly warnings: number } {
  const all = reports.flatMap(({ findings }) => findings);
  const crosses = all.filter(({ severity }) => severity === "failed").length;
  return { crosses, warnings: all.length - crosses };
}

function findingLines(found: Finding, summary: string, look: Look): string[] {
  const { title, means, remedy, proxies: about } = knowledgeOf(found);
  const colour = found.severity === "failed" ? "red" : "yellow";
  const part = (word: string, text: string) => {
    const lines = wrap(visible(text), look.columns - PART.length);
    return lines.map((line, at) => (at === 0 ? `${INDENT}${look.style("bold", word.padEnd(WORD))}` : PART) + line);
  };
  const headline = wrap(`${title[0]!.toUpperCase()}${title.slice(1)}.`, look.columns - INDENT.length);
  return [
    ...headline.map((line) => INDENT + look.style(colour, line)),
    // The line of the step may have said it.
    ...(found.seen === summary ? [] : part("seen", found.seen)),
    ...part("means", means),
    ...part("do", remedy),
    ...(about === undefined ? [] : adviceLines(found, about, part, look)),
  ];
}

type Part = (word: string, text: string) => string[];

/** The lines for the proxy that was seen; else where those for all of them are. */
function adviceLines({ proxy }: Finding, about: "upgrade" | "idle", part: Part, { style }: Look): string[] {
  if (proxy === undefined) {
    const names = Object.values(proxies).map(({ name }) => name);
    return part("proxies", `${names.join(", ")}: ${TROUBLESHOOTING_PAGE}#proxies has the lines for each.`);
  }
  const advice = proxies[proxy as ProxyId];
  return [
    ...part("proxy", `${advice.name}: ${advice[about]}`),
    ...advice.lines.map((line) => `${PART}  ${style("cyan", line)}`),
  ];
}

function plural(count: number, one: string, many: string): string {
  return count === 0 ? "" : `${count} ${count === 1 ? one : many}`;
}

const TITLE = Math.max(...Object.values(STEPS).map((title) => title.length));
const INDENT = " ".repeat(TITLE + 4);
const WORD = 9;
const PART = INDENT + " ".repeat(WORD);

function markOf(status: Status, { style }: Look): string {
  switch (status) {
    case "ok":
      return style("green", "✔");
    case "warning":
      return style("yellow", "!");
    case "failed":
      return style("red", "✖");
    case "skipped":
      return style("dim", "–");
  }
}

/** Lines of at most so many characters; a word that is longer stays whole, so that it can be copied. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/)) {
    if (line !== "" && line.length + 1 + word.length > Math.max(width, 20)) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}
