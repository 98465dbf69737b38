/** How long others wait while one message goes to ten thousand: an echo of a socket that is in no room, and the server's turns. */

import { spawnSync } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { median } from "../support/order.ts";
import { nodeCommand, Pinned, twoCores } from "../support/pinned.ts";
import type { Contender } from "./contenders.ts";
import type { LoadOptions, Worked } from "./load.ts";
import { texts } from "./scenarios.ts";
import type { Estimate } from "./statistics.ts";
import { estimate } from "./statistics.ts";

/** What to ask for by a word of its title. */
export const WAITING_TITLE = "10000 in a room, and how long the echo of another socket waits";

const MEMBERS = 10_000;
/** Files that a process needs beside its sockets. */
const OTHER_FILES = 200;
const BROADCASTS = 15;
const WARM_UPS = 5;
/** Milliseconds between broadcasts. */
const PAUSE = 30;

/** Milliseconds all. */
export interface WaitingResult {
  readonly title: string;
  readonly server: string;
  readonly members: number;
  readonly inFlight: number;
  /** From the sender's write until the last member has it. */
  readonly broadcast: Estimate;
  /** The longest wait for an echo in each broadcast, the longest of all, and the longest in as much time without a broadcast. */
  readonly echo: Estimate & { readonly worst: number; readonly idle: number };
  /** The longest turn of the server's event loop in each broadcast. */
  readonly turn: Estimate & { readonly worst: number };
}

/** Our server alone: the contender must have `/echo`. Tells `say` what may make the figures worse than they are. */
export async function measureWaiting(
  { name: server, command, env }: Contender,
  inFlight: number,
  say: (line: string) => void,
): Promise<WaitingResult> {
  const members = Math.min(MEMBERS, openFiles() - OTHER_FILES);
  if (members < MEMBERS) say(`  only ${members} members: a process may open no more files here (ulimit -n)`);
  const [serverCore, loadCore] = twoCores() ?? [];
  const ours = new Pinned({ command: command([]), core: serverCore, env });
  const load = new Pinned({ command: nodeCommand(new URL("load.ts", import.meta.url)), core: loadCore });
  const prober = new Pinned({ command: nodeCommand(new URL("prober.ts", import.meta.url)), core: loadCore });

  const port = await ours.ask<number>("listen", false);
  const options = { kind: "room", groups: 1, burst: texts(inFlight), engineIo: false, deflate: false } as const;
  await load.ask("open", { id: server, port, members, ...options } satisfies LoadOptions);
  await load.ask("check", server);
  const broadcast = async () => (await load.ask<Worked>("run", { id: server, milliseconds: 0 })).milliseconds;

  const turns = await manyTimes(async () => {
    await ours.ask("startTurns");
    await broadcast();
    return ours.ask<number>("longestTurn");
  });
  if (!(await prober.ask<boolean>("open", port)))
    say("  the prober may not go before the load: it waits for that, too");
  const waits = await manyTimes(async () => {
    await prober.ask("longest");
    const duration = await broadcast();
    const echo = await prober.ask<number>("longest");
    await sleep(duration);
    return { duration, echo, idle: await prober.ask<number>("longest") };
  });
  await Promise.all([ours, load, prober].map((process) => process.end()));

  const echoes = waits.map(({ echo }) => echo);
  return {
    title: WAITING_TITLE,
    server,
    members,
    inFlight,
    broadcast: estimate(waits.map(({ duration }) => duration)),
    echo: { ...estimate(echoes), worst: Math.max(...echoes), idle: median(waits.map(({ idle }) => idle)) },
    turn: { ...estimate(turns), worst: Math.max(...turns) },
  };
}

/** After some that do not count. */
async function manyTimes<Value>(once: () => Promise<Value>): Promise<Value[]> {
  const values: Value[] = [];
  for (let time = 0; time < WARM_UPS + BROADCASTS; time++) {
    await sleep(PAUSE);
    values.push(await once());
  }
  return values.slice(WARM_UPS);
}

/** How many files a process may open: what a shell of ours is told. */
function openFiles(): number {
  const { stdout } = spawnSync("sh", ["-c", "ulimit -n"], { encoding: "utf8" });
  const limit = Number.parseInt(stdout ?? "", 10);
  return Number.isNaN(limit) ? Number.POSITIVE_INFINITY : limit;
}
