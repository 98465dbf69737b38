/** What waits to go out on one connection: bytes in few pieces, most of them written straight into shared memory. */

import type { Platform } from "./platform.ts";

/**
 * Collects the bytes of one turn. Small writes of all connections go one behind the other into one slab, which is never
 * written to twice: what was taken stays as it is until the transport has sent it and lets go.
 */
export class Output {
  readonly #platform: Platform;
  #pieces: Uint8Array[] = NONE;
  /** The run at the end that may still grow: `slab.bytes[start, end)`. */
  #slab: Slab | null = null;
  #start = 0;
  #end = 0;
  #size = 0;

  constructor(platform: Platform) {
    this.#platform = platform;
  }

  /** Bytes waiting. */
  get size(): number {
    return this.#size;
  }

  /** Makes room for `size` bytes, and gives the memory to write to, from `position` on. Say `wrote` afterwards. */
  reserve(size: number): Uint8Array {
    if (this.#slab !== null && this.#slab.used === this.#end && this.#slab.bytes.length - this.#end >= size) {
      return this.#slab.bytes;
    }
    this.#endRun();
    if (slab === undefined || slab.platform !== this.#platform || slab.bytes.length - slab.used < size) {
      slab = { platform: this.#platform, bytes: this.#platform.allocateShared(Math.max(SLAB, size)), used: 0 };
    }
    this.#slab = slab;
    this.#start = slab.used;
    this.#end = slab.used;
    return slab.bytes;
  }

  /** Where to write next, in the memory that `reserve` gave. */
  get position(): number {
    return this.#end;
  }

  /** Says how far has been written. */
  wrote(end: number): void {
    this.#size += end - this.#end;
    this.#end = end;
    this.#slab!.used = end;
  }

  /** Adds bytes as they are: they must not change until they have been sent. */
  append(bytes: Uint8Array): void {
    this.#endRun();
    if (this.#pieces === NONE) this.#pieces = [];
    this.#pieces.push(bytes);
    this.#size += bytes.length;
  }

  /** Gives all that waits, in order, and starts again with nothing. */
  take(): readonly Uint8Array[] {
    this.#endRun();
    const pieces = this.#pieces;
    this.#pieces = NONE;
    this.#size = 0;
    return pieces;
  }

  #endRun(): void {
    if (this.#slab === null) return;
    if (this.#pieces === NONE) this.#pieces = [];
    if (this.#end > this.#start) this.#pieces.push(this.#slab.bytes.subarray(this.#start, this.#end));
    this.#slab = null;
  }
}

interface Slab {
  readonly platform: Platform;
  readonly bytes: Uint8Array;
  used: number;
}

/** Never pushed to. */
const NONE: Uint8Array[] = [];
/** A connection whose transport is full keeps at most this much more than its own bytes alive, per piece. */
const SLAB = 32_768;
/** The slab in use, by all connections. */
let slab: Slab | undefined;
