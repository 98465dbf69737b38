/** A process with random clients: they come, talk, vanish, send garbage, stall, flood. Started by the soak. */

import { setTimeout as sleep } from "node:timers/promises";
import { answer } from "../../bench/support/child.ts";
import { Chance } from "./chance.ts";
import type { Report } from "./visit.ts";
import { Visit } from "./visit.ts";

/** At one time. */
const VISITORS = 60;

let isOpen = false;
const visits = new Set<Visit>();
let visitors: Promise<void>[] = [];
const report: Report = { kinds: {}, faults: [] };

answer({
  /** Sends visitors to these ports, until `stop`. */
  start({ ports, seed }: { ports: readonly number[]; seed: number }) {
    const chance = new Chance(seed);
    isOpen = true;
    visitors = Array.from({ length: VISITORS }, () => keepVisiting(ports, chance.fork()));
  },
  /** `vanish`: all that are there leave at once. `stay`: they stay, and do and answer nothing any more. */
  stop(how: "vanish" | "stay") {
    isOpen = false;
    for (const visit of visits) visit.cut(how);
  },
  /** Ends those that did not notice that the server has let them go; resolves when the last one is gone. */
  gone: async () => {
    for (const visit of visits) visit.end();
    await Promise.all(visitors);
  },
  report: () => report,
});

async function keepVisiting(ports: readonly number[], chance: Chance): Promise<void> {
  while (isOpen) {
    const visit = new Visit(chance.oneOf(ports), chance, report);
    visits.add(visit);
    await visit.run();
    visits.delete(visit);
    await sleep(chance.between(0, 20));
  }
}

process.on("uncaughtException", (error) => report.faults.push(`the clients threw: ${error.stack}`));
