/** Those who hear of a message that goes to many: it is made ready once, and nobody's end is the end of another. */

import { BAD_EXCEPTION, usageError } from "../errors.ts";
import { encodeClosePayload } from "../protocol/close-code.ts";
import type { Message } from "../protocol/message.ts";
import type { Platform } from "../protocol/platform.ts";
import { PreparedMessage } from "../protocol/prepared-message.ts";
import type { JsonCodec } from "../socket/json-codec.ts";
import { toJson } from "../socket/json-codec.ts";
import type { Bytes } from "../socket/message-input.ts";
import { toBytes, toMessage, toText } from "../socket/message-input.ts";
import type { Member } from "./member.ts";
import { deliver } from "./member.ts";
import type { RoomInput } from "./topic.ts";
import { toTopic } from "./topic.ts";

/** Who is meant. */
export interface Address<Who> {
  /** Whoever is at one of these, on any machine, */
  readonly topics: readonly string[];
  /** but for whoever is at one of these, */
  readonly exceptTopics: readonly string[];
  /** and for these, who are in this process. */
  readonly exceptMembers: readonly Who[];
}

/** Whoever is at these topics, but for some. */
export function addressOf<Who>(topics: readonly string[], exceptMembers: readonly Who[] = []): Address<Who> {
  return { topics, exceptTopics: [], exceptMembers };
}

/** Who carries what audiences say. */
export interface Post<Who> {
  readonly platform: Platform;
  readonly json: JsonCodec;
  send(address: Address<Who>, message: PreparedMessage): void;
  close(address: Address<Who>, code: number, reason: string): void;
}

/** A thing that is asked for at each call: an app's rooms are others once it is mounted. */
export interface Current<Thing> {
  readonly current: Thing;
}

/** What `find` finds, each time. */
export function currentOf<Thing>(find: () => Thing): Current<Thing> {
  return {
    get current() {
      return find();
    },
  };
}

/** How a message to many is sent. */
export interface BroadcastOptions {
  /**
   * What it is about. Where `slowConsumer` is `latest-by-key`, a member that is slow gets only the newest of a key.
   * @default none: it is kept
   */
  readonly key?: string | undefined;
}

/** Whom to leave out: a socket, a room (whoever is in it, on any machine), a user, or several of these. */
export type Excepted<Who> = Who | RoomInput | Iterable<Who | RoomInput>;

/**
 * Whoever is in it when a message is sent gets it, on whatever machine, at most once, in the order of sending. Sending
 * gives nothing back: a slow member is the affair of its own queue and policy.
 */
export class Audience<Who extends Member = Member> {
  readonly #posts: Current<Post<Who>>;
  readonly #address: Address<Who>;

  /** Made by `Rooms`. */
  constructor(posts: Current<Post<Who>>, address: Address<Who>) {
    this.#posts = posts;
    this.#address = address;
  }

  get #post(): Post<Who> {
    return this.#posts.current;
  }

  /**
   * Sends a message to all, cluster-wide: a string as text, bytes as binary. Bytes may change afterwards. Throws a
   * `UsageError` for what is no message.
   */
  send(message: Message | Bytes | PreparedMessage, { key }: BroadcastOptions = {}): void {
    const data = toMessage(message);
    if (data instanceof PreparedMessage) return this.#post.send(this.#address, this.#withKey(data, key));
    // It may wait in queues long after this call.
    // `slice` would not copy a Buffer.
    const kept = typeof data === "string" ? data : new Uint8Array(data);
    this.#post.send(this.#address, new PreparedMessage(kept, this.#post.platform, { key }));
  }

  #withKey(message: PreparedMessage, key: string | undefined): PreparedMessage {
    if (key === undefined || key === message.key) return message;
    return new PreparedMessage(message.data, this.#post.platform, { key });
  }

  /** Sends text to all; else as `send`. */
  sendText(text: string, options?: BroadcastOptions): void {
    this.send(toText("sendText", text), options);
  }

  /** Sends bytes to all; else as `send`. */
  sendBytes(bytes: Bytes, options?: BroadcastOptions): void {
    this.send(toBytes("sendBytes", bytes), options);
  }

  /** Sends a value as JSON to all, as text or (`mode: "binary"`) as UTF-8 in a binary message; else as `send`. */
  sendJson(
    value: unknown,
    { mode = "text", ...options }: BroadcastOptions & { readonly mode?: "text" | "binary" | undefined } = {},
  ): void {
    const text = toJson(this.#post.json, "sendJson", value);
    this.send(mode === "text" ? text : this.#post.platform.text.encode(text), options);
  }

  /**
   * Closes the sockets of all, cluster-wide, behind what was sent to them before. Throws a `UsageError` for a code that
   * must not be sent.
   */
  close(code = 1000, reason = ""): void {
    encodeClosePayload("server", code, reason, this.#post.platform.text);
    this.#post.close(this.#address, code, reason);
  }

  /**
   * The same without some: `room.except(socket)`, `room.except([one, other])`, `room.except("muted")`. A room that is left
   * out is left out on every machine. Throws a `UsageError` for what is neither a socket nor a room.
   */
  except(who: Excepted<Who>): Audience<Who> {
    const exceptTopics = [...this.#address.exceptTopics];
    const exceptMembers = [...this.#address.exceptMembers];
    for (const one of isSeveral(who) ? who : [who]) {
      if (isMember(one)) exceptMembers.push(one);
      else exceptTopics.push(toExceptTopic(one));
    }
    return new Audience(this.#posts, { topics: this.#address.topics, exceptTopics, exceptMembers });
  }
}

function isSeveral<Who>(who: Excepted<Who>): who is Iterable<Who | RoomInput> {
  if (typeof who !== "object" || who === null || isMember(who) || "kind" in who) return false;
  return Symbol.iterator in who;
}

function isMember<Who>(who: Who | RoomInput): who is Who {
  return typeof who === "object" && who !== null && deliver in who;
}

function toExceptTopic(room: unknown): string {
  const isRoom = typeof room === "string" || (typeof room === "object" && room !== null && "kind" in room);
  if (!isRoom) throw usageError(BAD_EXCEPTION, String(room));
  return toTopic(room as RoomInput);
}
