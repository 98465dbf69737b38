/** How a thread waits: asleep, until there is something to look at; and it notices when nobody is left to wake it. */

import { Word } from "./lane.ts";

/** What is waited for. */
export interface Wanted<Found> {
  readonly words: Int32Array;
  /** Gives what is waited for, or `undefined`. Whatever changes that changes `Word.signal` afterwards. */
  readonly look: () => Found | undefined;
  /** Milliseconds. */
  readonly timeout: number;
  /** Changes as long as the other thread lives; 0 until it has started. @default it always lives */
  readonly pulse: (() => number) | undefined;
  /** The other thread has done nothing for so many seconds. Throws. */
  readonly onSilence: (seconds: number) => never;
}

/** What `look` gives once it gives something; `undefined` when the time is over. */
export function sleepUntil<Found>({ words, look, timeout, pulse, onSilence }: Wanted<Found>): Found | undefined {
  const deadline = timeout === Infinity ? Infinity : performance.now() + timeout;
  let silence = 0;
  let last = pulse?.();
  for (;;) {
    // Before it is looked at: whatever comes after that changes it, and ends the sleep.
    const seen = Atomics.load(words, Word.signal);
    const found = look();
    if (found !== undefined) return found;
    const left = deadline === Infinity ? Infinity : deadline - performance.now();
    if (left <= 0) return undefined;
    if (Atomics.wait(words, Word.signal, seen, Math.min(left, SLICE)) !== "timed-out" || left < SLICE) continue;
    const now = pulse?.();
    silence = now === undefined || now !== last ? 0 : silence + 1;
    if (silence >= (now === 0 ? LONGEST_START : LONGEST_SILENCE)) onSilence(silence);
    last = now;
  }
}

/** Milliseconds of one sleep. Then it is seen whether the other thread lives: one that ran out of memory tells nobody. */
const SLICE = 1000;
/** How many of them without a pulse. A thread that starts may have to wait for a busy machine. */
const LONGEST_SILENCE = 10;
const LONGEST_START = 30;
