/** Time in a page: its timers as they are, which takes less room than a clock that also knows processes and months. */

import type { Clock } from "../../protocol/run/clock.ts";

/** What is to be done after more than 24 days is never done: no timer takes so long, and `Infinity` means just that. */
export const pageClock: Clock = {
  now: () => performance.now(),
  after(milliseconds, work) {
    const timer = milliseconds < 2 ** 31 ? setTimeout(work, milliseconds) : undefined;
    return () => clearTimeout(timer);
  },
};
