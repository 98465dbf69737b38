/** Those who hear of a message that goes to many: it is made ready once, and nobody's end is the end of another. */

import type { Message } from "../protocol/message.ts";
import type { Platform } from "../protocol/platform.ts";
import { PreparedMessage } from "../protocol/prepared-message.ts";
import type { JsonCodec } from "../socket/json-codec.ts";
import { toJson } from "../socket/json-codec.ts";
import type { Bytes } from "../socket/message-input.ts";
import { toBytes, toMessage, toText } from "../socket/message-input.ts";
import type { Member } from "./member.ts";
import { deliver } from "./member.ts";

/** What all audiences of an app share. */
export interface AudienceConfig {
  readonly platform: Platform;
  readonly json: JsonCodec;
  /** A member could not take a message: a bug of ours, and no reason to leave out the others. */
  readonly onError: (error: unknown) => void;
}

/**
 * Whoever is in it when a message is sent gets it, at most once, in the order of sending. Sending gives nothing back: a
 * slow member is the affair of its own queue and policy.
 */
export class Audience {
  readonly #config: AudienceConfig;
  readonly #members: () => Iterable<Member>;

  /** `members` is asked anew for each message. */
  constructor(config: AudienceConfig, members: () => Iterable<Member>) {
    this.#config = config;
    this.#members = members;
  }

  /** Sends a message to all: a string as text, bytes as binary. Bytes may change afterwards. Throws a `UsageError` for what is no message. */
  send(message: Message | Bytes | PreparedMessage): void {
    const data = toMessage(message);
    if (data instanceof PreparedMessage) return this.#deliver(data);
    // It may wait in queues long after this call.
    // `slice` would not copy a Buffer.
    const kept = typeof data === "string" ? data : new Uint8Array(data);
    this.#deliver(new PreparedMessage(kept, this.#config.platform));
  }

  /** Sends text to all. */
  sendText(text: string): void {
    this.send(toText("sendText", text));
  }

  /** Sends bytes to all. */
  sendBytes(bytes: Bytes): void {
    this.send(toBytes("sendBytes", bytes));
  }

  /** Sends a value as JSON to all, as text or (`mode: "binary"`) as UTF-8 in a binary message. */
  sendJson(value: unknown, { mode = "text" }: { readonly mode?: "text" | "binary" } = {}): void {
    const text = toJson(this.#config.json, "sendJson", value);
    this.send(mode === "text" ? text : this.#config.platform.text.encode(text));
  }

  #deliver(message: PreparedMessage): void {
    for (const member of this.#members()) {
      try {
        member[deliver](message);
      } catch (error) {
        this.#config.onError(error);
      }
    }
  }
}
