/** Waiting with an end: for a time, for a promise at most so long, or until a signal says otherwise. */

/** What `promise` gives; rejects with what `signal` says when it aborts, and with a sentence after so many milliseconds. */
export async function atMost<Value>(milliseconds: number, promise: Promise<Value>, signal?: AbortSignal) {
  let timer: NodeJS.Timeout | undefined;
  let onAbort = () => {};
  const end = new Promise<never>((_resolve, reject) => {
    onAbort = () => reject(signal!.reason);
    signal?.addEventListener("abort", onAbort);
    timer = setTimeout(() => reject(new Error(`no answer within ${milliseconds} ms`)), milliseconds);
    if (signal?.aborted) onAbort();
  });
  try {
    return await Promise.race([promise, end]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort);
  }
}

/** Resolves after so many milliseconds, or as soon as the signal aborts. */
export function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener("abort", done);
    if (signal.aborted) done();
  });
}

/** Milliseconds before the attempt of this number, from 0: up to 100, then up to twice as many each time, never above 2 000. */
export function backoff(attempt: number, random: () => number = Math.random): number {
  const most = Math.min(2_000, 100 * 2 ** attempt);
  return most * (0.5 + random() / 2);
}
