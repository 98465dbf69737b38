/**
 * `npm run bench:client`: whole clients against those of `ws` and undici, each in a process of its own, in turns, by the CPU
 * time of the client alone: a text to an echo server and back.
 */

import { startServer } from "./servers/start.ts";
import { Child } from "./support/child.ts";

const ROUNDS = Number(process.env["BENCH_ROUNDS"] ?? 9);
/** Milliseconds of one sample, and before it. */
const SAMPLE = 400;
const WARM_UP = 100;

interface Contender {
  readonly name: string;
  readonly client: string;
  readonly env: Readonly<Record<string, string>>;
}

const contenders: readonly Contender[] = [
  { name: "antiphon", client: "antiphon", env: {} },
  { name: "reconnect", client: "reconnect", env: {} },
  { name: "ws", client: "ws", env: { WS_NO_BUFFER_UTIL: "1" } },
  { name: "ws+native", client: "ws", env: {} },
  { name: "undici", client: "undici", env: {} },
];

const scenarios = [
  { connections: 64, inFlight: 1, size: 64 },
  { connections: 64, inFlight: 16, size: 64 },
  { connections: 16, inFlight: 4, size: 16_384 },
] as const;

const server = startServer("antiphon");
const { port } = await server.listen({ kind: "echo", compression: false });
for (const scenario of scenarios) await measure(scenario);
await server.end();

async function measure(scenario: (typeof scenarios)[number]): Promise<void> {
  const clients = contenders.map(
    ({ client, env }) => new Child(new URL("support/contender-client.ts", import.meta.url), { args: [client], env }),
  );
  const cpu = contenders.map((): number[] => []);
  // One round to warm up; then all in turn, each first once.
  for (let round = -1; round < ROUNDS; round++) {
    for (let turn = 0; turn < contenders.length; turn++) {
      const at = (turn + round + 1) % contenders.length;
      const each = await clients[at]!.ask<number>("run", { port, ...scenario, warmUp: WARM_UP, sample: SAMPLE });
      if (round >= 0) cpu[at]!.push(each);
    }
  }
  await Promise.all(clients.map((client) => client.end()));
  const { connections, inFlight, size } = scenario;
  console.log(`echo, ${size} B text, ${connections} connections, ${inFlight} in flight (us of CPU per round trip)`);
  const medians = cpu.map(median);
  for (const [at, { name }] of contenders.entries()) {
    const value = medians[at]!;
    const ratio = at === 0 ? "" : `   ${(value / medians[0]!).toFixed(2).padStart(6)}x antiphon`;
    console.log(`  ${name.padEnd(10)} ${value.toPrecision(3).padStart(8)}${ratio}`);
  }
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!;
}
