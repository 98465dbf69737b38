/** Whoever sends a stream of pieces, as the runtime sees it that does so. */

import type { Wire } from "../socket/wire.ts";
import type { Outbox } from "./outbox.ts";

/** A socket. */
export interface StreamOwner {
  readonly outbox: Outbox;
  readonly wire: Wire | undefined;
  readonly signal: AbortSignal;
  /** Closes this connection, and sends nothing more over it: what waits is for the next one. */
  abandon(code: number): void;
  /** The error for what the end has overtaken. */
  disconnectError(call: string): Error;
}
