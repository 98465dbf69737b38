/** Things in line, first in, first out, with their bytes counted. Makes its array when the first one waits. */

import type { ByteBudget } from "./byte-budget.ts";

/** A queue whose bytes also count in a budget, if there is one. Bounds are the owner's affair. */
export class MessageQueue<Item> {
  #budget: ByteBudget | null;
  readonly #sizeOf: (item: Item) => number;
  #items: (Item | undefined)[] | null = null;
  #head = 0;
  #bytes = 0;

  constructor(budget: ByteBudget | null, sizeOf: (item: Item) => number) {
    this.#budget = budget;
    this.#sizeOf = sizeOf;
  }

  /** How many wait. */
  get length(): number {
    return (this.#items?.length ?? 0) - this.#head;
  }

  /** Their bytes. */
  get bytes(): number {
    return this.#bytes;
  }

  push(item: Item): void {
    this.#items ??= [];
    this.#items.push(item);
    this.#count(this.#sizeOf(item));
  }

  /** The one that has waited longest; it stays. */
  peek(): Item | undefined {
    return this.#items?.[this.#head];
  }

  /** Takes the one that has waited longest. */
  shift(): Item | undefined {
    const items = this.#items;
    if (items === null) return undefined;
    const item = items[this.#head];
    items[this.#head++] = undefined;
    if (this.#head === items.length) {
      this.#items = null;
      this.#head = 0;
    } else if (this.#head >= SWEEP && this.#head * 2 >= items.length) {
      items.splice(0, this.#head);
      this.#head = 0;
    }
    if (item !== undefined) this.#count(-this.#sizeOf(item));
    return item;
  }

  /** Takes all. */
  clear(): Item[] {
    const items = (this.#items ?? []).slice(this.#head) as Item[];
    this.#items = null;
    this.#head = 0;
    this.#count(-this.#bytes);
    return items;
  }

  /** What is in it counts in the budget no more. */
  leaveBudget(): void {
    this.#budget?.add(-this.#bytes);
    this.#budget = null;
  }

  #count(bytes: number): void {
    this.#bytes += bytes;
    this.#budget?.add(bytes);
  }
}

/** From here on, the places of those that left are given back, by half of the array at a time. */
const SWEEP = 64;
