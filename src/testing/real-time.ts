/** Real time for the kit itself, taken when it is loaded: timers that a test fakes later stop none of it. */

import { AsyncLocalStorage } from "node:async_hooks";
import { performance } from "node:perf_hooks";
import { clearTimeout, setImmediate, setTimeout } from "node:timers";
import type { Clock } from "../protocol/run/clock.ts";

/** Milliseconds from any start. */
export const realNow: () => number = performance.now.bind(performance);

/** Resolves in a later turn of the event loop. */
export function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** Runs `work` in a later turn of the event loop. */
export function later(work: () => void): void {
  setImmediate(work);
}

/** Resolves behind all that wait for the next millisecond. */
export function tick(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 1);
  });
}

/** Runs `work` after so many milliseconds, and keeps the process until then. The result takes it back. */
export function afterReal(milliseconds: number, work: () => void): () => void {
  if (milliseconds === Number.POSITIVE_INFINITY) return () => {};
  const timer = setTimeout(work, Math.min(milliseconds, LONGEST));
  return () => clearTimeout(timer);
}

/** Nobody's asynchronous context: what an app sets a timer for is no timer of the handler that it was called by. */
const nobody = new AsyncLocalStorage().run(undefined, () => AsyncLocalStorage.snapshot()) as (work: () => void) => void;

/** The clock of an app under test when the test moves none. Keeps no process alive. */
export const realClock: Clock = {
  now: realNow,
  after(milliseconds, work) {
    if (milliseconds === Number.POSITIVE_INFINITY) return () => {};
    let left = milliseconds;
    let timer: NodeJS.Timeout | undefined;
    const arm = () => {
      const step = Math.min(left, LONGEST);
      left -= step;
      timer = setTimeout(left > 0 ? arm : work, step);
      timer.unref();
    };
    nobody(arm);
    return () => clearTimeout(timer);
  },
};

/** Timers take no more milliseconds than this. */
const LONGEST = 2 ** 31 - 1;
