/** What came and has not been looked at yet, one by one and in order. Leaves to others where it comes from. */

import { within } from "./within.ts";

/** A queue with a bounded wait at its end. */
export class Inbox<Item> {
  readonly #items: Item[] = [];
  readonly #waiting: ((item: Item) => void)[] = [];

  /** How many have come and were not taken. */
  get size(): number {
    return this.#items.length;
  }

  /** Puts one in. */
  push(item: Item): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#items.push(item);
    else next(item);
  }

  /** Takes the next one; rejects when none comes in time. */
  next(what: string, milliseconds?: number): Promise<Item> {
    if (this.#items.length > 0) return Promise.resolve(this.#items.shift()!);
    return within(new Promise((resolve) => this.#waiting.push(resolve)), what, milliseconds);
  }
}
