/** The ways in which a peer can leave, and what our side shall say of each. */

import type { RawTcp } from "../../support/raw-tcp.ts";

/** One way to leave. */
export interface Leaving {
  readonly how: string;
  readonly leave: (client: RawTcp) => void;
  readonly end: { readonly code: number; readonly reason: string; readonly wasClean: boolean };
}

/** All of them. */
export const LEAVINGS: readonly Leaving[] = [
  {
    how: "by a Close frame with a code and a reason",
    leave: (client) => client.close(4001, "off"),
    end: { code: 4001, reason: "off", wasClean: true },
  },
  {
    how: "by a Close frame without a code",
    leave: (client) => client.close(),
    end: { code: 1005, reason: "", wasClean: true },
  },
  // Rule 13: half-open TCP is 1006, at once.
  { how: "by a FIN", leave: (client) => client.fin(), end: { code: 1006, reason: "", wasClean: false } },
  { how: "by a reset", leave: (client) => client.reset(), end: { code: 1006, reason: "", wasClean: false } },
];
