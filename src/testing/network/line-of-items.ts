/** A line of things that leave in the order in which they came, cheap also when there are a hundred thousand. */

/** First in, first out. */
export class LineOfItems<Item> {
  #items: Item[] = [];
  #head = 0;

  get first(): Item | undefined {
    return this.#items[this.#head];
  }

  /** Puts another one in the place of the first. */
  set first(item: Item) {
    this.#items[this.#head] = item;
  }

  push(item: Item): void {
    this.#items.push(item);
  }

  /** The first leaves. */
  shift(): void {
    this.#head++;
    // What has left is cut off now and then: an array moves all the others for each that does.
    if (this.#head < CUT || this.#head * 2 < this.#items.length) return;
    this.#items = this.#items.slice(this.#head);
    this.#head = 0;
  }

  clear(): void {
    this.#items = [];
    this.#head = 0;
  }
}

const CUT = 64;
