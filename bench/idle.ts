/**
 * `npm run bench:idle`: the memory curve of idle connections, as far as the limit on open files allows, and what it says of
 * 100,000 and of a million. `npm run bench:idle -- --help` says what it takes.
 */

import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { parseArgs } from "node:util";
import { getHeapStatistics } from "node:v8";
import type { Curve } from "./connections/curve.ts";
import { KINDS, measureCurve, stepsWithin } from "./connections/curve.ts";
import { drawCurves } from "./connections/curve-picture.ts";
import { renderCurves } from "./connections/curve-table.ts";
import { writePictures } from "./report/svg.ts";
import { describeMachine } from "./run/machine.ts";
import { takeSnapshot } from "./run/snapshot.ts";
import { twoCores } from "./support/pinned.ts";

const HELP = `npm run bench:idle -- [options]
  --most 100000   connections at most
  --checkout DIR  our server of another checkout
  --json FILE     all figures
  --svg FILE      x.svg: the curves, as x-light.svg and x-dark.svg`;

const { values: options } = parseArgs({
  options: {
    help: { type: "boolean" },
    checkout: { type: "string" },
    most: { type: "string", default: "100000" },
    json: { type: "string" },
    svg: { type: "string" },
  },
});

if (options.help) console.log(HELP);
else await main();

async function main(): Promise<void> {
  const machine = describeMachine();
  const { fileLimit } = machine;
  const steps = stepsWithin(fileLimit, Number(options.most));
  if (steps.length === 0) throw new Error(`no room for connections: --most ${options.most}, ${fileLimit} open files`);
  const [serverCore, loadCore] = twoCores() ?? [];
  const startedAt = new Date().toISOString();
  const snapshot = takeSnapshot(options.checkout);
  process.env["ANTIPHON_SNAPSHOT"] = snapshot.folder;
  process.once("exit", snapshot.remove);
  const curves: Curve[] = [];
  for (const [at, kind] of KINDS.entries()) {
    progress(`${at + 1} of ${KINDS.length}: ${kind.title}, up to ${steps.at(-1)} connections`);
    curves.push(await measureCurve(kind, steps, { serverCore, loadCore }));
  }
  progress("");
  const run = { startedAt, machine, heapLimit: getHeapStatistics().heap_size_limit, curves };
  console.log(renderCurves(run));
  if (options.json !== undefined) {
    mkdirSync(dirname(options.json), { recursive: true });
    writeFileSync(options.json, `${JSON.stringify(run, null, 2)}\n`);
  }
  if (options.svg !== undefined) console.log(writePictures(options.svg, (theme) => drawCurves(run, theme)).join(", "));
}

/** On a terminal always on the same line, elsewhere a line for each. */
function progress(words: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${words}`);
  else if (words !== "") process.stderr.write(`${words}\n`);
}
