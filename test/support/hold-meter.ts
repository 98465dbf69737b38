/** How long single turns of the event loop hold it: the processor time of the main thread, whatever else the machine does. */

import { openSync, readSync } from "node:fs";

/** Looks once in every turn of the event loop; `stop` gives the holds in milliseconds, the longest first. */
export function startHoldMeter(): { stop(): number[] } {
  const holds: number[] = [];
  let last = ownTime();
  let next = setImmediate(look);
  function look(): void {
    const now = ownTime();
    holds.push(now - last);
    last = now;
    next = setImmediate(look);
  }
  return {
    stop() {
      clearImmediate(next);
      holds.push(ownTime() - last);
      return holds.sort((a, b) => b - a);
    },
  };
}

/** Milliseconds that the main thread has run. Only Linux tells; elsewhere it is the clock, noise and all. */
function ownTime(): number {
  if (schedstat === undefined) return performance.now();
  // The kernel brings the figure up to date when a thread goes to sleep, so it sleeps for a moment.
  Atomics.wait(nobodyWakes, 0, 0, 0.01);
  const length = readSync(schedstat, buffer, 0, buffer.length, 0);
  return Number(buffer.toString("latin1", 0, length).split(" ")[0]) / 1e6;
}

const nobodyWakes = new Int32Array(new SharedArrayBuffer(4));
const buffer = Buffer.alloc(64);
const schedstat = openSchedstat();

function openSchedstat(): number | undefined {
  try {
    return openSync(`/proc/self/task/${process.pid}/schedstat`, "r");
  } catch {
    return undefined;
  }
}
