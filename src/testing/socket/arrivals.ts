/** The last messages that a socket was given, in few words, for the messages of errors. */

import type { Message } from "../../protocol/message.ts";

/** What came. */
export class Arrivals {
  readonly #last: string[] = [];
  #count = 0;

  add(data: Message): void {
    this.#count++;
    this.#last.push(inShort(data));
    if (this.#last.length > KEPT) this.#last.shift();
  }

  /** A clause. */
  get story(): string {
    if (this.#count === 0) return "nothing came before";
    const more = this.#count > KEPT ? `${this.#count - KEPT} more, ` : "";
    return `before that: ${more}${this.#last.join(", ")}`;
  }
}

const KEPT = 5;

/** `text "hello"`, `bytes (3): 01 02 03`. */
export function inShort(data: Message): string {
  if (typeof data === "string") {
    const shown = JSON.stringify(data.slice(0, SHOWN_TEXT));
    return data.length > SHOWN_TEXT ? `text ${shown}… (${data.length} characters)` : `text ${shown}`;
  }
  const hex = Array.from(data.subarray(0, SHOWN_BYTES), (byte) => byte.toString(16).padStart(2, "0")).join(" ");
  const rest = data.length > SHOWN_BYTES ? " …" : "";
  return data.length === 0 ? "no bytes" : `bytes (${data.length}): ${hex}${rest}`;
}

const SHOWN_TEXT = 60;
const SHOWN_BYTES = 12;
