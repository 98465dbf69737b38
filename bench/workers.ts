/**
 * One process against two workers, with the load in a third: messages per second, what a message costs the servers in CPU
 * time, how evenly the workers share the work, and how much more this machine could allow. `node --import
 * ./scripts/typescript.mjs bench/workers.ts [--rounds 5] [--milliseconds 1500] [--only 16]`. Linux: CPU times come from /proc.
 */

import { spawn } from "node:child_process";
import cluster from "node:cluster";
import { readFileSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import { createInterface } from "node:readline";
import { fileURLToPath, URL } from "node:url";
import { parseArgs } from "node:util";
import { App } from "../src/index.ts";
import type { Load } from "./support/load.ts";
import { echoLoad, roomLoad } from "./support/load.ts";

const WORKERS = 2;
/** Milliseconds of CPU time in a tick of /proc. */
const TICK = 10;

interface Scenario {
  readonly title: string;
  readonly kind: "echo" | "room";
  readonly connections: number;
  readonly inFlight: number;
  /** Microseconds that the handler works for each message. */
  readonly work: number;
}

const SCENARIOS: readonly Scenario[] = [
  { title: "echo 100x1x64", kind: "echo", connections: 100, inFlight: 1, work: 0 },
  { title: "echo 100x16x64", kind: "echo", connections: 100, inFlight: 16, work: 0 },
  { title: "echo 100x1x64, 50 µs of work for each message", kind: "echo", connections: 100, inFlight: 1, work: 50 },
  { title: "echo 100x16x64, 50 µs of work for each message", kind: "echo", connections: 100, inFlight: 16, work: 50 },
  {
    title: "room of 2, 16 in flight: one in each worker, so each message crosses",
    kind: "room",
    connections: 2,
    inFlight: 16,
    work: 0,
  },
  { title: "room of 2, 256 in flight", kind: "room", connections: 2, inFlight: 256, work: 0 },
];

interface Server {
  readonly port: number;
  /** Whose CPU time counts: the primary's too. */
  readonly pids: readonly number[];
  end(): void;
}

/** What one sample says; times in microseconds for each message. */
interface Sample {
  readonly messagesPerSecond: number;
  readonly serverCpu: number;
  readonly loadCpu: number;
  /** Of all that the workers did, the part of the one that did most. */
  readonly largestShare: number;
}

/** What the child is: a server alone, or a primary whose workers run this file again. */
async function serve(workers: number, work: number): Promise<void> {
  const app = new App({ logger: false });
  app.ws("/echo", {
    message(socket, text) {
      if (work > 0) burn(work);
      void socket.send(text);
    },
  });
  app.ws("/room", {
    open: (socket) => void socket.join("room"),
    message: (_socket, text) => app.room("room").send(text),
  });
  const listening = await app.listen({ port: 0, ...(workers > 0 && { workers }) });
  if (cluster.isPrimary) console.log(JSON.stringify([listening.port, process.pid, ...(listening.workers ?? [])]));
}

function burn(microseconds: number): void {
  const end = performance.now() + microseconds / 1000;
  while (performance.now() < end);
}

async function start(workers: number, work: number): Promise<Server> {
  const args = ["--import", "./scripts/typescript.mjs", fileURLToPath(import.meta.url), "serve"];
  const child = spawn(process.execPath, [...args, String(workers), String(work)], {
    cwd: fileURLToPath(new URL("..", import.meta.url)),
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = await new Promise<string[]>((resolve, reject) => {
    createInterface({ input: child.stdout }).once("line", (text) => resolve([text]));
    child.once("exit", (code) => reject(new Error(`the server ended with ${code}`)));
  });
  const [port, ...pids] = JSON.parse(line!) as number[];
  return { port: port!, pids, end: () => void child.kill() };
}

/** Milliseconds of CPU time of a process so far. */
function cpuOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /, "")
    .split(" ");
  return (Number(fields[11]) + Number(fields[12])) * TICK;
}

async function sample(server: Server, load: Load, milliseconds: number): Promise<Sample> {
  const before = server.pids.map(cpuOf);
  const own = process.cpuUsage();
  const began = performance.now();
  const messages = await load.run(milliseconds);
  const took = performance.now() - began;
  const { user, system } = process.cpuUsage(own);
  const spent = server.pids.map((pid, index) => cpuOf(pid) - before[index]!);
  const workers = spent.length > 1 ? spent.slice(1) : spent;
  return {
    messagesPerSecond: (messages / took) * 1000,
    serverCpu: (spent.reduce((sum, part) => sum + part, 0) * 1000) / messages,
    loadCpu: (user + system) / messages,
    largestShare: Math.max(...workers) / workers.reduce((sum, part) => sum + part, 0),
  };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!;
}

function medians(samples: readonly Sample[]): Sample {
  const of = (name: keyof Sample) => median(samples.map((one) => one[name]));
  return {
    messagesPerSecond: of("messagesPerSecond"),
    serverCpu: of("serverCpu"),
    loadCpu: of("loadCpu"),
    largestShare: of("largestShare"),
  };
}

/** How many times as much two workers could do on so many cores, if nothing were lost: from what one process and its load cost. */
function allowed({ serverCpu, loadCpu }: Sample, cores: number): number {
  const alone = 1 / Math.max(serverCpu, loadCpu);
  return Math.min(cores / (serverCpu + loadCpu), WORKERS / serverCpu, 1 / loadCpu) / alone;
}

async function compare({ title, kind, connections, inFlight, work }: Scenario, rounds: number, milliseconds: number) {
  const servers = [await start(0, work), await start(WORKERS, work)];
  const open = kind === "echo" ? echoLoad : roomLoad;
  const loads = await Promise.all(servers.map(({ port }) => open({ port, connections, inFlight })));
  const samples: Sample[][] = [[], []];
  for (const load of loads) await load.run(milliseconds / 2);
  for (let round = 0; round < rounds; round++) {
    // In turn, so that what else the machine does falls on both.
    for (const [index, server] of servers.entries()) {
      samples[index]!.push(await sample(server, loads[index]!, milliseconds));
    }
  }
  for (const load of loads) load.close();
  for (const server of servers) server.end();
  const [alone, shared] = samples.map(medians) as [Sample, Sample];
  const ratio = median(samples[1]!.map((one, round) => one.messagesPerSecond / samples[0]![round]!.messagesPerSecond));
  console.log(`\n${title}`);
  for (const [name, one] of [
    ["one process", alone],
    [`${WORKERS} workers`, shared],
  ] as const) {
    const rate = Math.round(one.messagesPerSecond).toLocaleString("en");
    const share = one === shared ? `, the busier worker did ${(one.largestShare * 100).toFixed(0)} %` : "";
    const cpu = `server ${one.serverCpu.toFixed(2)}, load ${one.loadCpu.toFixed(2)} µs of CPU per message`;
    console.log(`  ${name.padEnd(12)} ${rate.padStart(9)} messages/s   ${cpu}${share}`);
  }
  const cores = availableParallelism();
  const bound = `; at most ${allowed(alone, cores).toFixed(2)}x on ${cores} cores that the load shares`;
  console.log(`  ${ratio.toFixed(2)}x${kind === "echo" ? bound : ""}`);
}

const [role, workers, work] = process.argv.slice(2);
if (role === "serve") {
  await serve(Number(workers), Number(work));
} else {
  const { values } = parseArgs({
    options: { rounds: { type: "string" }, milliseconds: { type: "string" }, only: { type: "string" } },
  });
  const { rounds = "5", milliseconds = "1500", only = "" } = values;
  console.log(`${cpus()[0]?.model}, ${availableParallelism()} cores, Node.js ${process.version}`);
  for (const scenario of SCENARIOS.filter(({ title }) => title.includes(only))) {
    await compare(scenario, Number(rounds), Number(milliseconds));
  }
  process.exit();
}
