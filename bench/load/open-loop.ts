/**
 * A load that does not wait: messages leave at the times that a rate gives, in turn over all connections, whether answers have
 * come or not. What an answer took counts from when its message should have left, so that a server that stalls cannot hide it.
 */

import type { Crowd } from "./crowd.ts";
import type { Percentiles } from "./percentiles.ts";
import { percentilesOf } from "./percentiles.ts";

/** How much is sent. */
export interface Offer {
  /** Messages in a second, over all connections. */
  readonly rate: number;
  readonly milliseconds: number;
}

/** What came of it. */
export interface Offered extends Percentiles {
  readonly messages: number;
  /** Milliseconds, in 99 of 100 messages less, by which the load itself was late. */
  readonly loadLate: number;
}

/** Milliseconds to wait for answers after the last message. */
const PATIENCE = 20_000;

/** Sends, and waits until all answers are there. Spins on its core meanwhile: timers are too coarse. */
export async function runOpenLoop(crowd: Crowd, { rate, milliseconds }: Offer): Promise<Offered> {
  const { clients } = crowd;
  const total = Math.max(1, Math.round((rate * milliseconds) / 1000));
  const step = 1000 / rate;
  const [frame] = crowd.script.frames as [Buffer];
  const latencies = new Float64Array(total);
  const late = new Float64Array(total);
  /** The message that each connection hears next: its first one, then every so many. */
  const next = Int32Array.from(clients.keys());
  let [sent, heard] = [0, 0];
  const work = new Promise<void>((resolve, reject) => {
    const begin = performance.now() + 1;
    crowd.heard = (client, messages) => {
      const now = performance.now();
      for (let i = 0; i < messages; i++) {
        const message = next[client]!;
        if (message >= sent) return reject(new Error("more came than was asked for"));
        next[client] = message + clients.length;
        latencies[heard++] = now - (begin + message * step);
      }
      if (heard === total) resolve();
    };
    const turn = () => {
      let due = begin + sent * step;
      for (let now = performance.now(); sent < total && due <= now; due += step) {
        late[sent] = now - due;
        clients[sent % clients.length]!.send(frame);
        sent++;
        // A burst of what is late must not keep the answers waiting for longer than a look at the clock takes.
        if (sent % 16 === 0) now = performance.now();
      }
      if (sent < total) setImmediate(turn);
    };
    turn();
  });
  await crowd.within(milliseconds + PATIENCE, "answers", work);
  return { messages: total, ...percentilesOf(latencies), loadLate: percentilesOf(late).p99 };
}
