/** The options of `antiphon connect`, as commander gives them. */

import type { ConnectionFlags } from "../connection-flags.ts";

/** The options of the command. */
export interface ConnectFlags extends ConnectionFlags {
  readonly reconnect?: boolean;
  readonly raw?: boolean;
  readonly history: boolean;
  /** Milliseconds. */
  readonly wait: number;
}
