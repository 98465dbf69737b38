/** Who hears of an app's errors for a while, besides its observers: test kits. */

import type { ErrorSignal, Observer } from "./observing/observer.ts";

/** An observer of errors that others join and leave. */
export class ErrorWatch implements Observer {
  readonly #listeners = new Set<(signal: ErrorSignal) => void>();

  readonly error = (signal: ErrorSignal): void => {
    for (const hear of this.#listeners) hear(signal);
  };

  /** Calls `hear` for each error, until the result is called. */
  watch(hear: (signal: ErrorSignal) => void): () => void {
    // Of its own, so that one who watches twice can leave twice.
    const listener = (signal: ErrorSignal) => hear(signal);
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }
}
