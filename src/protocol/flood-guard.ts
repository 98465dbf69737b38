/** Notices a peer that keeps us busy with frames that carry nothing. Counts; leaves the frames to others. */

import type { ProtocolError } from "../errors.ts";
import { CONTROL_FLOOD, protocolError } from "../errors.ts";
import type { Platform } from "./platform.ts";

/** Counts the control frames and empty data frames of one connection, a second at a time. */
export class FloodGuard {
  readonly #platform: Platform;
  readonly #perSecond: number;
  #since = 0;
  #count = 0;

  constructor(platform: Platform, perSecond: number) {
    this.#platform = platform;
    this.#perSecond = perSecond;
  }

  /** One more; the error when it is one too many. */
  count(): ProtocolError | undefined {
    const now = this.#platform.now();
    if (this.#count === 0 || now - this.#since >= 1000) {
      this.#since = now;
      this.#count = 0;
    }
    return ++this.#count > this.#perSecond ? protocolError(CONTROL_FLOOD, this.#perSecond) : undefined;
  }
}
