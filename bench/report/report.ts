/** What a run of the bench leaves: tables, which goals it meets, a file of all figures, and pictures. */

import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { BenchRun } from "../model.ts";
import { drawBars } from "./bars.ts";
import { checkGoals, renderGoals } from "./goals-check.ts";
import { compare } from "./ratio.ts";
import { writePictures } from "./svg.ts";
import { renderTables } from "./table.ts";

/** Where the report goes. */
export interface ReportOptions {
  /** A file for the whole run, with the ratios and the goals. @default none */
  readonly json?: string | undefined;
  /** `x.svg` writes `x-light.svg` and `x-dark.svg`. @default none */
  readonly svg?: string | undefined;
  /** Letters in a line. */
  readonly columns: number;
  /** @default whether standard output is a terminal that has colours and wants them */
  readonly colour?: boolean | undefined;
  /** Takes lines, with their ends. */
  readonly write: (text: string) => void;
}

/** Rejects if a file cannot be written; what goes to `write` has gone there by then. */
export async function report(run: BenchRun, options: ReportOptions): Promise<void> {
  const { json, svg, columns, write } = options;
  const colour = options.colour ?? (process.stdout.isTTY === true && process.stdout.hasColors());
  const goals = checkGoals(run);
  write(
    `${renderTables(run, { columns, colour })}\n\n${renderGoals(goals, { columns, colour })}\n\n${circumstances(run)}\n`,
  );
  if (json !== undefined) {
    mkdirSync(dirname(json), { recursive: true });
    writeFileSync(json, `${JSON.stringify({ ...run, ratios: compare(run), goals }, null, 2)}\n`);
    write(`${json}: all samples, ratios and goals\n`);
  }
  if (svg === undefined) return;
  const pictures = writePictures(svg, (theme) => drawBars(run, theme));
  write(`${pictures.join(", ")}: the bars\n`);
}

function circumstances({ machine, versions, rounds, startedAt }: BenchRun): string {
  const packages = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return [
    `${startedAt}, ${rounds} rounds, ${machine.cpu} (${machine.cores} cores), ${machine.os}, Node.js ${machine.node},`,
    `${machine.fileLimit} open files at most; ${packages.join(", ")}`,
  ].join("\n");
}
