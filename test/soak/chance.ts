/** Chance with a seed: the same seed makes the same choices. */

/** One stream of choices (mulberry32). */
export class Chance {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** From 0 up to, not including, 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number, both ends included. */
  between(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1));
  }

  /** True so often, of 1. */
  happens(probability: number): boolean {
    return this.next() < probability;
  }

  oneOf<Item>(items: readonly Item[]): Item {
    return items[Math.floor(this.next() * items.length)]!;
  }

  bytes(size: number): Buffer {
    return Buffer.from(Array.from({ length: size }, () => this.between(0, 255)));
  }

  /** Letters, some of them of more than one byte. */
  text(size: number): string {
    const letters = this.oneOf(["abcdefgh ", "äöüß é", "日本語 テキスト", "🎈🎉a"]);
    const all = [...letters];
    return Array.from({ length: size }, () => this.oneOf(all)).join("");
  }

  /** Its own stream for somebody else. */
  fork(): Chance {
    return new Chance(this.between(0, 2 ** 31));
  }
}
