/** When something was last heard of, for all WebSockets of a server: the time is not asked for each message. */

import type { Clock } from "../../protocol/run/clock.ts";

/** A stretch of time: what was heard in it, was heard by its end. */
export interface Stretch {
  /** By the clock; `undefined` while it lasts. */
  end: number | undefined;
}

/**
 * Asking Bun for the time takes as long as half of an echo does. So a message only notes in which stretch it came, and the
 * last moment of that stretch stands for it: nobody is given up too early, and at most `STRETCH` too late.
 */
export class HeardClock {
  /** The one that lasts. Read it for each message. */
  stretch: Stretch = { end: undefined };
  readonly #clock: Clock;
  #cancel: (() => void) | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** From now on stretches follow each other, until `stop`. */
  start(): void {
    this.#cancel = this.#clock.after(STRETCH, () => {
      this.stretch.end = this.#clock.now();
      this.stretch = { end: undefined };
      this.start();
    });
  }

  stop(): void {
    this.#cancel?.();
  }

  /** When what was heard in this stretch was heard, at the latest. */
  timeOf({ end }: Stretch): number {
    return end ?? this.#clock.now();
  }
}

/** Milliseconds. */
const STRETCH = 250;
