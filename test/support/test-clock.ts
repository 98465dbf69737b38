/** A clock that stands still until the test moves it, and then fires what was to be done by then, in order. */

import type { Clock } from "../../src/protocol/run/clock.ts";
import { turns } from "./run.ts";

interface Timer {
  readonly due: number;
  readonly work: () => void;
}

/** Begins at 1 000 000 ms: a test that takes a time for a span notices. */
export class TestClock implements Clock {
  #now = 1_000_000;
  readonly #timers = new Set<Timer>();

  /** How many wait. */
  get timers(): number {
    return this.#timers.size;
  }

  now(): number {
    return this.#now;
  }

  after(milliseconds: number, work: () => void): () => void {
    if (milliseconds === Number.POSITIVE_INFINITY) return () => {};
    const timer = { due: this.#now + Math.max(milliseconds, 0), work };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Moves on. Each timer fires at its own time; one that is set meanwhile, too. Nothing else gets a turn. */
  advance(milliseconds: number): void {
    const end = this.#now + milliseconds;
    for (let timer = this.#next(end); timer !== undefined; timer = this.#next(end)) this.#fire(timer);
    this.#now = end;
  }

  /** Moves on; after each timer, and at the end, everything in memory gets its turns. */
  async pass(milliseconds: number): Promise<void> {
    const end = this.#now + milliseconds;
    await turns();
    for (let timer = this.#next(end); timer !== undefined; timer = this.#next(end)) {
      this.#fire(timer);
      await turns();
    }
    this.#now = end;
    await turns();
  }

  /** As if the machine had slept: nothing fires on the way, and everything that is due afterwards. */
  sleep(milliseconds: number): void {
    this.#now += milliseconds;
    this.advance(0);
  }

  #fire(timer: Timer): void {
    this.#timers.delete(timer);
    this.#now = Math.max(this.#now, timer.due);
    timer.work();
  }

  /** Of those that are due at the same time, the one that was set first. */
  #next(end: number): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.#timers) {
      if (timer.due <= end && (next === undefined || timer.due < next.due)) next = timer;
    }
    return next;
  }
}
