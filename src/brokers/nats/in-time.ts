/** A wait with an end: a deadline, and a signal that gives it up. */

/** How long, and what ends it sooner. */
export interface Patience {
  readonly milliseconds: number;
  /** What to reject with when they are over. */
  readonly late: () => Error;
  readonly signal?: AbortSignal;
}

/** The promise; rejects with `late()` when it takes too long, with the signal's reason when that aborts. */
export function inTime<Value>(promise: Promise<Value>, { milliseconds, late, signal }: Patience): Promise<Value> {
  return new Promise((resolve, reject) => {
    const end = (settle: () => void) => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
      settle();
    };
    const timer = setTimeout(() => end(() => reject(late())), milliseconds);
    const onAbort = () => end(() => reject(signal?.reason));
    signal?.addEventListener("abort", onAbort);
    promise.then(
      (value) => end(() => resolve(value)),
      (error: unknown) => end(() => reject(error)),
    );
  });
}
