/**
 * `npm run bench:rooms`: one message to many, by our server and by its peers, each in a process of its own, in turns, by the CPU
 * time of the server alone. `npm run bench:rooms -- --help` says what it takes.
 */

import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { before, CONTENDERS } from "./rooms/contenders.ts";
import { profileOne } from "./rooms/profile-one.ts";
import type { Result } from "./rooms/report.ts";
import { printResult, printWaiting, progress, toResult } from "./rooms/report.ts";
import { SCENARIOS } from "./rooms/scenarios.ts";
import type { Sample } from "./rooms/stage.ts";
import { Stage } from "./rooms/stage.ts";
import type { WaitingResult } from "./rooms/waiting.ts";
import { measureWaiting, WAITING_TITLE } from "./rooms/waiting.ts";
import { bringPeers } from "./support/peers.ts";

const HELP = `npm run bench:rooms -- [words of titles] [options]
  BENCH_ROUNDS=9    samples of each server in each scenario
  --only a,b        these servers alone: ${CONTENDERS.map(({ name }) => name).join(", ")}
  --before FOLDER   our server of another checkout beside them, as "before"
  --json FILE       all samples, too
  --profile NAME    no table: a profile of one server in the first scenario that fits
  --into FOLDER     where profiles go; the system's folder for temporary files unless said
  --seconds 5       how long a profile is`;

const { values: options, positionals: words } = parseArgs({
  allowPositionals: true,
  options: {
    help: { type: "boolean" },
    only: { type: "string" },
    before: { type: "string" },
    json: { type: "string" },
    profile: { type: "string" },
    into: { type: "string" },
    seconds: { type: "string", default: "5" },
  },
});

const rounds = Number(process.env["BENCH_ROUNDS"] ?? 9);
const only = options.only?.split(",");
const all = [...CONTENDERS, ...(options.before === undefined ? [] : [before(options.before)])];
const contenders = all.filter(({ name }) => only === undefined || name === "before" || only.includes(name));
/** Whose waiting is measured: ours alone, whatever the style. */
const waiters = contenders.filter(({ name }) => name === "events" || name === "before");
const fits = (title: string) => words.every((word) => title.includes(word));
const scenarios = SCENARIOS.filter(({ title }) => fits(title));

if (options.help) console.log(HELP);
else await main();

async function main(): Promise<void> {
  const asksForWaiting = fits(WAITING_TITLE) && waiters.length > 0;
  if (options.profile !== undefined) return profile(options.profile);
  if (contenders.length === 0 || (scenarios.length === 0 && !asksForWaiting)) throw new Error("nothing is called so");
  bringPeers(contenders.flatMap(({ peer }) => peer ?? []));
  const results: (Result | WaitingResult)[] = [];
  const keep = (result: Result | WaitingResult) => {
    results.push(result);
    if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(results, null, 2)}\n`);
  };
  for (const scenario of scenarios) {
    const result = toResult(scenario.title, contenders, await measure(scenario));
    printResult(result);
    keep(result);
  }
  if (asksForWaiting) await measureOurWaiting(keep);
}

async function profile(wanted: string): Promise<void> {
  const contender = all.find(({ name }) => name === wanted);
  const [scenario] = scenarios;
  if (contender === undefined || scenario === undefined) throw new Error("nothing is called so");
  if (contender.name === "bun") throw new Error("Bun's profiles are another affair");
  bringPeers(contender.peer === undefined ? [] : [contender.peer]);
  await profileOne(scenario, contender, { folder: options.into, seconds: Number(options.seconds) });
}

async function measureOurWaiting(keep: (result: WaitingResult) => void): Promise<void> {
  console.log(`${WAITING_TITLE} (milliseconds; medians of broadcasts, with 95 % intervals)`);
  for (const contender of waiters) {
    for (const inFlight of [1, 8]) {
      progress(`${WAITING_TITLE}: ${contender.name}, ${inFlight} in flight`);
      const result = await measureWaiting(contender, inFlight, console.log);
      progress("");
      printWaiting(result);
      keep(result);
    }
  }
}

/** The samples of each contender, one for each round; in each round another one is first. */
async function measure(scenario: (typeof SCENARIOS)[number]): Promise<readonly (readonly Sample[])[]> {
  progress(`${scenario.title}: connecting`);
  const stage = await Stage.open(scenario, contenders);
  const samples: Sample[][] = contenders.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < contenders.length; turn++) {
      const at = (turn + round) % contenders.length;
      progress(`${scenario.title}: round ${round + 1} of ${rounds}, ${contenders[at]!.name}`);
      samples[at]!.push(await stage.sample(at));
    }
  }
  await stage.close();
  progress("");
  return samples;
}
