/** What the server programs have in common: they answer `listen`, and what their process costs. */

import { setTimeout as sleep } from "node:timers/promises";
import { answer } from "../support/child.ts";
import { longestTurn, startTurns } from "../support/turns.ts";
import type { Cpu, Listening, ListenOptions, Memory } from "./contract.ts";

/** In the server's process: answers until the bench is gone. */
export function serve(listen: (options: ListenOptions) => Listening | Promise<Listening>): void {
  answer({ listen, cpu: (): Cpu => process.cpuUsage(), memory, startTurns, longestTurn });
}

declare const Bun: { gc(force: boolean): void } | undefined;

async function memory(): Promise<Memory> {
  // What ends in one collection is what the next one finds.
  for (let turn = 0; turn < 4; turn++) {
    if (typeof Bun === "undefined") globalThis.gc!();
    else Bun.gc(true);
    await sleep(100);
  }
  const { heapUsed, external, rss } = process.memoryUsage();
  return { heapUsed, external, rss };
}
