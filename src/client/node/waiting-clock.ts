/** A clock for what a program waits for: while it does, the process stays alive. */

import type { Clock } from "../../protocol/run/clock.ts";
import { systemClock } from "../../protocol/run/clock.ts";

/** The runtime's own, but for that. */
export const waitingClock: Clock = {
  now: () => systemClock.now(),
  after(milliseconds, work) {
    // What never comes is not waited for.
    if (milliseconds === Number.POSITIVE_INFINITY) return systemClock.after(milliseconds, work);
    const staying = setInterval(() => {}, A_DAY);
    const cancel = systemClock.after(milliseconds, () => {
      clearInterval(staying);
      work();
    });
    return () => {
      clearInterval(staying);
      cancel();
    };
  },
};

const A_DAY = 86_400_000;
