/** The fuzz command: runs the properties in turn with ever new seeds until the time is up or one fails. */

import { parseArgs } from "node:util";
import fc from "fast-check";
import { properties } from "./properties.ts";

const USAGE = `npm run fuzz -- [--minutes 5] [--seed N] [--property "name"] [--path P]

  --minutes   how long to run; stops by itself
  --seed      the first seed; each further round takes the next one
  --property  only this one: ${Object.keys(properties).join(" | ")}
  --path      with --seed and --property: repeats one failure, as it was reported`;

/** Between two looks at the clock. */
const SLICE = 5000;

/** One run takes milliseconds. */
const TOO_LONG = 20_000;

process.exitCode = await main();

async function main(): Promise<number> {
  const { minutes, seed: first, chosen, path } = readArguments();
  const start = performance.now();
  const left = () => start + minutes * 60_000 - performance.now();
  let runs = 0;
  for (let seed = first; left() > 0; seed++) {
    for (const [name, { property }] of chosen) {
      if (left() <= 0) break;
      const details = await fc.check(property, {
        seed,
        numRuns: Number.MAX_SAFE_INTEGER,
        // It ends the search for a smaller example, too: repeat the failure to go on with that.
        interruptAfterTimeLimit: Math.min(SLICE, left()),
        // A run that never ends is a failure, too.
        timeout: TOO_LONG,
        ...(path !== undefined && { path }),
      });
      runs += details.numRuns;
      if (details.failed) return report(name, details);
      if (path !== undefined) return passed(runs, start);
      progress(name, { seed, runs, start });
    }
  }
  return passed(runs, start);
}

function readArguments() {
  const options = {
    minutes: { type: "string", default: "5" },
    seed: { type: "string", default: String(Date.now() % 1_000_000_000) },
    property: { type: "string" },
    path: { type: "string" },
  } as const;
  try {
    const { minutes, seed, property, path } = parseArgs({ options }).values;
    const chosen = Object.entries(properties).filter(([name]) => property === undefined || name === property);
    if (!(Number(minutes) > 0) || !Number.isInteger(Number(seed)) || chosen.length === 0) throw new Error("bad value");
    return { minutes: Number(minutes), seed: Number(seed), chosen, path };
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${USAGE}`);
    process.exit(2);
  }
}

function progress(name: string, { seed, runs, start }: { seed: number; runs: number; start: number }): void {
  const seconds = (performance.now() - start) / 1000;
  const speed = Math.round(runs / seconds);
  console.log(`${clock(seconds)}  ${runs} runs, ${speed} per second  seed ${seed}  ${name}`);
}

function passed(runs: number, start: number): number {
  console.log(`passed: ${runs} runs in ${clock((performance.now() - start) / 1000)}`);
  return 0;
}

function report(name: string, details: fc.RunDetails<unknown>): number {
  const { seed, counterexamplePath } = details;
  console.error(fc.defaultReportMessage(details));
  console.error(details.errorInstance);
  console.error(`\nFAILED: ${name}. To repeat it:\n`);
  console.error(`  npm run fuzz -- --property "${name}" --seed ${seed} --path "${counterexamplePath}"\n`);
  return 1;
}

function clock(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
}
