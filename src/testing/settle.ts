/** Waits until all is quiet in memory: no bytes move, and nobody has answered yet who was about to. */

import { realNow, tick, turn } from "./real-time.ts";

/** Deliveries so far, in all networks of this process. */
let deliveries = 0;

/** Something has been delivered. */
export function stir(): void {
  deliveries++;
}

/** Apps under test that have a broker: one in memory delivers by timers. */
let brokers = 0;

/** There is one. The result forgets it. */
export function expectBroker(): () => void {
  brokers++;
  return () => void brokers--;
}

/**
 * Resolves when nothing has been delivered for some turns of the event loop, at the latest after `most` milliseconds of
 * real time. Never rejects.
 */
export async function settle(most = 1_000): Promise<void> {
  const end = realNow() + most;
  let before: number;
  do {
    before = deliveries;
    for (let quiet = 0; quiet < QUIET_TURNS && realNow() < end; quiet++) {
      const then = deliveries;
      await turn();
      if (deliveries !== then) quiet = 0;
    }
    if (brokers > 0) await tick();
  } while (deliveries !== before && realNow() < end);
}

/** A handler that awaits a few things in turn is not done after the first. */
const QUIET_TURNS = 5;
