/** Puts messages through a server in a process of its own, and asks what they have cost it. */

import type { Socket } from "node:net";
import { Child } from "../../bench/support/child.ts";
import { closeAll, openMany } from "../../bench/support/load.ts";
import { clientFrame } from "../../bench/support/raw-client.ts";
import type { Costs } from "./cost-server.ts";

/** A semi-space that holds what a measurement allocates, so that nothing is collected meanwhile. */
const FLAGS = ["--expose-gc", "--min-semi-space-size=128", "--max-semi-space-size=128"];

export const startServer = () => new Child(new URL("cost-server.ts", import.meta.url), { flags: FLAGS });

/** What is sent: 64 bytes of text. */
export const PAYLOAD = Buffer.from("Antiphon. ".repeat(7).slice(0, 64));
/** What comes back for each. */
export const ANSWER = Buffer.concat([Buffer.from([0x81, PAYLOAD.length]), PAYLOAD]);

/** A way of putting messages through a server. */
export interface Work {
  readonly port: number;
  readonly path: string;
  readonly connections: number;
  readonly inFlight: number;
  /** How often each sender sends, and waits for what has to come back. */
  readonly bursts: number;
  /** Whether only the first one sends, and all hear it. */
  readonly isRoom?: boolean;
}

/** What a message (in a room: a delivery) has cost the server. */
export interface MessageCosts {
  readonly heapBytes: number;
  readonly reads: number;
  readonly writes: number;
}

/** The costs of a message, after the server has become warm. */
export async function costsOf(server: Child, work: Work): Promise<MessageCosts> {
  const sockets = await openMany(work.connections, work);
  await run(sockets, work);
  for (let attempt = 0; attempt < 5; attempt++) {
    await server.ask("live");
    const before = await server.ask<Costs>("costs");
    await run(sockets, work);
    const after = await server.ask<Costs>("costs");
    if (after.collections !== before.collections) continue;
    closeAll(sockets);
    const per = work.inFlight * work.bursts * work.connections;
    const each = (name: keyof Costs) => (after[name] - before[name]) / per;
    return { heapBytes: each("heapBytes"), reads: each("reads"), writes: each("writes") };
  }
  throw new Error("memory was collected during each of five measurements");
}

async function run(sockets: readonly Socket[], { inFlight, bursts, isRoom = false }: Work): Promise<void> {
  const burst = Buffer.concat(Array.from({ length: inFlight }, () => clientFrame(0x81, PAYLOAD)));
  const groups = isRoom ? [sockets] : sockets.map((socket) => [socket]);
  await Promise.all(groups.map((group) => talk(group, burst, { bursts, answer: inFlight * ANSWER.length })));
}

/** The first of them sends; the next burst goes out when all have heard the last. */
function talk(sockets: readonly Socket[], burst: Buffer, { bursts, answer }: { bursts: number; answer: number }) {
  return new Promise<void>((resolve) => {
    const [sender] = sockets;
    let left = bursts;
    let missing = 0;
    const next = () => {
      if (left-- === 0) {
        for (const socket of sockets) socket.off("data", hear);
        return resolve();
      }
      missing = answer * sockets.length;
      sender!.write(burst);
    };
    const hear = (chunk: Buffer) => {
      missing -= chunk.length;
      if (missing === 0) next();
    };
    for (const socket of sockets) socket.on("data", hear).resume();
    next();
  });
}
