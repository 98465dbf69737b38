/** Node as the engine sees it: its UTF-8, randomness, clock, memory and zlib. */

import { Buffer, isAscii, isUtf8 } from "node:buffer";
import { randomFillSync } from "node:crypto";
import { performance } from "node:perf_hooks";
import { nextTick } from "node:process";
import { setImmediate } from "node:timers";
import { markAsUntransferable } from "node:worker_threads";
import type { Platform, TextCodec } from "../platform.ts";
import { maskKeysFrom } from "../platform.ts";
import { nodeZlib } from "./zlib.ts";

/** UTF-8 by Node's Buffer. Every branch was measured; `webTextCodec` is the plain twin. */
export const nodeTextCodec: TextCodec = {
  decode(bytes, from, to) {
    const buffer = asBuffer(bytes);
    if (to - from < LARGE) {
      // Without a name for it, Node need not look the encoding up.
      const text = buffer.toString(undefined, from, to);
      // Invalid bytes come out as U+FFFD. Only a text with that character in it needs a second look.
      if (!text.includes("\ufffd") || nodeTextCodec.isValid(bytes, from, to)) return text;
      return null;
    }
    return nodeTextCodec.isValid(bytes, from, to) ? nodeTextCodec.decodeValid(bytes, from, to) : null;
  },
  decodeValid(bytes, from, to) {
    const latin = to - from >= LARGE && isAscii(bytes.subarray(from, to));
    return asBuffer(bytes).toString(latin ? "latin1" : "utf8", from, to);
  },
  isValid(bytes, from, to) {
    return isUtf8(bytes.subarray(from, to));
  },
  encode: (text) => Buffer.from(text),
  write(text, bytes, at) {
    const { length } = text;
    if (length > SHORT) return writable(bytes).write(text, at);
    for (let i = 0; i < length; i++) {
      const unit = text.charCodeAt(i);
      if (unit >= 0x80) return writable(bytes).write(text, at);
      bytes[at + i] = unit;
    }
    return length;
  },
};

/** Node as a platform for the engine. Start here: `new Engine({ platform: nodePlatform, … })`. */
export const nodePlatform: Platform = {
  text: nodeTextCodec,
  zlib: nodeZlib,
  maskKey: maskKeysFrom((keys) => randomFillSync(keys)),
  now: () => performance.now(),
  // Node runs it when no microtask is left.
  endOfTurn: (work) => nextTick(work),
  defer: (work) => {
    setImmediate(work);
  },
  allocate,
  // Node would make a Buffer of it, and of each view on it, for each write.
  toWritable: asBuffer,
  allocateShared(size) {
    const bytes = allocate(size);
    markAsUntransferable(bytes.buffer);
    return bytes;
  },
};

/** A plain Uint8Array, not a Buffer: its `slice` copies, as everywhere else. */
function allocate(size: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.allocUnsafeSlow(size).buffer);
}

/** From here on, a look for ASCII pays: Node makes such strings by copying. */
const LARGE = 4096;
/** Up to here, a loop beats the call into Node. */
const SHORT = 16;

function asBuffer(bytes: Uint8Array): Buffer {
  if (bytes instanceof Buffer) return bytes;
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** The engine writes into the same memory again and again: making a Buffer of it each time would cost half of the call. */
function writable(bytes: Uint8Array): Buffer {
  if (bytes !== written) {
    written = bytes;
    writtenAs = asBuffer(bytes);
  }
  return writtenAs;
}

let written: Uint8Array | undefined;
let writtenAs: Buffer = Buffer.alloc(0);
