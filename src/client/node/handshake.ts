/** What the opening handshake over HTTP/1.1 and the one over HTTP/2 have in common: what they are given, and what they give. */

import type { Duplex } from "node:stream";
import type { Opened } from "../../protocol/handshake/answer.ts";
import type { HeadLimits } from "../../protocol/handshake/http-head.ts";
import type { BodyWish } from "./answer-body.ts";
import type { Peer } from "./target.ts";

/** How to read the answer. */
export interface AnswerWish {
  readonly peer: Peer;
  readonly limits: HeadLimits;
  readonly body: BodyWish;
  /** Whether the body of an answer with this status is of no interest. */
  skipsBody(status: number): boolean;
}

/** A WebSocket that is open. */
export interface Shaken {
  readonly stream: Duplex;
  /** Bytes that came behind the answer. */
  readonly head?: Uint8Array;
  readonly opened: Opened;
  readonly headers: Headers;
}
