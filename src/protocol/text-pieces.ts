/** Text in pieces: strings may be cut between the two units of a character; UTF-8 may not. */

import type { Message } from "./message.ts";
import type { TextCodec } from "./platform.ts";

/** A large message in slices that are encoded in one go: none of them holds the event loop. */
export function* slicesOf(data: Message, codec: TextCodec): Generator<Uint8Array, void> {
  if (typeof data !== "string") return yield data;
  for (let at = 0, end: number; at < data.length; at = end) {
    end = Math.min(at + SLICE, data.length);
    if (end < data.length && isHighSurrogate(data.charCodeAt(end - 1))) end--;
    yield codec.encode(data.slice(at, end));
  }
}

const SLICE = 65_536;

/** The text with what was `cut` off before it; if it ends in half a character, that is cut off now, for the next. */
export function joinSurrogates(state: { cut: string }, text: string, last: boolean): string {
  const whole = state.cut + text;
  const split = !last && isHighSurrogate(whole.charCodeAt(whole.length - 1));
  state.cut = split ? whole.slice(-1) : "";
  return split ? whole.slice(0, -1) : whole;
}

function isHighSurrogate(unit: number): boolean {
  return (unit & 0xfc00) === 0xd800;
}
