/** What waits to go out on one connection: bytes in few pieces, most of them written straight into shared memory. */

import type { Platform } from "./platform.ts";

/**
 * Collects the bytes of one turn. Small writes of all connections go one behind the other into one slab, no part of which
 * is written to twice unless `reuseTaken` allows it: what was taken stays as it is until the transport lets go.
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
    // A run that goes on in another slab is two pieces to write: where there is little room left, none is begun.
    if (slab === undefined || slab.platform !== this.#platform || slab.bytes.length - slab.used < Math.max(size, RUN)) {
      const bytes = this.#platform.allocateShared(Math.max(SLAB, size));
      // Its parts are written as they are then: on Node, making a Buffer of each would cost as much as framing it.
      slab = { platform: this.#platform, bytes: this.#platform.toWritable?.(bytes) ?? bytes, used: 0 };
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
    taken.slab = this.#slab;
    taken.start = this.#start;
    taken.end = this.#end;
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

/**
 * What was taken last, from whichever output, has gone out, and nobody holds its bytes any more: they are written to again.
 * So a server whose peers keep up works in memory that the processor has at hand, and leaves no slabs to the collector.
 */
export function reuseTaken(): void {
  // Unless something was written behind it.
  if (taken.slab !== null && taken.slab.used === taken.end) taken.slab.used = taken.start;
  taken.slab = null;
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
/** What most turns of a connection bring. */
const RUN = 2048;
/** The slab in use, by all connections. */
let slab: Slab | undefined;
/** The run that the last `take` ended with, if it was one. */
const taken: { slab: Slab | null; start: number; end: number } = { slab: null, start: 0, end: 0 };
