/**
 * `npm run bench:server`: whole servers against one of `ws`, each in a process of its own, in turns, by the CPU time of the
 * server alone: echo in both styles, a room of 1,000, and the memory of an idle connection.
 */

import { setTimeout as sleep } from "node:timers/promises";
import { Child } from "./support/child.ts";
import type { Load } from "./support/load.ts";
import { closeAll, echoLoad, openMany, roomLoad } from "./support/load.ts";

const ROUNDS = Number(process.env["BENCH_ROUNDS"] ?? 9);
/** Milliseconds of work in one sample, and before it. */
const SAMPLE = 400;
const WARM_UP = 50;
const MEMBERS = 1000;
const IDLE = 5000;

/** A contender: ours in both styles, and ws without and with its native module. */
interface Contender {
  readonly name: string;
  readonly server: string;
  readonly env: Readonly<Record<string, string>>;
}

const contenders: readonly Contender[] = [
  { name: "handler", server: "handler", env: {} },
  { name: "events", server: "events", env: {} },
  { name: "ws", server: "ws", env: { WS_NO_BUFFER_UTIL: "1" } },
  { name: "ws+native", server: "ws", env: {} },
];

interface Scenario {
  readonly title: string;
  /** What one unit of work is. */
  readonly unit: string;
  readonly open: (port: number) => Promise<Load>;
}

const scenarios: readonly Scenario[] = [1, 16].flatMap((inFlight) => [
  {
    title: `echo, 64 B text, ${inFlight} in flight`,
    unit: "message",
    open: (port: number) => echoLoad({ port, connections: 64, inFlight }),
  },
  {
    title: `room of ${MEMBERS}, 64 B text, ${inFlight} in flight`,
    unit: "delivery",
    open: (port: number) => roomLoad({ port, connections: MEMBERS, inFlight }),
  },
]);

const filter = process.argv[2] ?? "";
for (const scenario of scenarios) if (scenario.title.includes(filter)) await measure(scenario);
if ("memory of an idle connection".includes(filter)) await measureMemory();

async function measure({ title, unit, open }: Scenario): Promise<void> {
  const servers = contenders.map(start);
  const ports = await Promise.all(servers.map((server) => server.ask<number>("listen")));
  const cpu = contenders.map((): number[] => []);
  // One round to warm up; then all in turn, each first once.
  for (let round = -1; round < ROUNDS; round++) {
    for (const at of rotated(contenders.length, round + 1)) {
      const load = await open(ports[at]!);
      await load.run(WARM_UP);
      const before = await servers[at]!.ask<number>("cpu");
      const count = await load.run(SAMPLE);
      const after = await servers[at]!.ask<number>("cpu");
      load.close();
      // The end of a thousand connections is no part of the next sample.
      await sleep(50);
      if (round >= 0) cpu[at]!.push((after - before) / count);
    }
  }
  await Promise.all(servers.map((server) => server.end()));
  print(title, cpu.map(median), { unit: `us per ${unit}`, digits: 3 });
}

/** The second of two times: what is made once for all is there by then. */
async function measureMemory(): Promise<void> {
  const live: number[] = [];
  const rss: number[] = [];
  for (const contender of contenders) {
    const server = start(contender);
    const target = { port: await server.ask<number>("listen"), path: "/echo" };
    for (let time = 0; time < 2; time++) {
      const before = await server.ask<Memory>("memory");
      const sockets = await openMany(IDLE, target);
      const during = await server.ask<Memory>("memory");
      closeAll(sockets);
      await sleep(500);
      if (time === 0) continue;
      live.push((during.live - before.live) / IDLE);
      rss.push((during.rss - before.rss) / IDLE);
    }
    await server.end();
  }
  print("memory of an idle connection, live", live, { unit: "bytes", digits: 4 });
  print("memory of an idle connection, RSS", rss, { unit: "bytes", digits: 4 });
}

interface Memory {
  readonly live: number;
  readonly rss: number;
}

function start({ server, env }: Contender): Child {
  const flags = ["--expose-gc", ...(process.env["BENCH_FLAGS"] ?? "").split(" ").filter((flag) => flag !== "")];
  return new Child(new URL("support/contender-server.ts", import.meta.url), { args: [server], flags, env });
}

function rotated(length: number, by: number): number[] {
  return Array.from({ length }, (_, i) => (i + by) % length);
}

function print(title: string, values: readonly number[], { unit, digits }: { unit: string; digits: number }): void {
  console.log(`${title} (${unit})`);
  const [handler, events] = values as [number, number];
  for (const [at, { name }] of contenders.entries()) {
    const value = values[at]!;
    const ratios =
      at < 2
        ? ""
        : `   ${(value / handler).toFixed(2).padStart(6)}x handler ${(value / events).toFixed(2).padStart(6)}x events`;
    console.log(`  ${name.padEnd(10)} ${value.toPrecision(digits).padStart(8)}${ratios}`);
  }
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!;
}
