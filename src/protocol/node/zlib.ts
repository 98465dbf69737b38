/** The engine's `Zlib` on Node: synchronous one-shot calls for small data, the thread pool's streams for large. */

import { setImmediate } from "node:timers";
import type { DeflateRaw, InflateRaw } from "node:zlib";
import { constants, createDeflateRaw, createInflateRaw, deflateRawSync, inflateRawSync } from "node:zlib";
import type { DeflateOptions, PushResult, Zlib, ZlibStream } from "../zlib.ts";

/** Node's zlib. A one-shot call costs about a fifth of a round trip through a stream (bench: `zlib`), and leaves nothing behind. */
export const nodeZlib: Zlib = {
  deflate(input, options) {
    const fitted = fit(options, input.length);
    return deflateRawSync(input, {
      ...fitted,
      chunkSize: outputBound(input.length),
      finishFlush: constants.Z_SYNC_FLUSH,
    });
  },

  inflate(input, { dictionary, limit }) {
    // `limit` 0 can't be said to Node: one byte more is let through, and counted here.
    const options = { maxOutputLength: Math.min(limit + 1, MAX_LENGTH), chunkSize: chunkFor(input.length), info: true };
    try {
      const { buffer, engine } = inflateWithInfo(
        input,
        dictionary === undefined ? options : { ...options, dictionary },
      );
      if (buffer.length > limit) return { type: "limit" };
      return { type: "ended", output: buffer, consumed: engine.bytesWritten };
    } catch (error) {
      return { type: codeOf(error) === "ERR_BUFFER_TOO_LARGE" ? "limit" : "corrupt" };
    }
  },

  openDeflate(options, onOutput) {
    const fitted = fit(options, Number.POSITIVE_INFINITY);
    return new NodeZlibStream(createDeflateRaw({ ...fitted, chunkSize: CHUNK }), true, onOutput);
  },

  openInflate({ dictionary }, onOutput) {
    const options = { chunkSize: CHUNK, ...(dictionary === undefined ? {} : { dictionary }) };
    return new NodeZlibStream(createInflateRaw(options), false, onOutput);
  },
};

/** The output of streams comes in pieces of this size: about a quarter of a millisecond's work each. */
const CHUNK = 65_536;
const MAX_LENGTH = 2 ** 31 - 1;

/** With `info`, Node also gives the engine, which knows how much input it took; @types/node does not say so. */
const inflateWithInfo = inflateRawSync as unknown as (
  input: Uint8Array,
  options: object,
) => { buffer: Uint8Array; engine: { bytesWritten: number } };

/** A window larger than the data, or a hash table for more symbols than it can have, is memory cleared for nothing. */
function fit({ windowBits, level, memory, dictionary }: DeflateOptions, size: number) {
  const magnitude = Math.min(
    32 - Math.clz32(Math.min(size + (dictionary?.length ?? 0), MAX_LENGTH) + MIN_LOOKAHEAD),
    15,
  );
  return {
    // zlib has no raw window of 8 bits. With 9 it looks back 2^9 - 262 = 250 bytes at most, which 8 bits hold.
    windowBits: Math.max(9, Math.min(windowBits, magnitude)),
    memLevel: Math.max(1, Math.min(memory, magnitude - 6)),
    level,
    ...(dictionary === undefined ? {} : { dictionary }),
  };
}

/** zlib finds no match farther back than the window less this. */
const MIN_LOOKAHEAD = 262;

/** Deflate adds 5 bytes for each stored block, and the flush 5 more: room for all in one piece. */
function outputBound(size: number): number {
  return Math.min(size + (size >> 6) + 64, CHUNK);
}

function chunkFor(size: number): number {
  return Math.min(Math.max(size * 4, 1024), CHUNK);
}

class NodeZlibStream implements ZlibStream {
  readonly #stream: DeflateRaw | InflateRaw;
  readonly #flushes: boolean;
  #taken = 0;
  #done: ((result: PushResult) => void) | undefined;

  constructor(stream: DeflateRaw | InflateRaw, flushes: boolean, onOutput: (bytes: Uint8Array) => void) {
    this.#stream = stream;
    this.#flushes = flushes;
    stream.on("data", onOutput);
    stream.on("error", () => this.#settle({ type: "corrupt" }));
  }

  push(input: Uint8Array, done: (result: PushResult) => void): void {
    this.#done = done;
    const finish = () => this.#finish(input);
    if (!this.#flushes) return void this.#stream.write(input, finish);
    this.#stream.write(input);
    this.#stream.flush(constants.Z_SYNC_FLUSH, finish);
  }

  setPaused(paused: boolean): void {
    if (paused) this.#stream.pause();
    else this.#stream.resume();
  }

  close(): void {
    this.#done = undefined;
    this.#stream.removeAllListeners("data");
    this.#stream.destroy();
  }

  #finish(input: Uint8Array): void {
    if (this.#done === undefined) return;
    // Behind a pause, output still waits in the stream's own buffer: `done` comes after it.
    if (this.#stream.readableLength > 0)
      return void this.#stream.once("data", () => setImmediate(() => this.#finish(input)));
    const consumed = this.#stream.bytesWritten - this.#taken;
    this.#taken += consumed;
    this.#settle(consumed < input.length ? { type: "ended", consumed } : { type: "more" });
  }

  #settle(result: PushResult): void {
    const done = this.#done;
    this.#done = undefined;
    done?.(result);
  }
}

function codeOf(error: unknown): string | undefined {
  return (error as { code?: string }).code;
}
