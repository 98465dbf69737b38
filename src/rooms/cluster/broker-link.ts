/** How it stands between an app and its broker, as users see it. */

import type { ConnectBrokerOptions } from "./connector.ts";
import type { BrokerState } from "./rooms-reporter.ts";

/** How it stands between an app and its broker. */
export interface BrokerLink {
  /** What it is: `redis`, `nats`, or `memory` where rooms live in this process alone. */
  readonly name: string;
  /** Where it is, without secrets. */
  readonly place: string;
  /** `connecting` also while it was lost and is being tried again. */
  readonly state: BrokerState;
  /**
   * Connects. `app.listen` does so by itself; call it where the app is attached to a server of yours. Rejects with a
   * `BrokerError` if the broker cannot be reached, within a few seconds; with `wait: true` it tries until it can.
   */
  connect(options?: ConnectBrokerOptions): Promise<void>;
}

/** Without a broker. */
export const ALONE: BrokerLink = {
  name: "memory",
  place: "this process",
  state: "connected",
  connect: () => Promise.resolve(),
};
