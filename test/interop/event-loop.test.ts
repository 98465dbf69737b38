/** Large compressed messages do not hold the event loop: what single turns take while 16 MiB are sent, and while they are received. */

import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { expect, it, onTestFinished } from "vitest";
import type { Engine, Message } from "../../src/protocol/index.ts";
import { resolveCompression } from "../../src/protocol/index.ts";
import { openClient } from "../support/client.ts";
import { deferred } from "../support/deferred.ts";
import { startHoldMeter } from "../support/hold-meter.ts";
import { Inbox } from "../support/inbox.ts";
import { sample } from "../support/samples.ts";
import { within } from "../support/within.ts";
import { startOurs } from "./servers.ts";

const MiB = 1 << 20;
const LIMITS = { messageSize: 32 * MiB };

/** The goal is about 5 ms, as processor time; twice that where caches and memory are shared with who knows whom. */
const BOUND = 10;

/** What our own code holds shows in every run; a noisy neighbour does not. So the best counts, of so many at most. */
const RUNS = 6;

const CASES = (["client", "server"] as const).flatMap((role) =>
  (["ascii", "three-byte", "records", "random"] as const).map((kind) => ({ role, kind })),
);

it.each(CASES)("as $role, 16 MiB of $kind go and come in short turns", async ({ role, kind }) => {
  const { engine, messages } = await (role === "client" ? connectToWs : acceptWs)();
  const data = sample(kind, 16 * MiB);
  const sending: number[] = [];
  const receiving: number[] = [];

  for (let run = 0; run < RUNS; run++) {
    const answer = () => messages.next("answer");
    sending.push(await longestHold(() => engine.send(data), answer));
    receiving.push(await longestHold(() => engine.send("give it back"), answer));
    if (Math.min(...sending) < BOUND && Math.min(...receiving) < BOUND) break;
  }

  expect.soft(Math.min(...sending), `sending held the event loop for ${show(sending)}`).toBeLessThan(BOUND);
  expect.soft(Math.min(...receiving), `receiving held the event loop for ${show(receiving)}`).toBeLessThan(BOUND);
});

function show(holds: readonly number[]): string {
  return `${holds.map((hold) => hold.toFixed(1)).join(", ")} ms`;
}

async function longestHold(act: () => void, end: () => Promise<unknown>): Promise<number> {
  const meter = startHoldMeter();
  act();
  await end();
  return meter.stop()[0]!;
}

/** Our engine in the client's role, and ws as server in a thread of its own. */
async function connectToWs() {
  const thread = startThread();
  const [port] = await within(once(thread, "message"), "server thread");
  const messages = new Inbox<Message>();
  const { engine } = await openClient(port, {
    compression: resolveCompression(true),
    limits: LIMITS,
    sink: { message: (data) => messages.push(data), close() {} },
  });
  return { engine, messages };
}

/** Our engine in the server's role, and ws as client in a thread of its own. */
async function acceptWs() {
  const messages = new Inbox<Message>();
  const opened = deferred<Engine>();
  const { port } = await startOurs({
    compression: resolveCompression(true),
    limits: LIMITS,
    open: ({ engine }) => opened.resolve(engine),
    connect: () => ({ message: (data) => messages.push(data), close() {} }),
  });
  startThread(port);
  return { engine: await within(opened.promise, "client thread"), messages };
}

function startThread(connectTo?: number): Worker {
  const thread = new Worker(new URL("echo-thread.mjs", import.meta.url), { workerData: { connectTo } });
  onTestFinished(async () => void (await thread.terminate()));
  return thread;
}
