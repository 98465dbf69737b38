/** Keeps messages in order while a large one is being compressed off the event loop. Knows no frames. */

import { Waiters } from "./waiters.ts";

/** One after the other: what is to be sent behind a message that is not ready waits for it. */
export class SendOrder {
  #waiting: { readonly size: number; readonly send: () => void }[] | null = null;
  /** The size of the message that all wait for. */
  #held = 0;
  #size = 0;
  #settled: Waiters<void> | null = null;

  /** Whether something is being waited for. */
  get waits(): boolean {
    return this.#waiting !== null;
  }

  /** How much waits, the message that all wait for included: bytes, or units of text that is not encoded yet. */
  get size(): number {
    return this.#size;
  }

  /** Resolves when nothing is being waited for. Never rejects. */
  async settled(): Promise<void> {
    if (!this.waits) return;
    this.#settled ??= new Waiters();
    await this.#settled.wait();
  }

  /** Sends now, or when its turn comes. */
  run(size: number, send: () => void): void {
    if (this.#waiting === null) return send();
    this.#size += size + ENTRY;
    this.#waiting.push({ size, send });
  }

  /** From now on everything waits, until `release`. */
  hold(size: number): void {
    this.#waiting ??= [];
    this.#held = size;
    this.#size += size;
  }

  /** The message that all waited for has been sent: sends what comes next, up to the next one that has to wait. */
  release(): void {
    const waiting = this.#waiting ?? [];
    this.#size -= this.#held;
    this.#waiting = null;
    // Not by `shift`: that would move all the others each time.
    for (const [at, { size, send }] of waiting.entries()) {
      this.#size -= size + ENTRY;
      send();
      if (!this.waits) continue;
      this.#waiting = waiting.slice(at + 1);
      return;
    }
    this.#settled?.tell();
  }

  /** Forgets all that waits. */
  clear(): void {
    this.#waiting = null;
    this.#size = 0;
    this.#settled?.tell();
  }
}

/** What an entry takes besides its message, in bytes, or a little more: so that even empty messages count. */
export const ENTRY = 128;
