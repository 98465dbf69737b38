/** What the bench is asked on the command line. */

import { parseArgs } from "node:util";
import type { ServerName } from "../model.ts";
import type { RunnableScenario } from "../scenario.ts";

/** What `--help` prints. */
export const HELP = `npm run bench -- [options]
  --only PATTERN    scenarios whose id has this in it, or several: echo,room-1000x8; * stands for anything
  --servers a,b     these servers alone; antiphon is what the others are compared with
  --rounds N        samples of each server in each scenario (5; 90 % intervals need 5)
  --quick           3 shorter rounds, and nothing that takes long: within 3 minutes
  --json FILE       the whole run, with all samples
  --svg FILE        bars, light and dark: x.svg writes x-light.svg and x-dark.svg
  --checkout DIR    our server out of another checkout
  --node-flags="…"  for servers on Node.js: "--cpu-prof --cpu-prof-dir=profiles" leaves a profile of each process
  --list            names the scenarios and their servers`;

/** The flags, checked. */
export interface Flags {
  readonly help: boolean;
  readonly list: boolean;
  readonly quick: boolean;
  readonly rounds: number;
  readonly json: string | undefined;
  readonly svg: string | undefined;
  readonly checkout: string | undefined;
  readonly nodeFlags: readonly string[];
  /** What is measured, with the servers that are wanted. */
  readonly scenarios: readonly RunnableScenario[];
}

/** Throws an `Error` with a sentence for whoever typed it. */
export function parseFlags(args: readonly string[], all: readonly RunnableScenario[]): Flags {
  const { values } = parseArgs({
    args: [...args],
    options: {
      help: { type: "boolean", default: false },
      list: { type: "boolean", default: false },
      quick: { type: "boolean", default: false },
      only: { type: "string" },
      servers: { type: "string" },
      rounds: { type: "string" },
      json: { type: "string" },
      svg: { type: "string" },
      checkout: { type: "string" },
      "node-flags": { type: "string", default: "" },
    },
  });
  const { help, list, quick, only, servers, json, svg, checkout } = values;
  const rounds = Number(values.rounds ?? (quick ? 3 : 5));
  if (!(Number.isInteger(rounds) && rounds > 0)) throw new Error(`--rounds ${values.rounds} is no number above 0`);
  const scenarios = withServers(withIds(all, only, quick), servers);
  const nodeFlags = values["node-flags"].split(" ").filter((flag) => flag !== "");
  return { help, list, quick, rounds, json, svg, checkout, nodeFlags, scenarios };
}

function withIds(
  all: readonly RunnableScenario[],
  only: string | undefined,
  quick: boolean,
): readonly RunnableScenario[] {
  if (only === undefined) return all.filter(({ isLong }) => !(quick && isLong));
  const patterns = only.split(",").map((word) => new RegExp(word.split("*").map(escaped).join(".*")));
  const wanted = all.filter(({ scenario }) => patterns.some((pattern) => pattern.test(scenario.id)));
  if (wanted.length > 0) return wanted;
  throw new Error(`no scenario is called ${only}; there are ${all.map(({ scenario }) => scenario.id).join(", ")}`);
}

function withServers(scenarios: readonly RunnableScenario[], servers: string | undefined): readonly RunnableScenario[] {
  if (servers === undefined) return scenarios;
  const names = servers.split(",");
  const known = new Set<ServerName>(scenarios.flatMap((scenario) => scenario.servers));
  const unknown = names.find((name) => !known.has(name as ServerName));
  if (unknown !== undefined) throw new Error(`no server is called ${unknown}; there are ${[...known].join(", ")}`);
  return scenarios
    .map((scenario) => ({ ...scenario, servers: scenario.servers.filter((name) => names.includes(name)) }))
    .filter(({ servers }) => servers.length > 0);
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}
