/** What stands in line to be sent, and how much of it there is. */

import type { Message } from "../protocol/message.ts";
import { PreparedMessage } from "../protocol/prepared-message.ts";
import { ENTRY } from "../protocol/send-order.ts";

/** A whole message. */
export interface QueuedMessage {
  readonly type: "message";
  readonly message: Message | PreparedMessage;
  readonly compress: boolean;
  /** Of several that wait with the same key, a policy may keep only the newest. */
  readonly key: string | undefined;
  /** For bytes that are sent as they lie: called once they are out. */
  readonly out: ((out: boolean) => void) | undefined;
}

/** Beside messages, a stream of pieces may wait for its turn, and a Close frame for the end. */
export type Entry = QueuedMessage | { readonly type: "turn"; readonly begin: () => void };

/** The message as the user gave it. */
export function dataOf(message: Message | PreparedMessage): Message {
  return message instanceof PreparedMessage ? message.data : message;
}

/** Its bytes; text counts its characters. */
export function sizeOf(message: Message | PreparedMessage): number {
  return dataOf(message).length;
}

/** What it takes to stand in line. */
export function sizeOfEntry(entry: Entry): number {
  return entry.type === "message" ? sizeOf(entry.message) + ENTRY : ENTRY;
}

/** Whether the message goes out from where it lies, and must not change until then. */
export function isSentAsItLies(message: Message | PreparedMessage): boolean {
  return message instanceof Uint8Array && message.length > COPIED;
}

/** Up to this size the engine copies bytes when they are sent. */
const COPIED = 4096;
