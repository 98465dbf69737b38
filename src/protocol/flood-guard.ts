/** Notices a peer that keeps us busy with frames that carry nothing. Counts; leaves the frames to others. */

import type { ProtocolError } from "../errors.ts";
import { CONTROL_FLOOD, protocolError } from "../errors.ts";

/**
 * Counts the control frames and empty data frames of one connection, a second at a time. It outlives the engine of a
 * connection that rests: a peer may not start anew by pausing.
 */
export class FloodGuard {
  #since = 0;
  #count = 0;

  /** One more, at this time in milliseconds; the error when it is one too many for a second. */
  count(time: number, perSecond: number): ProtocolError | undefined {
    // Whole milliseconds: V8 keeps a fraction in an object of its own.
    const now = Math.floor(time);
    if (this.#count === 0 || now - this.#since >= 1000) {
      this.#since = now;
      this.#count = 0;
    }
    return ++this.#count > perSecond ? protocolError(CONTROL_FLOOD, perSecond) : undefined;
  }
}
