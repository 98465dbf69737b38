/** The time by which one app lives: that of its host, until a test puts another clock in its place. */

import type { Clock } from "../protocol/run/clock.ts";

/** A clock that can be replaced. Timers that were set before stay with the clock that they were set on. */
export class AppClock implements Clock {
  #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  now(): number {
    return this.#clock.now();
  }

  after(milliseconds: number, work: () => void): () => void {
    return this.#clock.after(milliseconds, work);
  }

  /** From now on, this one. Gives the one before. */
  replace(clock: Clock): Clock {
    const before = this.#clock;
    this.#clock = clock;
    return before;
  }
}
