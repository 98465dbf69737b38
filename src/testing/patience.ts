/** How long the test kit waits for something, in real time, and that it does not give up what has come already. */

import { TIMEOUT_INVALID, usageError } from "../errors.ts";
import { afterReal } from "./real-time.ts";
import { settle } from "./settle.ts";

/** Milliseconds, checked. Throws a `UsageError` for what is no time. */
export function toTimeout(timeout: number): number {
  if (!(typeof timeout === "number" && timeout >= 0)) throw usageError(TIMEOUT_INVALID, "timeout", String(timeout));
  return timeout;
}

/**
 * Calls `late` after so many milliseconds, unless the result is called first. A machine that was busy meanwhile has a
 * moment to bring what is on its way.
 */
export function startPatience(timeout: number, late: () => void): () => void {
  let state: "waiting" | "over" = "waiting";
  const cancel = afterReal(toTimeout(timeout), async () => {
    await settle(MOMENT);
    if (state === "waiting") late();
  });
  return () => {
    state = "over";
    cancel();
  };
}

/** The work, or a rejection with what `late` makes after so many milliseconds. */
export async function within<Result>(work: Promise<Result>, timeout: number, late: () => Error): Promise<Result> {
  let stop = () => {};
  const tooLate = new Promise<never>((_, reject) => {
    stop = startPatience(timeout, () => reject(late()));
  });
  try {
    return await Promise.race([work, tooLate]);
  } finally {
    stop();
  }
}

/** Milliseconds. */
const MOMENT = 100;
