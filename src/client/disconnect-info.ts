/** How users are told that a connection was lost, or that it is over. */

import type { Lost } from "./reconnect.ts";

/** A connection that was lost, or the end. */
export interface DisconnectInfo extends Lost {
  /**
   * Messages that were handed to the connection and are not known to have arrived; they are not sent again. A pong
   * confirms all that was sent before its ping. Browsers have none: there it is all that this connection was given.
   */
  readonly unconfirmed: number;
  /** Messages that wait in the outbox: for the next connection, or, if there is none, to be sent no more. */
  readonly unsent: number;
  /** Milliseconds until the next attempt; `undefined`: there will be none. */
  readonly retryIn: number | undefined;
}
