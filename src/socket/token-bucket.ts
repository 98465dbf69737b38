/** A rate with bursts: how long until the next one may pass. Knows no clock; leaves closing and pausing to others. */

/** A token bucket, kept as one number: the time at which it is full again (the generic cell rate algorithm). */
export class TokenBucket {
  /** Milliseconds that one token takes to grow. */
  readonly #interval: number;
  readonly #burst: number;
  #fullAt = Number.NEGATIVE_INFINITY;

  /**
   * @param rate tokens per second, above 0
   * @param burst tokens that may be taken at once after a rest. @default one second's worth
   */
  constructor(rate: number, burst: number = rate) {
    this.#interval = 1000 / rate;
    this.#burst = burst;
  }

  /**
   * Takes `n` tokens and answers 0; or takes none and answers the milliseconds until they may be taken. More than the
   * burst pass when the bucket is full and are paid for afterwards, so that a large message waits but is never stuck.
   * `now` is in milliseconds, of a clock that never goes back.
   */
  take(now: number, n: number): number {
    const start = Math.max(now, this.#fullAt);
    const lent = start - now;
    const mayLend = Math.max(0, this.#burst - n) * this.#interval;
    if (lent > mayLend) return Math.ceil(lent - mayLend);
    this.#fullAt = start + n * this.#interval;
    return 0;
  }

  /** Takes `n` tokens that are not there: for what passes all the same, and makes the next one wait. */
  owe(now: number, n: number): void {
    this.#fullAt = Math.max(now, this.#fullAt) + n * this.#interval;
  }
}
