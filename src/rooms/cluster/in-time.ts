/** Work that is waited for, but not for ever. */

import type { Clock } from "../../protocol/run/clock.ts";

/** Resolves with the work, or after so many milliseconds; rejects as the work does. */
export async function inTime(clock: Clock, milliseconds: number, work: Promise<void>): Promise<void> {
  let cancel = () => {};
  const late = new Promise<void>((resolve) => {
    cancel = clock.after(milliseconds, resolve);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    cancel();
  }
}
