/** What users may send, checked and made into a message. */

import { NOT_A_MESSAGE, NOT_BYTES, NOT_TEXT, usageError } from "../errors.ts";
import type { Message } from "../protocol/message.ts";
import type { PreparedMessage } from "../protocol/prepared-message.ts";

/** Bytes in any shape that JavaScript has. */
export type Bytes = Uint8Array | ArrayBuffer | ArrayBufferView;

/** A string, bytes as a `Uint8Array` on the same memory, or what was prepared. Throws a `UsageError` for anything else. */
export function toMessage(message: Message | Bytes | PreparedMessage): Message | PreparedMessage {
  if (typeof message === "string" || message instanceof Uint8Array || isPrepared(message)) return message;
  if (ArrayBuffer.isView(message)) return new Uint8Array(message.buffer, message.byteOffset, message.byteLength);
  if (message instanceof ArrayBuffer) return new Uint8Array(message);
  throw usageError(NOT_A_MESSAGE, "send", kindOf(message));
}

/** The text itself. Throws a `UsageError` for what is none. */
export function toText(call: string, text: string): string {
  if (typeof text !== "string") throw usageError(NOT_TEXT, call, kindOf(text));
  return text;
}

/** The bytes themselves. Throws a `UsageError` for what are none. */
export function toBytes(call: string, bytes: Bytes): Bytes {
  if (!ArrayBuffer.isView(bytes) && !(bytes instanceof ArrayBuffer)) throw usageError(NOT_BYTES, call, kindOf(bytes));
  return bytes;
}

/** By its shape: who imports the class carries a compressor into every page. */
function isPrepared(message: Bytes | PreparedMessage): message is PreparedMessage {
  return typeof message === "object" && message !== null && "plainFrame" in message;
}

function kindOf(value: unknown): string {
  return Object.prototype.toString.call(value).slice(8, -1);
}
