/** What a message is, and where messages go. */

import { NOT_A_MESSAGE, NOT_BYTES, usageError } from "../errors.ts";

/** A whole message, or one part of it: text as a string, binary as bytes. */
export type Message = string | Uint8Array;

/** Where messages go. */
export interface MessageSink {
  /**
   * A whole message. The bytes are the receiver's, to keep and to change. Small ones may be a view on a buffer that
   * they share with others of the same connection: for the whole buffer say `data.slice().buffer`. After our own
   * `close`, messages keep coming until the peer's Close frame; then they can't be answered.
   */
  message(data: Message): void;
  /** A part of a message, while messages are wanted in parts; text is never cut inside a character. */
  part?(data: Message, last: boolean): void;
}

/** For callers without types: throws a `UsageError` for what is neither text nor bytes. */
export function checkMessage(call: string, data: unknown): void {
  if (typeof data !== "string" && !(data instanceof Uint8Array)) {
    throw usageError(NOT_A_MESSAGE, call, Object.prototype.toString.call(data).slice(8, -1));
  }
}

/** The same where only bytes will do. */
export function checkBytes(call: string, data: unknown): void {
  if (!(data instanceof Uint8Array)) {
    throw usageError(NOT_BYTES, call, Object.prototype.toString.call(data).slice(8, -1));
  }
}
