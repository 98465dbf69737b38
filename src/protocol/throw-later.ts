/** For callbacks of the user's that throw where nobody could catch it, and where we have to go on. */

/** Throws in a turn of its own: an uncaught exception, as if nobody had stood in between. */
export function throwLater(thrown: unknown): void {
  queueMicrotask(() => {
    throw thrown;
  });
}
