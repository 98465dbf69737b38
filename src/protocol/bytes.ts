/** Memory for bytes that arrive: joined, gathered, or kept for the user. Leaves what they mean to others. */

import { copyMasked } from "./mask.ts";
import type { Platform } from "./platform.ts";

/** The pieces as one; the only piece itself, if there is only one. */
export function concat(pieces: readonly Uint8Array[]): Uint8Array {
  if (pieces.length === 1) return pieces[0]!;
  let size = 0;
  for (const piece of pieces) size += piece.length;
  const joined = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    joined.set(piece, at);
    at += piece.length;
  }
  return joined;
}

/** Masked or plain bytes that have come: `bytes[from, to)`. */
export interface Arrival {
  readonly bytes: Uint8Array;
  readonly from: number;
  readonly to: number;
  /** What unmasks them; 0 for plain ones. */
  readonly key: number;
  /** How many more are sure to follow, if the peer keeps its word; `Infinity` when it has not said. */
  readonly announced: number;
}

/**
 * Gathers bytes of a length that the peer announced and may never send: memory grows with what came, at most four times
 * as much, and never beyond what was announced. Unmasks on the way.
 */
export class Gathering {
  readonly #platform: Platform;
  #bytes: Uint8Array = EMPTY;
  #size = 0;
  /** The first chunks of a large frame, kept as they are until enough has come to deserve memory for all of it. */
  #held: Arrival[] = [];

  constructor(platform: Platform) {
    this.#platform = platform;
  }

  /** How many bytes are here. */
  get size(): number {
    return this.#size;
  }

  /** What is here, in `[0, size)`, unless a large frame is beginning. Valid until the next call. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** Adds what has come. It is copied, or kept as it lies: it must not change any more. */
  add(arrival: Arrival): void {
    const { bytes, from, to, announced } = arrival;
    const needed = this.#size + to - from;
    const worthHolding =
      announced >= HOLD_FROM && announced !== Number.POSITIVE_INFINITY && 4 * needed < needed + announced;
    if (worthHolding && this.#bytes === EMPTY && (to - from) * 2 >= bytes.buffer.byteLength) {
      this.#held.push(arrival);
      this.#size = needed;
      return;
    }
    if (needed > this.#bytes.length) this.#grow(Math.min(needed + announced, Math.max(4 * needed, SMALLEST)));
    copyArrival(arrival, this.#bytes, this.#size);
    this.#size = needed;
  }

  /** Gives all of it, in a buffer of exactly its size, and starts again with nothing. */
  take(): Uint8Array {
    // Not the empty one that all share: what the user holds, the user may transfer.
    if (this.#size !== this.#bytes.length || this.#size === 0) this.#grow(this.#size);
    const bytes = this.#bytes;
    this.#bytes = EMPTY;
    this.#size = 0;
    return bytes;
  }

  /** Forgets all but what begins at `from`. Its memory is used again. */
  keepFrom(from: number): void {
    this.#bytes.copyWithin(0, from, this.#size);
    this.#size -= from;
  }

  #grow(size: number): void {
    const grown = this.#platform.allocate(size);
    let at = 0;
    for (const arrival of this.#held.splice(0)) at = copyArrival(arrival, grown, at);
    if (at === 0) grown.set(this.#bytes.subarray(0, this.#size));
    this.#bytes = grown;
  }
}

function copyArrival({ bytes, from, to, key }: Arrival, target: Uint8Array, at: number): number {
  copyMasked(bytes.subarray(from, to), target, at, key);
  return at + to - from;
}

const EMPTY: Uint8Array = new Uint8Array(0);
const SMALLEST = 256;
const HOLD_FROM = 131_072;

/**
 * The bytes of a message for the user to keep: `bytes[from, to)`, which nobody else will write to.
 *
 * A buffer of its own costs about a microsecond, so that messages of up to 4 KiB share one with a few of their size out
 * of the same chunk, and so of the same connection. What is kept alive is at most sixteen times the message.
 * Hot path (bench: `protocol`).
 */
export function keep(bytes: Uint8Array, from: number, to: number, platform: Platform): Uint8Array {
  const size = to - from;
  if (size <= INSIDE_OBJECT) return keepUnmasked(bytes, from, to, 0);
  // Most of the chunk and nothing behind it: then the chunk itself is the buffer.
  if (to === bytes.length && size * 2 >= bytes.buffer.byteLength) return toPlain(bytes).subarray(from, to);
  toPlain(bytes);
  const kept = size > SHARED ? platform.allocate(size) : takeShared(size, bytes.length - from, platform);
  kept.set(toPlain(bytes).subarray(from, to));
  return kept;
}

/** The same for masked bytes, unmasked on the way; byte by byte, so only for a few. Hot path (bench: `protocol`). */
export function keepUnmasked(bytes: Uint8Array, from: number, to: number, key: number): Uint8Array {
  const kept = new Uint8Array(to - from);
  const key1 = key >>> 8;
  const key2 = key >>> 16;
  const key3 = key >>> 24;
  let at = 0;
  let next = from;
  for (; next + 4 <= to; at += 4, next += 4) {
    kept[at] = bytes[next]! ^ key;
    kept[at + 1] = bytes[next + 1]! ^ key1;
    kept[at + 2] = bytes[next + 2]! ^ key2;
    kept[at + 3] = bytes[next + 3]! ^ key3;
  }
  for (let rest = key; next < to; next++, rest >>>= 8) kept[at++] = bytes[next]! ^ rest;
  return kept;
}

/** V8 keeps typed arrays up to this size inside the object: they need no buffer. */
export const INSIDE_OBJECT = 64;
const SHARED = 4096;
const SHARERS = 8;

/** For messages of `toPlain`'s chunk, of which `left` bytes are left: none of them needs more. */
function takeShared(size: number, left: number, platform: Platform): Uint8Array {
  const magnitude = 32 - Math.clz32(size - 1);
  let slab = slabs[magnitude];
  if (slab === undefined || slab.taken + size > slab.bytes.length || slab.platform !== platform) {
    slab = { platform, bytes: platform.allocateShared(Math.min(SHARERS << magnitude, (left + 7) & ~7)), taken: 0 };
    slabs[magnitude] = slab;
  }
  const start = slab.taken;
  // Eight-byte alignment, so that the user can lay any typed array over it.
  slab.taken += (size + 7) & ~7;
  return new Uint8Array(slab.bytes.buffer, slab.bytes.byteOffset + start, size);
}

/** The same bytes without a runtime's own class: its `slice` copies, and is the fastest copy there is. */
function toPlain(bytes: Uint8Array): Uint8Array {
  if (bytes !== source) {
    source = bytes;
    plain = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
    slabs.length = 0;
  }
  return plain;
}

/** The chunk that was last asked for, since a chunk holds many messages; and what they share, by powers of two. */
let source: Uint8Array | undefined;
let plain: Uint8Array = EMPTY;
const slabs: { platform: Platform; bytes: Uint8Array; taken: number }[] = [];
