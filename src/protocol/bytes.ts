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
 * Gathers bytes of a length that the peer announced and may never send: memory grows with what came, to about twice
 * as much. Large pieces stay where they came, small ones are copied together; all are joined once, at the end.
 */
export class Gathering {
  readonly #platform: Platform;
  readonly #pieces: Uint8Array[] = [];
  /** The last piece, while it is our own and has room: `#block[0, #used)`. */
  #block: Uint8Array | null = null;
  #used = 0;
  #size = 0;

  constructor(platform: Platform) {
    this.#platform = platform;
  }

  /** How many bytes are here. */
  get size(): number {
    return this.#size;
  }

  /** Adds `bytes[from, to)`. They may be kept as they lie, and must not change any more. */
  add(bytes: Uint8Array, from: number, to: number): void {
    const size = to - from;
    this.#size += size;
    if (size >= BY_REFERENCE && size * 2 >= bytes.buffer.byteLength) {
      this.#endBlock();
      this.#pieces.push(bytes.subarray(from, to));
    } else {
      this.#copy(bytes, from, to);
    }
  }

  /** Gives all of it, in a buffer of its own, and starts again with nothing. */
  take(): Uint8Array {
    this.#endBlock();
    const pieces = this.#pieces.splice(0);
    const joined = this.#platform.allocate(this.#size);
    this.#size = 0;
    let at = 0;
    for (const piece of pieces) {
      joined.set(piece, at);
      at += piece.length;
    }
    return joined;
  }

  #copy(bytes: Uint8Array, from: number, to: number): void {
    let at = from;
    while (at < to) {
      if (this.#block === null || this.#used === this.#block.length) this.#beginBlock();
      const block = this.#block!;
      const count = Math.min(to - at, block.length - this.#used);
      block.set(bytes.subarray(at, at + count), this.#used);
      this.#used += count;
      at += count;
    }
  }

  /** A block as large as all that is here: so there are few, and at most half of them is empty. */
  #beginBlock(): void {
    this.#endBlock();
    this.#block = this.#platform.allocate(Math.min(Math.max(this.#size, SMALLEST_BLOCK), LARGEST_BLOCK));
  }

  #endBlock(): void {
    if (this.#block === null) return;
    this.#pieces.push(this.#block.subarray(0, this.#used));
    this.#block = null;
    this.#used = 0;
  }
}

const BY_REFERENCE = 16_384;
const SMALLEST_BLOCK = 256;
const LARGEST_BLOCK = 65_536;

/**
 * The bytes of a message for the user to keep: `bytes[from, to)`, which nobody else will write to.
 *
 * A buffer of its own costs about a microsecond, so that messages of up to 4 KiB share one with a few of their size:
 * what is kept alive is at most sixteen times the message, never the chunk that it came in.
 * Hot path (bench: `protocol`).
 */
export function keep(bytes: Uint8Array, from: number, to: number, platform: Platform): Uint8Array {
  const size = to - from;
  if (size <= INSIDE_OBJECT) return toPlain(bytes).slice(from, to);
  // Most of the chunk and nothing behind it: then the chunk itself is the buffer.
  if (to === bytes.length && size * 2 >= bytes.buffer.byteLength) return toPlain(bytes).subarray(from, to);
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
    slab = { bytes: platform.allocateShared(SHARERS << magnitude), taken: 0 };
    shared[magnitude] = slab;
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
  }
  return plain;
}

/** The chunk that was last asked for: a chunk holds many messages. */
let source: Uint8Array | undefined;
let plain: Uint8Array = new Uint8Array(0);
