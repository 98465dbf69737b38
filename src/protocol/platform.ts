/** What the engine borrows from its runtime: text, randomness, a clock, memory, zlib. Knows no runtime but the web's. */

import type { TextCodec } from "./text-codec.ts";
import { webTextCodec } from "./text-codec.ts";
import type { Zlib } from "./zlib.ts";

export { type TextCodec, webTextCodec } from "./text-codec.ts";

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
  /** These bytes, as the runtime's streams like them best; the views on them have to be so, too. Left out: as they are. */
  toWritable?(bytes: Uint8Array): Uint8Array;
  /** The same for memory that several messages share: nobody who holds one of them may transfer it to another thread. */
  allocateShared(size: number): Uint8Array<ArrayBuffer>;
}

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
