/** Waiting with an end: each step of the doctor has a deadline, and Ctrl-C ends all of them. */

/** How long a wait may take, and what gives it up. */
export interface Patience {
  /** Milliseconds for one answer. */
  readonly timeout: number;
  /** Aborting it rejects every wait with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/** What a wait gives that took too long. */
export const LATE = Symbol("late");

/** The promise's value, or `LATE` after `timeout` milliseconds. Rejects as the promise does, and with the signal's reason. */
export async function beforeDeadline<Value>(
  promise: Promise<Value>,
  { timeout, signal }: Patience,
): Promise<Value | typeof LATE> {
  signal?.throwIfAborted();
  let timer: NodeJS.Timeout | undefined;
  let onAbort: (() => void) | undefined;
  const end = new Promise<typeof LATE>((resolve, reject) => {
    timer = setTimeout(() => resolve(LATE), timeout);
    onAbort = () => reject(signal?.reason);
    signal?.addEventListener("abort", onAbort);
  });
  // Whoever gives up leaves the promise behind: its failure is nobody's then.
  promise.catch(() => {});
  try {
    return await Promise.race([promise, end]);
  } finally {
    clearTimeout(timer);
    if (onAbort) signal?.removeEventListener("abort", onAbort);
  }
}

/** Milliseconds as people read them: `3 ms`, `1.2 s`, `95 s`. */
export function inWords(milliseconds: number): string {
  if (milliseconds < 10) return `${Number(milliseconds.toFixed(1))} ms`;
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  const seconds = milliseconds / 1000;
  return `${seconds < 10 ? Number(seconds.toFixed(1)) : Math.round(seconds)} s`;
}
