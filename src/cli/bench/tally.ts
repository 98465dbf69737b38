/** What a bench has counted so far, in bounded memory: latencies, rates over time, and what went wrong, by kind. */

import type { RecordableHistogram } from "node:perf_hooks";
import { createHistogram } from "node:perf_hooks";

/** One stretch of the measurement. Latencies in nanoseconds. */
export interface Interval {
  /** Milliseconds from the start of the measurement to the beginning of this. */
  readonly at: number;
  readonly sent: number;
  readonly answered: number;
  /** Of the answers that came in it; all 0 if none did. */
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** Nanoseconds: an hour is more than anybody waits. What takes longer counts as that. */
const LONGEST = 3_600_000_000_000;

/** One for each bench. Times are those of `performance.now()`. */
export class Tally {
  /** Nanoseconds from when a message was due to its answer. */
  readonly latency = makeHistogram();
  /** Nanoseconds that messages of an open loop were handed over too late by this process. */
  readonly lag = makeHistogram();
  /** Nanoseconds to open a connection. */
  readonly connecting = makeHistogram();
  /** What went wrong, in words, and how often. */
  readonly errors = new Map<string, number>();
  readonly intervals: Interval[] = [];
  /** Messages that were due in the measured time, that were sent, that were answered, that were answered within it. */
  due = 0;
  sent = 0;
  answered = 0;
  answeredInTime = 0;
  /** Answers that never came, and messages that a server which read too slowly was not sent. */
  lost = 0;
  notSent = 0;
  /** Messages that had to wait until the server had read what was sent before. */
  waited = 0;
  /** Answers that nobody had asked for, and that were none to what was sent. */
  unasked = 0;
  wrong = 0;
  /** Messages that the server began with, before it was sent any. */
  greetings = 0;
  /** Echoes that came as bytes although text was sent, or the other way round. */
  otherKind = 0;
  bytesIn = 0;
  /** Everything that has happened, counted or not: who looks twice sees whether there was any work. */
  activity = 0;
  /** Answers that are waited for now, on all connections. */
  pending = 0;
  #from = Number.POSITIVE_INFINITY;
  #until = Number.POSITIVE_INFINITY;
  readonly #step: number;
  #end = Number.POSITIVE_INFINITY;
  #now = makeHistogram();
  #sentBefore = 0;
  #answeredBefore = 0;

  /** `step`: milliseconds of one interval. */
  constructor(step: number) {
    this.#step = step;
  }

  /** Milliseconds of one interval. */
  get step(): number {
    return this.#step;
  }

  /** What is due from now on counts. */
  start(from: number): void {
    this.#from = from;
    this.#end = from + this.#step;
  }

  /** What comes from now on is late. */
  stop(until: number): void {
    this.roll(until);
    this.#until = until;
    // What is left of a stretch; if that is too short to say anything, it belongs to the one before.
    const isShort = until - (this.#end - this.#step) < this.#step / 4;
    const before = isShort ? this.intervals.pop() : undefined;
    this.#close();
    const last = this.intervals.pop()!;
    const { at, sent, answered } = before ?? { ...last, sent: 0, answered: 0 };
    const slowest = before && before.max > last.max ? before : last;
    this.intervals.push({ ...slowest, at, sent: sent + last.sent, answered: answered + last.answered });
    this.#end = Number.POSITIVE_INFINITY;
  }

  /** Whether a message that is due then counts. */
  counts(due: number): boolean {
    return due >= this.#from;
  }

  /** An answer came, to a message that was due then. */
  answer(due: number, now: number, bytes: number): void {
    this.activity++;
    this.pending--;
    if (now >= this.#end) this.roll(now);
    if (due < this.#from) return;
    const nanoseconds = Math.max(1, Math.min(LONGEST, Math.round((now - due) * 1e6)));
    this.latency.record(nanoseconds);
    this.answered++;
    this.bytesIn += bytes;
    if (now > this.#until) return;
    this.answeredInTime++;
    this.#now.record(nanoseconds);
  }

  /** Ends the intervals that are over. */
  roll(now: number): void {
    while (now >= this.#end) this.#close();
  }

  /** Something went wrong, so many times. */
  fault(words: string, times = 1): void {
    // Words may hold what a server made up: not every one of a million is a kind of its own.
    const kind = this.errors.has(words) || this.errors.size < MOST_KINDS ? words : "other errors";
    this.errors.set(kind, (this.errors.get(kind) ?? 0) + times);
  }

  #close(): void {
    const { count, max } = this.#now;
    const of = (percent: number) => (count === 0 ? 0 : this.#now.percentile(percent));
    this.intervals.push({
      at: this.intervals.length * this.#step,
      sent: this.sent - this.#sentBefore,
      answered: this.answeredInTime - this.#answeredBefore,
      p50: of(50),
      p99: of(99),
      max: count === 0 ? 0 : max,
    });
    this.#sentBefore = this.sent;
    this.#answeredBefore = this.answeredInTime;
    this.#now.reset();
    this.#end += this.#step;
  }
}

const MOST_KINDS = 50;

function makeHistogram(): RecordableHistogram {
  return createHistogram({ lowest: 1, highest: LONGEST, figures: 3 });
}
