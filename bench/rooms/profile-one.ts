/** A profile of one server at work in one scenario, and what of it took most. */

import { readFileSync } from "node:fs";
import type { Profiler } from "node:inspector";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Contender } from "./contenders.ts";
import type { Scenario } from "./scenarios.ts";
import { Stage } from "./stage.ts";

/** Where it goes, and how long it is. */
export interface ProfileOptions {
  readonly folder: string | undefined;
  readonly seconds: number;
}

/** How many functions are named. */
const NAMED = 30;

/** Leaves a `.cpuprofile`, and prints the functions with the most time of their own. */
export async function profileOne(
  scenario: Scenario,
  contender: Contender,
  { folder = join(tmpdir(), "antiphon-profiles"), seconds }: ProfileOptions,
): Promise<void> {
  const stage = await Stage.open(scenario, [contender]);
  const name = `${contender.name} ${scenario.title}`.replace(/[^\w.]+/g, "-");
  const file = await stage.profile(0, { folder, name, milliseconds: seconds * 1000 });
  await stage.close();
  console.log(`${file}\n`);
  for (const { share, where } of ownTimes(JSON.parse(readFileSync(file, "utf8"))).slice(0, NAMED)) {
    console.log(`${(share * 100).toFixed(1).padStart(6)} %  ${where}`);
  }
}

function ownTimes({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile): { share: number; where: string }[] {
  const byNode = new Map<number, number>();
  for (const [at, id] of samples.entries()) byNode.set(id, (byNode.get(id) ?? 0) + timeDeltas[at]!);
  const byPlace = new Map<string, number>();
  for (const { id, callFrame } of nodes) {
    const { functionName, url, lineNumber } = callFrame;
    const place = url === "" ? "" : `  ${url.replace(/^.*?\/((src|node_modules|bench)\/)/, "$1")}:${lineNumber + 1}`;
    const where = `${functionName || "(anonymous)"}${place}`;
    byPlace.set(where, (byPlace.get(where) ?? 0) + (byNode.get(id) ?? 0));
  }
  const total = timeDeltas.reduce((sum, delta) => sum + delta, 0);
  return [...byPlace]
    .map(([where, time]) => ({ where, share: time / total }))
    .sort((one, other) => other.share - one.share);
}
