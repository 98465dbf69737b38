/** One budget of bytes for all queues that share it: knows how much is in them, and whether that is too much. */

/** Counted by every queue; asked before a new connection is let in. */
export class ByteBudget {
  readonly limit: number;
  #used = 0;

  /** `limit` in bytes; `Infinity`: none. */
  constructor(limit: number) {
    this.limit = limit;
  }

  /** Bytes in all queues now. */
  get used(): number {
    return this.#used;
  }

  /** Whether the queues hold more than they may. */
  get exceeded(): boolean {
    return this.#used > this.limit;
  }

  /** Bytes came into a queue, or (negative) left it. */
  add(bytes: number): void {
    this.#used += bytes;
  }
}
