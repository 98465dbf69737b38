/** A clock that stands still until a test moves it. */

import { BAD_OPTION, usageError } from "../errors.ts";
import type { Clock } from "../protocol/run/clock.ts";
import { realNow } from "./real-time.ts";
import { settle } from "./settle.ts";

interface Timer {
  readonly due: number;
  readonly work: () => void;
}

/**
 * A clock for apps, clients and brokers under test: heartbeats, timeouts, backoff and drains happen when the test says so.
 * It also goes into `memory({ clock })`, and one may be shared by several test clients.
 *
 * @example
 * const clock = new ManualClock();
 * await using client = new TestClient(app, { clock });
 * const socket = await client.connect("/ws");
 * await clock.advance(60_000); // a minute of silence
 */
export class ManualClock implements Clock {
  // A round number, so that what has to do with steps of time happens alike in each run; not before the real time, so
  // that an app which has lived by that does not go back.
  #now = Math.ceil(realNow() / 1_000) * 1_000;
  readonly #timers = new Set<Timer>();
  #moving: Promise<void> = Promise.resolve();

  /** Milliseconds from any start. */
  now(): number {
    return this.#now;
  }

  /** Runs `work` when the clock has been moved so far. The result takes it back. */
  after(milliseconds: number, work: () => void): () => void {
    if (milliseconds === Number.POSITIVE_INFINITY) return () => {};
    const timer = { due: this.#now + Math.max(milliseconds, 0), work };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  /** How many wait for their time. */
  get timers(): number {
    return this.#timers.size;
  }

  /**
   * Moves on by so many milliseconds. Each timer fires at its own time, also one that is set meanwhile, and after each
   * everything in memory comes to rest: messages arrive, handlers answer. Rejects with what a timer throws. Throws a
   * `UsageError` for what is no time.
   */
  advance(milliseconds: number): Promise<void> {
    if (!(Number.isFinite(milliseconds) && milliseconds >= 0)) {
      throw usageError(BAD_OPTION, "milliseconds", String(milliseconds), "how far to advance: a number from 0 on");
    }
    const moved = this.#moving.then(() => this.#move(milliseconds));
    // One after the other; who asked hears of what went wrong.
    this.#moving = moved.catch(() => {});
    return moved;
  }

  async #move(milliseconds: number): Promise<void> {
    const end = this.#now + milliseconds;
    // What was asked for just now sets its timers first.
    await settle();
    for (let timer = this.#next(end); timer !== undefined; timer = this.#next(end)) {
      this.#timers.delete(timer);
      this.#now = Math.max(this.#now, timer.due);
      timer.work();
      await settle();
    }
    this.#now = end;
    await settle();
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
