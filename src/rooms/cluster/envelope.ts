/** What processes send each other through a broker: its form, both ways. Old and new versions meet while an app is deployed. */

import type { Message } from "../../protocol/message.ts";
import type { TextCodec } from "../../protocol/platform.ts";

/** What all envelopes say. */
interface Sent {
  /** The process that sends it. */
  readonly from: string;
}

/** To members. */
interface Addressed extends Sent {
  /** For what goes to several topics: all of them, and a number that no other envelope of this process has. */
  readonly several: { readonly topics: readonly string[]; readonly number: number } | undefined;
  readonly exceptTopics: readonly string[];
}

/** A message to members. */
export interface MessageEnvelope extends Addressed {
  readonly type: "message";
  readonly data: Message;
  readonly key: string | undefined;
}

/** Members are to be closed. */
export interface CloseEnvelope extends Addressed {
  readonly type: "close";
  readonly code: number;
  readonly reason: string;
}

/**
 * Who has come or gone. `all` is everyone whom the process has there: what was known before is void. `anew`: so many that
 * they are better read where they are stored.
 */
export interface PresenceEnvelope extends Sent {
  readonly type: "presence";
  readonly change: "join" | "leave" | "all" | "anew";
  /** By member: what they show, as text. */
  readonly members: Readonly<Record<string, string>>;
}

/** Anything that goes through a broker. */
export type Envelope = MessageEnvelope | CloseEnvelope | PresenceEnvelope;

/** What could not be read, and why. `newer`: it is of a version that we do not know, and no harm. */
export interface Unreadable {
  readonly type: "unreadable" | "newer";
  readonly why: string;
}

/**
 * One byte for the version, one for what it is, four for the length of a head of JSON, four for the session (0, until it
 * is stamped), the head, and the payload. A version changes when an old process would misunderstand; what it may ignore is another name in the head.
 */
export function encodeEnvelope(envelope: Envelope, codec: Pick<TextCodec, "encode">, payload?: Uint8Array): Uint8Array {
  const head = codec.encode(JSON.stringify(toHead(envelope)));
  const body = payload ?? EMPTY;
  const bytes = new Uint8Array(HEAD_AT + head.length + body.length);
  bytes[0] = VERSION;
  bytes[1] = toKind(envelope);
  new DataView(bytes.buffer).setUint32(2, head.length);
  bytes.set(head, HEAD_AT);
  bytes.set(body, HEAD_AT + head.length);
  return bytes;
}

/** Notes in an envelope which connection of its sender it goes out by: the first is 1. */
export function stampSession(envelope: Uint8Array, session: number): void {
  new DataView(envelope.buffer, envelope.byteOffset).setUint32(SESSION_AT, session);
}

/** What `stampSession` has noted in one that could be read. */
export function sessionOf(envelope: Uint8Array): number {
  return new DataView(envelope.buffer, envelope.byteOffset).getUint32(SESSION_AT);
}

/** Reads one. Never throws. A message's bytes are copied. */
export function decodeEnvelope(bytes: Uint8Array, codec: Pick<TextCodec, "decode">): Envelope | Unreadable {
  const [version, kind] = bytes;
  if (version === undefined || kind === undefined || bytes.length < HEAD_AT) return unreadable("it is too short");
  if (version !== VERSION)
    return { type: version > VERSION ? "newer" : "unreadable", why: `its version is ${version}` };
  const end = HEAD_AT + new DataView(bytes.buffer, bytes.byteOffset).getUint32(2);
  const text = end <= bytes.length ? codec.decode(bytes, HEAD_AT, end) : null;
  const head = text === null ? undefined : parseHead(text);
  if (head === undefined) return unreadable("its head is broken");
  switch (kind) {
    case Kind.text: {
      const data = codec.decode(bytes, end, bytes.length);
      return data === null ? unreadable("its text is not UTF-8") : toMessage(head, data);
    }
    case Kind.binary:
      return toMessage(head, new Uint8Array(bytes.subarray(end)));
    case Kind.close:
      return { type: "close", ...toAddressed(head), code: head.c ?? 1000, reason: head.r ?? "" };
    case Kind.presence:
      return { type: "presence", from: head.f, change: head.p ?? "all", members: head.m ?? {} };
    default:
      return { type: "newer", why: `its kind is ${kind}` };
  }
}

const VERSION = 1;
const SESSION_AT = 6;
const HEAD_AT = 10;
const Kind = { text: 0, binary: 1, close: 2, presence: 3 } as const;

/** Short names: it goes with every message. */
interface Head {
  /** From. */
  readonly f: string;
  /** To several topics, and the number. */
  readonly t?: readonly string[];
  readonly n?: number;
  /** Except these topics. */
  readonly e?: readonly string[];
  readonly k?: string | undefined;
  readonly c?: number;
  readonly r?: string;
  readonly p?: PresenceEnvelope["change"];
  readonly m?: Readonly<Record<string, string>>;
}

function toHead(envelope: Envelope): Head {
  if (envelope.type === "presence") return { f: envelope.from, p: envelope.change, m: envelope.members };
  const { from, several, exceptTopics } = envelope;
  const head: Head = {
    f: from,
    ...(several === undefined ? {} : { t: several.topics, n: several.number }),
    ...(exceptTopics.length === 0 ? {} : { e: exceptTopics }),
  };
  if (envelope.type === "close") return { ...head, c: envelope.code, r: envelope.reason };
  return envelope.key === undefined ? head : { ...head, k: envelope.key };
}

function toKind(envelope: Envelope): number {
  if (envelope.type !== "message") return Kind[envelope.type];
  return typeof envelope.data === "string" ? Kind.text : Kind.binary;
}

function toMessage(head: Head, data: Message): MessageEnvelope {
  return { type: "message", ...toAddressed(head), data, key: head.k };
}

function toAddressed({ f, t, n = 0, e = [] }: Head): Addressed {
  return { from: f, several: t === undefined ? undefined : { topics: t, number: n }, exceptTopics: e };
}

/** What another process wrote may be anything. */
function parseHead(text: string): Head | undefined {
  try {
    const head = JSON.parse(text);
    return isHead(head) ? head : undefined;
  } catch {
    return undefined;
  }
}

function isHead(head: unknown): head is Head {
  if (typeof head !== "object" || head === null) return false;
  const { f, t = [], n = 0, e = [], k = "", c = 1000, r = "", p = "all", m = {} } = head as Record<string, unknown>;
  return (
    [f, k, r].every(isText) &&
    [n, c].every(Number.isSafeInteger) &&
    [t, e].every((list) => Array.isArray(list) && list.every(isText)) &&
    (p === "join" || p === "leave" || p === "all" || p === "anew") &&
    typeof m === "object" &&
    m !== null &&
    Object.values(m).every(isText)
  );
}

function isText(value: unknown): boolean {
  return typeof value === "string";
}

function unreadable(why: string): Unreadable {
  return { type: "unreadable", why };
}

const EMPTY: Uint8Array = new Uint8Array(0);
