/** What the engine borrows from its runtime: text, randomness, a clock, memory, zlib. Knows no runtime but the web's. */

import type { Zlib } from "./zlib.ts";

/** The runtime, as the engine sees it. `antiphon/protocol/node` has Node's; `webPlatform` needs only web standards. */
export interface Platform {
  /** UTF-8, both ways. */
  readonly text: TextCodec;
  /** DEFLATE, or `null` where there is none: then permessage-deflate must not be negotiated. */
  readonly zlib: Zlib | null;
  /** A masking key: any 32-bit integer, "chosen at random" and "unpredictable" (RFC 6455, 5.3 and 10.3). */
  maskKey(): number;
  /** Milliseconds from any start, never going back. Asked only when control frames come, to notice floods. */
  now(): number;
  /**
   * Runs `work` at the end of this turn: behind the promises that it settles, if the runtime can do that, so that what
   * many of them send leaves together.
   */
  endOfTurn(work: () => void): void;
  /** Runs `work` in a later turn of the event loop, when others have had theirs. */
  defer(work: () => void): void;
  /** New memory of exactly this size, in a buffer of its own. What it holds is overwritten before it is given away. */
  allocate(size: number): Uint8Array<ArrayBuffer>;
  /** The same for memory that several messages share: nobody who holds one of them may transfer it to another thread. */
  allocateShared(size: number): Uint8Array<ArrayBuffer>;
}

/** UTF-8 as the engine needs it. No method here changes or keeps the bytes. */
export interface TextCodec {
  /** The text in `bytes[from, to)`, or `null` when that is not valid UTF-8. A byte order mark is a character. */
  decode(bytes: Uint8Array, from: number, to: number): string | null;
  /** The same for bytes that are known to be valid UTF-8. */
  decodeValid(bytes: Uint8Array, from: number, to: number): string;
  /** Whether `bytes[from, to)` is valid UTF-8, complete to the last character. */
  isValid(bytes: Uint8Array, from: number, to: number): boolean;
  /** The text as bytes. A lone surrogate becomes U+FFFD, here and in `write`. */
  encode(text: string): Uint8Array;
  /** Writes the text at `at`, where there is room for all of it; gives the number of bytes written. */
  write(text: string, bytes: Uint8Array, at: number): number;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** UTF-8 with nothing but the Encoding Standard: every runtime has it. */
export const webTextCodec: TextCodec = {
  decode(bytes, from, to) {
    try {
      return decoder.decode(bytes.subarray(from, to));
    } catch {
      return null;
    }
  },
  decodeValid(bytes, from, to) {
    return decoder.decode(bytes.subarray(from, to));
  },
  isValid(bytes, from, to) {
    return webTextCodec.decode(bytes, from, to) !== null;
  },
  encode: (text) => encoder.encode(text),
  write(text, bytes, at) {
    return encoder.encodeInto(text, bytes.subarray(at)).written;
  },
};

/** A platform of web standards alone, without compression: enough for any modern runtime. */
export const webPlatform: Platform = {
  text: webTextCodec,
  zlib: null,
  maskKey: maskKeysFrom((keys) => crypto.getRandomValues(keys)),
  now: () => performance.now(),
  endOfTurn: (work) => queueMicrotask(work),
  defer: (work) => {
    setTimeout(work, 0);
  },
  allocate: (size) => new Uint8Array(size),
  // The web has no mark for this: structuredClone(message, { transfer }) would take its neighbours along.
  allocateShared: (size) => new Uint8Array(size),
};

/** Masking keys out of a source that is cheaper by the hundred. */
export function maskKeysFrom(fill: (keys: Int32Array<ArrayBuffer>) => void): () => number {
  const keys = new Int32Array(256);
  let next = keys.length;
  return () => {
    if (next === keys.length) {
      fill(keys);
      next = 0;
    }
    return keys[next++]!;
  };
}
