/** What keeps an eye on one connection: pings or messages that find out whether the server is still there. */

import type { ProtocolError } from "../errors.ts";
import type { Wire } from "../socket/wire.ts";
import type { Intake } from "./intake.ts";
import type { Outbox } from "./outbox.ts";

/** The connection that is looked after. */
export interface VitalsOwner {
  /** Until `stop`, it is there. */
  readonly wire: Wire | undefined;
  /** What was sent: `handed` counts it, `confirmed` is for pongs to set; `hand` sends ahead of all that wait. */
  readonly outbox: Outbox;
  /** What came: while it `isPaused`, the server's silence is our own doing. */
  readonly intake: Intake;
  /** The server is silent for good: ends the connection at once. */
  dead(silence: number): void;
  /** Closes the connection for a limit of ours. */
  fail(error: ProtocolError): void;
}

/** Made for one connection. What a runtime cannot do is left out. */
export interface Vitals {
  /** A message came or went. */
  active?(): void;
  /** A pong came. */
  pong?(payload: Uint8Array): void;
  /** Sends a ping whose pong confirms what was sent before it. */
  ping?(): void;
  /** The last round trip in milliseconds. */
  readonly latency?: number | undefined;
  /** Pings; resolves with the round trip in milliseconds. */
  roundTrip?(timeout: number): Promise<number>;
  /** The connection is over; `error` makes what those get who wait for a round trip. */
  stop(error: () => Error): void;
}
