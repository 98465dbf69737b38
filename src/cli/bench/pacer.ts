/** Sends at a given pace, whatever comes back: the open loop's clock. Precise to some microseconds where a processor is free for it. */

import { availableParallelism } from "node:os";
import { performance } from "node:perf_hooks";
import type { Pace } from "./plan.ts";
import type { Tally } from "./tally.ts";

/** Timers are up to a millisecond late: the last stretch before a message is waited out awake. */
const AWAKE = 2;
/** Messages in one turn of the event loop, before it is time to read answers. */
const MOST_AT_ONCE = 256;

/** What a pacer works with. */
export interface PacerOptions {
  readonly pace: Pace;
  readonly tally: Tally;
  /** The time of `performance.now()` that the pace counts from. */
  readonly from: number;
  /** Milliseconds from then. */
  readonly length: number;
  /** Hands over the message that was due then. */
  readonly send: (due: number) => void;
}

/** One for each bench with an open loop. */
export class Pacer {
  /** Milliseconds that were spent awake with nothing to do. */
  idle = 0;
  readonly #options: PacerOptions;
  readonly #staysAwake = availableParallelism() > 1;
  #next = 0;
  #activity = 0;
  #last = 0;
  #isOver = false;

  constructor(options: PacerOptions) {
    this.#options = options;
  }

  start(): void {
    this.#last = performance.now();
    this.#tick();
  }

  /** No more messages. */
  stop(): void {
    this.#isOver = true;
  }

  /** The end of the time: hands over what is due and gives how many messages are left that there was no time for. */
  finish(): number {
    if (this.#isOver) return 0;
    const due = this.#sendDue(performance.now());
    this.stop();
    return due - this.#next;
  }

  readonly #tick = (): void => {
    if (this.#isOver) return;
    const { pace, tally, from, length } = this.#options;
    const now = performance.now();
    if (tally.activity === this.#activity) this.idle += now - this.#last;
    this.#activity = tally.activity;
    this.#last = now;
    tally.roll(now);

    const due = this.#sendDue(now);
    if (now - from >= length && this.#next >= due) return this.stop();
    this.#wait(from + Math.min(pace.dueAt(this.#next), length) - now);
  };

  /** Hands over what is due by then, or as much of it as is good at once; gives how many were due since the start. */
  #sendDue(now: number): number {
    const { pace, tally, from, length, send } = this.#options;
    const due = pace.countBefore(Math.min(now - from, length));
    const most = Math.min(due, this.#next + MOST_AT_ONCE);
    while (this.#next < most) {
      const at = from + pace.dueAt(this.#next++);
      if (tally.counts(at)) tally.lag.record(Math.max(1, Math.round((now - at) * 1e6)));
      send(at);
    }
    return due;
  }

  #wait(milliseconds: number): void {
    if (milliseconds >= AWAKE) {
      // What the event loop sleeps is idle by its own count.
      this.#activity = -1;
      setTimeout(this.#tick, this.#staysAwake ? milliseconds - AWAKE + 1 : milliseconds);
    } else if (this.#staysAwake) setImmediate(this.#tick);
    else setTimeout(this.#tick, milliseconds);
  }
}
