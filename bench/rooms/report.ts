/** What came out: as a value for a file, and as a table. */

import { median } from "../support/order.ts";
import type { Contender } from "./contenders.ts";
import type { Sample } from "./stage.ts";
import type { Estimate } from "./statistics.ts";
import { estimate } from "./statistics.ts";
import type { WaitingResult } from "./waiting.ts";

/** One scenario. */
export interface Result {
  readonly title: string;
  readonly servers: readonly ServerResult[];
}

/** One server in it. Microseconds are medians of the samples. */
export interface ServerResult {
  readonly name: string;
  readonly microseconds: number;
  /** In the program itself, and in the system for it. */
  readonly user: number;
  readonly system: number;
  /** Its time for a delivery over that of the first server, sample by sample of the same round. */
  readonly ratio: Estimate;
  readonly serverBusy: number;
  readonly loadBusy: number;
  readonly samples: readonly Sample[];
}

/** From so much of its core on, the load was what held a server back. */
const LOAD_IS_THE_LIMIT = 0.9;

/** One side always works while the other one waits: if both together use less of a core than this, others had the cores. */
const BOTH_SIDES = 0.8;

/** The samples of each server, by round. */
export function toResult(
  title: string,
  contenders: readonly Contender[],
  samples: readonly (readonly Sample[])[],
): Result {
  const first = samples[0]!.map(cost);
  const servers = contenders.map(({ name }, at) => {
    const mine = samples[at]!;
    return {
      name,
      microseconds: median(mine.map(cost)),
      user: median(mine.map(({ user }) => user)),
      system: median(mine.map(({ system }) => system)),
      ratio: estimate(mine.map((sample, round) => cost(sample) / first[round]!)),
      serverBusy: median(mine.map(({ serverBusy }) => serverBusy)),
      loadBusy: median(mine.map(({ loadBusy }) => loadBusy)),
      samples: mine,
    };
  });
  return { title, servers };
}

/** A line for each server. */
export function printResult({ title, servers }: Result): void {
  const reference = servers[0]!.name;
  console.log(`${title} (us of CPU per delivery; times ${reference}, with 95 % intervals)`);
  for (const { name, microseconds, user, system, ratio, serverBusy, loadBusy } of servers) {
    const time = `${number(microseconds)} (${number(user)} + ${number(system)} system)`;
    const times = name === reference ? "" : range(ratio, 2);
    const busy = `server ${percent(serverBusy)}, load ${percent(loadBusy)}${doubts(serverBusy, loadBusy)}`;
    console.log(`  ${name.padEnd(10)} ${time}  ${times.padEnd(24)} ${busy}`);
  }
  const bun = servers.find(({ name }) => name === "bun");
  if (bun !== undefined && bun !== servers[0]) {
    const { median, low, high } = bun.ratio;
    console.log(`  ${reference} / bun: ${range({ median: 1 / median, low: 1 / high, high: 1 / low }, 2).trim()}`);
  }
  console.log("");
}

/** What makes the figures doubtful. */
function doubts(server: number, load: number): string {
  if (load > LOAD_IS_THE_LIMIT && load > server) return "   the load was the limit";
  return server + load < BOTH_SIDES ? "   others used the cores" : "";
}

/** A line for each thing that was timed. */
export function printWaiting({ server, members, inFlight, broadcast, echo, turn }: WaitingResult): void {
  console.log(`  ${server}, ${members} members, ${inFlight} in flight`);
  console.log(`    until the last member has it  ${range(broadcast, 3)}`);
  console.log(
    `    longest wait for an echo      ${range(echo, 3)}, worst ${number(echo.worst)}, when idle ${number(echo.idle)}`,
  );
  console.log(`    longest turn of the server    ${range(turn, 3)}, worst ${number(turn.worst)}`);
}

/** Says how far it is: on a terminal always on the same line, elsewhere not at all. */
export function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`);
}

function cost({ user, system }: Sample): number {
  return user + system;
}

function number(value: number): string {
  return value.toFixed(3).padStart(7);
}

function range({ median, low, high }: Estimate, digits: number): string {
  return `${median.toFixed(digits).padStart(7)} [${low.toFixed(digits)} to ${high.toFixed(digits)}]`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(0).padStart(3)} %`;
}
