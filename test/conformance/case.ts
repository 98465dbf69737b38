/** A conformance case as a row of a table: what the raw peer sends, what must come back, how it must end. */

import type { Frame } from "./frames.ts";
import { describeFrame } from "./frames.ts";

/** One case. Strict: nothing but `back` and the end may come. */
export interface Case {
  /** As the Autobahn test suite numbers it, or `x.` and a name for one that it lacks. */
  readonly id: string;
  readonly title: string;
  readonly send: readonly Step[];
  /** The messages and control frames that must come back, in order. @default none */
  readonly back?: readonly Frame[];
  /** @default `closes`: once everything is back, we close with 1000, and the engine answers with the same */
  readonly end?: End;
  /** Sent after the engine's Close frame, by a peer that has not noticed: it must be ignored. */
  readonly late?: readonly Step[];
  /** What both ends agree on for permessage-deflate. @default no compression */
  readonly deflate?: Negotiation;
  /** Only for an engine of this role. @default both */
  readonly only?: "server" | "client";
}

/** A frame is sent in one write with the frames next to it; see the functions for the others. */
export type Step =
  | Frame
  | { readonly type: "chopped"; readonly size: number; readonly frames: readonly Frame[] }
  | { readonly type: "apart"; readonly frames: readonly Frame[] }
  | { readonly type: "piece"; readonly frame: Frame; readonly from: number; readonly to: number }
  | { readonly type: "heard"; readonly count: number }
  | { readonly type: "quiet" };

/** How a connection ends. In all three the engine's Close frame is the last thing that it sends. */
export type End =
  | { readonly type: "closes" }
  | { readonly type: "answers"; readonly close: Frame }
  | { readonly type: "fails"; readonly code: number };

/** What the client offers and what the server answers, where the raw peer is the one to say so. */
export interface Negotiation {
  /** Offered by the raw client to the echo server. */
  readonly offer: string;
  /** What the echo server must answer to that. */
  readonly agreed: string;
  /** Answered by the raw server to our client. @default `agreed` */
  readonly answer?: string;
}

/** The frames octet by octet, or in chops of another size, each in a turn of the event loop of its own. */
export const chopped = (size: number, ...frames: readonly Frame[]): Step => ({ type: "chopped", size, frames });

/** Each frame in a write of its own. */
export const apart = (...frames: readonly Frame[]): Step => ({ type: "apart", frames });

/** Part of a frame's payload; the first part brings the header along. */
export const piece = (frame: Frame, from: number, to = frame.payload.length): Step => ({
  type: "piece",
  frame,
  from,
  to,
});

/** Waits until so many messages and control frames have come back. */
export const heard = (count: number): Step => ({ type: "heard", count });

/** Lets the engine act, and sees that it sends nothing more and does not end TCP. */
export const quiet: Step = { type: "quiet" };

/** The engine fails the connection: one Close frame with this code and no reason (RFC 6455, 7.1.7). */
export const fails = (code: number): End => ({ type: "fails", code });

/** We have sent a Close frame, and this is the engine's. */
export const answers = (close: Frame): End => ({ type: "answers", close });

/** A case in which all that is sent comes back, joined. */
export function echoes(id: string, title: string, message: Frame, send: readonly Step[] = [message]): Case {
  return { id, title, send, back: [message] };
}

/** What an echo of these fragments is: one message. */
export function joined(...parts: readonly Frame[]): Frame {
  return { ...parts[0]!, fin: true, payload: Buffer.concat(parts.map(({ payload }) => payload)) };
}

/** Context takeover both ways and full windows: what both sides have who say nothing. */
export const PLAIN_DEFLATE: Negotiation = { offer: "permessage-deflate", agreed: "permessage-deflate" };

export const describeAll = (frames: readonly Frame[]): string[] => frames.map(describeFrame);
