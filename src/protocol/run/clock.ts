/** Time as whoever runs an engine needs it: what it is now, and work to be done later. Tests hand in one that they move. */

/** A clock. It never goes back. */
export interface Clock {
  /** Milliseconds from any start. */
  now(): number;
  /** Runs `work` after so many milliseconds; never at once. The result takes it back. Keeps no process alive. */
  after(milliseconds: number, work: () => void): () => void;
}

/** The runtime's own clock and timers. */
export const systemClock: Clock = {
  now: () => performance.now(),
  after(milliseconds, work) {
    if (milliseconds === Number.POSITIVE_INFINITY) return () => {};
    let left = milliseconds;
    let timer: unknown;
    const arm = () => {
      const step = Math.min(left, LONGEST);
      left -= step;
      timer = setTimeout(left > 0 ? arm : work, step);
      (timer as { unref?: () => void }).unref?.();
    };
    arm();
    return () => clearTimeout(timer as number);
  },
};

/** Timers take no more milliseconds than this: a longer wait is several. */
const LONGEST = 2 ** 31 - 1;
