/** What workers need of an app, in the primary and in a worker. */

import type { Broker } from "../../../rooms/broker.ts";
import type { PublishOverflowPolicy } from "../../../rooms/cluster/publish-queue.ts";
import type { CloseOptions } from "../../../server/drain.ts";
import type { Hosted } from "../../../server/host.ts";
import type { ListenOptions } from "../listen-options.ts";

/** An app whose `listen` was called with `workers`. */
export interface WorkersApp {
  readonly hosted: Hosted;
  /** What may wait for a worker that does not read, in bytes, and what happens above it. */
  readonly publishBuffer: number;
  readonly publishOverflow: PublishOverflowPolicy;
  /** Joins its rooms to those of the other processes, unless it has a broker of its own. */
  joinOthers(broker: Broker): void;
  /** Connects with the broker. */
  connect(how: Pick<ListenOptions, "waitForBroker" | "signal">): Promise<void>;
  close(options: CloseOptions): Promise<void>;
  /** Calls it when the app begins to close, with what was asked for. */
  onClose(hook: (options: CloseOptions) => void): void;
}
