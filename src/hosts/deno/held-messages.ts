/** What Deno gives of a WebSocket although we do not want to read for now: it waits here, in order and up to a bound. */

import type { Message } from "../../protocol/message.ts";

/** One wire's. */
export class HeldMessages {
  readonly #most: number;
  #messages: Message[] = NOTHING;
  #bytes = 0;
  #at = 0;

  /** `most`: bytes, beside a message that makes it full. */
  constructor(most: number) {
    this.#most = most;
  }

  get isEmpty(): boolean {
    return this.#messages.length === 0;
  }

  /** Whether it takes no more. */
  get isFull(): boolean {
    return this.#bytes > this.#most;
  }

  push(data: Message): void {
    if (this.#messages === NOTHING) this.#messages = [];
    this.#messages.push(data);
    this.#bytes += data.length + EACH;
  }

  /** Takes the first one; there is one. */
  take(): Message {
    const data = this.#messages[this.#at++]!;
    this.#bytes -= data.length + EACH;
    if (this.#at === this.#messages.length) this.clear();
    return data;
  }

  clear(): void {
    this.#messages = NOTHING;
    this.#bytes = 0;
    this.#at = 0;
  }
}

/** Bytes that a message takes beside its own: else a flood of empty ones would count as nothing. */
const EACH = 32;

const NOTHING: Message[] = [];
