/** Memory for bytes that arrive: joined, gathered, or kept for the user. Leaves what they mean to others. */

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

/**
 * Gathers bytes of a length that the peer announced and may never send: the memory grows with what came, at most four
 * times as much (and never beyond what was announced).
 */
export class Gathering {
  readonly #platform: Platform;
  #bytes: Uint8Array = EMPTY;
  #size = 0;

  constructor(platform: Platform) {
    this.#platform = platform;
  }

  /** How many bytes are here. */
  get size(): number {
    return this.#size;
  }

  /** Copies `bytes[from, to)` to the end; `announced` is how many more bytes are known to come after these. */
  add(bytes: Uint8Array, from: number, to: number, announced: number): void {
    const needed = this.#size + to - from;
    if (needed > this.#bytes.length) {
      const grown = this.#platform.allocate(Math.min(needed + announced, Math.max(4 * needed, SMALLEST)));
      grown.set(this.#bytes.subarray(0, this.#size));
      this.#bytes = grown;
    }
    this.#bytes.set(from === 0 && to === bytes.length ? bytes : bytes.subarray(from, to), this.#size);
    this.#size = needed;
  }

  /** Gives all of it, in a buffer that is not larger than it must be, and starts again with nothing. */
  take(): Uint8Array {
    const bytes = this.#bytes;
    const size = this.#size;
    this.#bytes = EMPTY;
    this.#size = 0;
    if (size === bytes.length) return bytes;
    const exact = this.#platform.allocate(size);
    exact.set(bytes.subarray(0, size));
    return exact;
  }

  /** Gives a view of all of it, valid until the next call, and starts again with nothing. */
  takeView(): Uint8Array {
    const view = this.#bytes.subarray(0, this.#size);
    this.#bytes = EMPTY;
    this.#size = 0;
    return view;
  }
}

const EMPTY: Uint8Array = new Uint8Array(0);
const SMALLEST = 1024;

/**
 * The bytes of a message for the user to keep: `bytes[from, to)`, which nobody else will write to.
 *
 * A buffer of its own costs about a microsecond, so that messages of up to 4 KiB share one with a few of their size:
 * what is kept alive is at most sixteen times the message, never the chunk that it came in.
 * Hot path (bench: `protocol`).
 */
export function keep(bytes: Uint8Array, from: number, to: number, platform: Platform): Uint8Array {
  const size = to - from;
  if (size <= INSIDE_OBJECT) {
    const kept = new Uint8Array(size);
    for (let at = 0; at < size; at++) kept[at] = bytes[from + at]!;
    return kept;
  }
  // Most of the chunk and nothing behind it: then the chunk itself is the buffer.
  if (to === bytes.length && size * 2 >= bytes.buffer.byteLength) return asPlain(bytes, from, size);
  if (size > SHARED) {
    const kept = platform.allocate(size);
    kept.set(bytes.subarray(from, to));
    return kept;
  }
  const kept = takeShared(size, platform);
  kept.set(bytes.subarray(from, to));
  return kept;
}

/** V8 keeps typed arrays up to this size inside the object: they need no buffer. */
const INSIDE_OBJECT = 64;
const SHARED = 4096;
const SHARERS = 8;

/** For each power of two up to 4096: the buffer in use, and how much of it is taken. */
const shared: { bytes: Uint8Array; taken: number }[] = [];

function takeShared(size: number, platform: Platform): Uint8Array {
  const magnitude = 32 - Math.clz32(size - 1);
  let slab = shared[magnitude];
  if (slab === undefined || slab.taken + size > slab.bytes.length) {
    slab = { bytes: platform.allocate(SHARERS << magnitude), taken: 0 };
    shared[magnitude] = slab;
  }
  const start = slab.taken;
  // Eight-byte alignment, so that the user can lay any typed array over it.
  slab.taken += (size + 7) & ~7;
  return new Uint8Array(slab.bytes.buffer, slab.bytes.byteOffset + start, size);
}

function asPlain(bytes: Uint8Array, from: number, size: number): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset + from, size);
}
