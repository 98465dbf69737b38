/**
 * `npm run bench`: Antiphon and its peers, each in a process of its own on one core, in turns, under a load on another core.
 * `npm run bench -- --help` says what it takes.
 */

import { CONNECTION_SCENARIOS } from "./connections/scenarios.ts";
import type { BenchRun, Outcome } from "./model.ts";
import { report } from "./report/report.ts";
import { type Flags, HELP, parseFlags } from "./run/flags.ts";
import { describeMachine, findVersions } from "./run/machine.ts";
import { Progress } from "./run/progress.ts";
import { takeRounds } from "./run/rounds.ts";
import { takeSnapshot } from "./run/snapshot.ts";
import { messageScenarios } from "./scenarios/messages.ts";
import { packagesOf, useNodeFlags } from "./servers/start.ts";
import { bringPeers } from "./support/peers.ts";
import { twoCores } from "./support/pinned.ts";

const flags = readFlags();
if (flags?.help) console.log(HELP);
else if (flags?.list) list(flags);
else if (flags !== undefined) await main(flags);

function readFlags(): Flags | undefined {
  try {
    return parseFlags(process.argv.slice(2), [...messageScenarios, ...CONNECTION_SCENARIOS]);
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${HELP}`);
    process.exitCode = 2;
    return undefined;
  }
}

function list({ scenarios }: Flags): void {
  for (const { scenario, servers } of scenarios) console.log(`${scenario.id.padEnd(28)} ${servers.join(", ")}`);
}

async function main({ quick, rounds, json, svg, checkout, nodeFlags, scenarios }: Flags): Promise<void> {
  const names = [...new Set(scenarios.flatMap(({ servers }) => servers))];
  bringPeers([...new Set(names.flatMap(packagesOf))]);
  const cores = twoCores();
  if (cores === undefined) console.error("nothing is pinned to a core here: the figures are rougher for it");
  const startedAt = new Date().toISOString();
  const snapshot = takeSnapshot(checkout);
  process.env["ANTIPHON_SNAPSHOT"] = snapshot.folder;
  useNodeFlags(nodeFlags);

  const interrupted = new AbortController();
  const interrupt = () => {
    // The second time it is not asked for what there is.
    if (interrupted.signal.aborted) process.exit(130);
    interrupted.abort();
  };
  process.on("SIGINT", interrupt).on("SIGTERM", interrupt).once("exit", snapshot.remove);

  const progress = new Progress(scenarios, rounds);
  const outcomes: Outcome[] = [];
  for (const scenario of scenarios) {
    if (interrupted.signal.aborted) break;
    progress.next();
    const place = { serverCore: cores?.[0], loadCore: cores?.[1], quick };
    const onStep = progress.step.bind(progress);
    outcomes.push(...(await takeRounds(scenario, { rounds, place, signal: interrupted.signal, onStep })));
  }
  progress.end();

  const measured = outcomes.filter(({ samples, note }) => samples.length > 0 || note?.startsWith("cannot"));
  const run: BenchRun = {
    startedAt,
    machine: describeMachine(),
    versions: findVersions(names),
    rounds,
    outcomes: interrupted.signal.aborted ? measured : outcomes,
  };
  const columns = process.stdout.columns || 120;
  await report(run, { json, svg, columns, write: (text) => process.stdout.write(text) });
  snapshot.remove();
  if (interrupted.signal.aborted) process.exitCode = 130;
  else if (outcomes.some(({ note }) => note?.startsWith("failed"))) process.exitCode = 1;
}
