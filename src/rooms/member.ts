/** What can be in a room. */

import type { PreparedMessage } from "../protocol/prepared-message.ts";

/** The name of the method by which a room reaches its members: nobody else's affair. */
export const deliver: unique symbol = Symbol("antiphon.deliver");

/** One connection, as a room sees it. */
export interface Member {
  /** Sends a message that was made ready for many. Gives nothing back: what has ended takes nothing. */
  [deliver](message: PreparedMessage): void;
}
