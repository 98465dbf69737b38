/**
 * The sliding window of context takeover (RFC 7692, 7.1.1): the last bytes of what went before, as a dictionary.
 *
 * Public Node has no synchronous zlib that keeps its state from message to message. A dictionary of the last window is
 * the same to the format, costs a connection its window and no more, and is dropped in one assignment.
 */
export class History {
  readonly #window: number;
  #bytes: Uint8Array = EMPTY;
  #size = 0;

  /** Remembers the last `2 ** windowBits` bytes, those of `start` to begin with. */
  constructor(windowBits: number, start?: Uint8Array) {
    this.#window = 2 ** windowBits;
    if (start !== undefined) this.add(start);
  }

  /** What a dictionary should hold now; `undefined` when there is nothing yet. Valid until the next call. */
  get dictionary(): Uint8Array | undefined {
    if (this.#size === 0) return undefined;
    return this.#bytes.subarray(Math.max(0, this.#size - this.#window), this.#size);
  }

  /** Adds what came after. Copies. */
  add(bytes: Uint8Array): void {
    const news = bytes.length > this.#window ? bytes.subarray(bytes.length - this.#window) : bytes;
    if (this.#size + news.length > this.#bytes.length) this.#makeRoom(news.length);
    this.#bytes.set(news, this.#size);
    this.#size += news.length;
  }

  /** Forgets everything. */
  clear(): void {
    this.#bytes = EMPTY;
    this.#size = 0;
  }

  /** Grows by doubling up to two windows; from then on, moves one window to the front now and again. */
  #makeRoom(size: number): void {
    const kept = this.dictionary ?? EMPTY;
    const needed = kept.length + size;
    if (needed > this.#bytes.length || this.#bytes.length < 2 * this.#window) {
      const grown = new Uint8Array(Math.min(2 * this.#window, Math.max(2 * needed, 256)));
      grown.set(kept);
      this.#bytes = grown;
    } else {
      this.#bytes.copyWithin(0, this.#size - kept.length, this.#size);
    }
    this.#size = kept.length;
  }
}

const EMPTY: Uint8Array = new Uint8Array(0);
