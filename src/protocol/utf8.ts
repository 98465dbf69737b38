/** UTF-8 checked as it arrives (RFC 6455, 8.1; RFC 3629): fails on the first impossible byte. Leaves decoding to others. */

import type { TextCodec } from "./platform.ts";

/** One text in the making: remembers what may come next where the bytes so far end inside a character. */
export class Utf8Check {
  /** Continuation bytes still to come, and the range of the next one. */
  #missing = 0;
  #lowest = 0x80;
  #highest = 0xbf;

  /** Whether the bytes so far end with a whole character. */
  get complete(): boolean {
    return this.#missing === 0;
  }

  /** Takes `bytes[from, to)`; `false` when no continuation could make the text valid. */
  push(bytes: Uint8Array, from: number, to: number, codec: TextCodec): boolean {
    let at = from;
    while (this.#missing > 0 && at < to) if (!this.#step(bytes[at++]!)) return false;
    // The runtime checks whole characters fast; only a character cut off at the end needs our step by step.
    const whole = lastBoundary(bytes, at, to);
    if (whole > at && !codec.isValid(bytes, at, whole)) return false;
    for (at = Math.max(at, whole); at < to; at++) if (!this.#step(bytes[at]!)) return false;
    return true;
  }

  /** Table 3-7 of the Unicode Standard: the first continuation byte has its own range after E0, ED, F0 and F4. */
  #step(byte: number): boolean {
    if (this.#missing > 0) {
      if (byte < this.#lowest || byte > this.#highest) return false;
      this.#missing--;
      this.#lowest = 0x80;
      this.#highest = 0xbf;
      return true;
    }
    if (byte < 0x80) return true;
    if (byte < 0xc2 || byte > 0xf4) return false;
    this.#missing = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
    if (byte === 0xe0) this.#lowest = 0xa0;
    if (byte === 0xed) this.#highest = 0x9f;
    if (byte === 0xf0) this.#lowest = 0x90;
    if (byte === 0xf4) this.#highest = 0x8f;
    return true;
  }
}

/** Where the last character that may be unfinished starts: `to` when the bytes end with a finished one (or with nonsense). */
export function lastBoundary(bytes: Uint8Array, from: number, to: number): number {
  const earliest = Math.max(from, to - 3);
  for (let at = to - 1; at >= earliest; at--) {
    const byte = bytes[at]!;
    if (byte < 0x80) return to;
    if (byte < 0xc0) continue;
    const size = byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
    return at + size > to ? at : to;
  }
  return to;
}
