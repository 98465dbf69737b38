/** What every server program of the bench is asked over its channel, and what it answers. */

import type { Payloads } from "../load/payloads.ts";

/** What a server does with messages, on any path. */
export type ServerKind =
  /** Answers each with the same, text as text and bytes as bytes. */
  | "echo"
  /** Tells each to everybody, the sender too. */
  | "room"
  /** Parses the JSON of each and answers with JSON: `replyTo` of `load/payloads.ts`. */
  | "json";

/** The question `listen`. Its answer is a `Listening`. */
export interface ListenOptions {
  readonly kind: ServerKind;
  /** `no takeover`: permessage-deflate for messages of every size, and neither side remembers the last one. */
  readonly compression: false | "no takeover";
  /** What will come: a server that does no WebSocket work answers without looking. */
  readonly payloads?: Payloads;
}

/** Where it listens, on 127.0.0.1. */
export interface Listening {
  readonly port: number;
}

/** The answer to `cpu`: microseconds since the process began. */
export interface Cpu {
  readonly user: number;
  readonly system: number;
}

/** The answer to `memory`: bytes, after collections. Node.js has to run with `--expose-gc` for it. */
export interface Memory {
  readonly heapUsed: number;
  readonly external: number;
  readonly rss: number;
}

/** Connections that may wait to be accepted, the same for all. */
export const BACKLOG = 16_384;

/** zlib's level where a server leaves the choice; `ws` recommends it, and it is what Antiphon takes by itself. */
export const LEVEL = 3;
