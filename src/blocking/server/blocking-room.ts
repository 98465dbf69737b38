/** Rooms as the thread of a handler sees them: whom to send to. The rooms themselves are in the server's thread. */

import { NOT_A_MESSAGE, usageError } from "../../errors.ts";
import type { Message } from "../../protocol/message.ts";
import type { PresentMember } from "../../rooms/room.ts";
import { topicOf } from "../../rooms/topic.ts";
import type { JsonMode } from "../../socket/json-messages.ts";
import { type Bytes, toBytes, toMessage, toText } from "../../socket/message-input.ts";
import { JsonMessages } from "../json-messages.ts";
import type { Caller } from "../lane/caller.ts";
import type { RoomsRecord } from "../lane/lane.ts";

/** Whoever is in some rooms. Sending returns when the server has it; it throws a `DisconnectError` after the socket's end. */
export class BlockingAudience {
  /** The socket that speaks. */
  protected readonly caller: Caller;
  readonly #to: RoomsRecord;
  readonly #json: JsonMessages;

  /** Made by `socket.to`. */
  constructor(caller: Caller, to: RoomsRecord) {
    this.caller = caller;
    this.#to = to;
    this.#json = new JsonMessages(JSON, { owner: caller, take: () => null, close: () => {} });
  }

  /** Sends a message to all: a string as text, bytes as binary. Throws a `UsageError` for what is no message. */
  send(message: Message | Bytes): void {
    const data = toMessage(message);
    if (typeof data !== "string" && !(data instanceof Uint8Array))
      throw usageError(NOT_A_MESSAGE, "send", "a prepared one");
    this.caller.send(data, true, this.#to);
  }

  /** Sends text to all; else as `send`. */
  sendText(text: string): void {
    this.send(toText("sendText", text));
  }

  /** Sends bytes to all; else as `send`. */
  sendBytes(bytes: Bytes): void {
    this.send(toBytes("sendBytes", bytes));
  }

  /** Sends a value as JSON to all, as text or (`mode: "binary"`) as UTF-8 in a binary message; else as `send`. */
  sendJson(value: unknown, { mode }: { readonly mode?: JsonMode | undefined } = {}): void {
    this.send(this.#json.toMessage("sendJson", value, mode));
  }
}

/** A room: all that joined it by its name. */
export class BlockingRoom extends BlockingAudience {
  /** What it was joined as. */
  readonly name: string;

  /** Made by `socket.join` and `socket.room`. */
  constructor(caller: Caller, name: string) {
    super(caller, { rooms: [name], withSelf: true });
    this.name = name;
  }

  /** How many are in it, on all machines. Throws a `BrokerError` while the broker is away. */
  count(): number {
    return this.caller.ask("count", this.name) as number;
  }

  /** Who is in it, on all machines, and what they chose to show: `socket.join(name, { info })`. Else as `count`. */
  who<Info = unknown>(): PresentMember<Info>[] {
    return this.caller.ask("who", this.name) as PresentMember<Info>[];
  }
}

/** The names of rooms. Throws a `UsageError` for what is none. */
export function toNames(rooms: string | Iterable<string>): readonly string[] {
  const names =
    typeof rooms === "string" || typeof rooms?.[Symbol.iterator] !== "function" ? [rooms as string] : [...rooms];
  for (const name of names) topicOf("room", name);
  return names;
}
