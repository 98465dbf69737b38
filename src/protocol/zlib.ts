/** What permessage-deflate asks of a DEFLATE library (RFC 1951). Implemented per runtime; knows nothing of WebSocket. */

/** DEFLATE without a wrapper ("raw"), in one call for small data and as a stream for large. */
export interface Zlib {
  /** Compresses `input` and flushes: the output ends with an empty stored block, `00 00 ff ff`. */
  deflate(input: Uint8Array, options: DeflateOptions): Uint8Array;
  /** Inflates `input` up to the end of a final block, which must come before the end of `input`. */
  inflate(input: Uint8Array, options: InflateOptions & { readonly limit: number }): InflateResult;
  /** The same as `deflate`, off the event loop: each push is flushed. */
  openDeflate(options: DeflateOptions, onOutput: (bytes: Uint8Array) => void): ZlibStream;
  /** The same as `inflate`, off the event loop, without a limit: whoever listens counts, and closes. */
  openInflate(options: InflateOptions, onOutput: (bytes: Uint8Array) => void): ZlibStream;
}

/** How to compress. */
export interface DeflateOptions {
  /** The window is 2^windowBits bytes: 8 to 15. No distance in the output reaches farther back. */
  readonly windowBits: number;
  /** From 0 (store) over 1 (fast) to 9 (small). */
  readonly level: number;
  /** zlib's memLevel, 1 to 9. */
  readonly memory: number;
  /** What the receiver has in its window already. Copied before the call returns. */
  readonly dictionary: Uint8Array | undefined;
}

/** How to inflate. */
export interface InflateOptions {
  /** The end of what was inflated before, as far back as the data may refer. Copied before the call returns. */
  readonly dictionary: Uint8Array | undefined;
}

/** `consumed` is how far the final block reached. `limit`: the output would be larger. */
export type InflateResult =
  | { readonly type: "ended"; readonly output: Uint8Array; readonly consumed: number }
  | { readonly type: "limit" }
  | { readonly type: "corrupt" };

/** How one push to a stream ended: `more` when it took all; `ended` when a final block ended before the end of the input. */
export type PushResult =
  | { readonly type: "more" }
  | { readonly type: "ended"; readonly consumed: number }
  | { readonly type: "corrupt" };

/** Data on its way through zlib elsewhere. One push at a time; the input must not change until it is done. */
export interface ZlibStream {
  /** Takes `input`; `done` comes once, later, when all that it gives has gone to `onOutput`. */
  push(input: Uint8Array, done: (result: PushResult) => void): void;
  /** Holds the output back, or lets it go on. */
  setPaused(paused: boolean): void;
  /** Ends it, at any time; nothing is called any more. */
  close(): void;
}
