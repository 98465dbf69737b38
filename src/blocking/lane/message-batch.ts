/** Several messages as one parcel for another thread: few objects to copy, and large ones not copied at all. */

import type { Message } from "../../protocol/message.ts";

/** Messages in order. A number stands for so many bytes of `packed`. */
export interface MessageBatch {
  readonly items: readonly (string | Uint8Array | number)[];
  readonly packed: Uint8Array | undefined;
  /** Of all of them; characters, for text. */
  readonly bytes: number;
}

/** Up to this size, messages share other buffers, which another thread would get as a whole. */
const LARGEST_PACKED = 4096;

/** Gathers messages. */
export class BatchWriter {
  #items: (string | Uint8Array | number)[] = [];
  #small: Uint8Array[] = [];
  #packedBytes = 0;
  #bytes = 0;
  #transfer: ArrayBuffer[] = [];

  get length(): number {
    return this.#items.length;
  }

  /** Of all messages; characters, for text. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The message is the batch's from now on. */
  add(message: Message): void {
    this.#bytes += message.length;
    if (typeof message === "string") this.#items.push(message);
    else if (message.length <= LARGEST_PACKED) {
      this.#items.push(message.length);
      this.#small.push(message);
      this.#packedBytes += message.length;
    } else {
      const own = isAlone(message) ? message : new Uint8Array(message);
      this.#items.push(own);
      this.#transfer.push(own.buffer as ArrayBuffer);
    }
  }

  /** Takes all, with what is to be transferred. */
  take(): { readonly batch: MessageBatch; readonly transfer: readonly ArrayBuffer[] } {
    const batch = { items: this.#items, packed: this.#pack(), bytes: this.#bytes };
    const transfer = this.#transfer;
    this.#items = [];
    this.#transfer = [];
    this.#bytes = 0;
    return { batch, transfer };
  }

  #pack(): Uint8Array | undefined {
    if (this.#small.length === 0) return undefined;
    const packed = new Uint8Array(this.#packedBytes);
    let at = 0;
    for (const bytes of this.#small) {
      packed.set(bytes, at);
      at += bytes.length;
    }
    this.#small = [];
    this.#packedBytes = 0;
    this.#transfer.push(packed.buffer);
    return packed;
  }
}

/** Whether it has its buffer for itself. */
function isAlone({ buffer, length }: Uint8Array): boolean {
  return buffer instanceof ArrayBuffer && buffer.byteLength === length;
}

/** Gives the messages of a batch, one by one. */
export class BatchReader {
  readonly #batch: MessageBatch;
  #next = 0;
  #packedAt = 0;

  constructor(batch: MessageBatch) {
    this.#batch = batch;
  }

  /** The next one, which is the caller's; `undefined` after the last. */
  next(): Message | undefined {
    const item = this.#batch.items[this.#next++];
    if (typeof item !== "number") return item;
    const start = this.#packedAt;
    this.#packedAt += item;
    return this.#batch.packed?.slice(start, this.#packedAt) ?? new Uint8Array(0);
  }
}
