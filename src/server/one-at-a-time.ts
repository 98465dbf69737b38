/** Callbacks one at a time, in the order of their calls: one that returns a promise holds back those behind it. */

/** One line of callbacks. */
export class OneAtATime {
  /** Of the one at hand, or the last that waits. Never rejects. */
  #last: Promise<void> | undefined;

  /** Runs it: in this call if none is at hand, else behind it. Gives what it gives, or a promise of that. */
  run(work: () => unknown): unknown {
    const result = this.#last === undefined ? work() : this.#last.then(work);
    if (isThenable(result)) this.#hold(Promise.resolve(result));
    return result;
  }

  #hold(result: Promise<unknown>): void {
    const leave = () => {
      if (this.#last === settled) this.#last = undefined;
    };
    const settled: Promise<void> = result.then(leave, leave);
    this.#last = settled;
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function";
}
