/** Who hears of what rooms do between machines. The server has its observer behind this. */

import type { LostPublications } from "./publish-queue.ts";

/** How it stands with the broker: not asked yet, on the way (also back), there, or closed for good. */
export type BrokerState = "idle" | "connecting" | "connected" | "closed";

/** The connection with the broker has changed. */
export interface BrokerSignal {
  /** What it is: `redis`. */
  readonly broker: string;
  /** Where it is, without secrets. */
  readonly place: string;
  readonly state: BrokerState;
  /** Why, if it was lost or could not be reached. */
  readonly error?: unknown;
}

/** Every method is called for one thing that happened; none throws. */
export interface RoomsReporter {
  /** Whether somebody wants to hear of each message that is sent. */
  readonly hearsMessages: boolean;
  brokerChanged(signal: BrokerSignal): void;
  publicationsLost(lost: LostPublications): void;
  /** The broker failed at something that nobody waits for. */
  error(error: unknown): void;
  /** A member could not take a message, or a close. */
  memberError(error: unknown): void;
  /** What a user's listener threw. */
  hookError(error: unknown): void;
}
