/** What carries the rooms of a run: where it is, as processes tell each other, and the broker for it. */

import { nats } from "../../src/brokers/nats/index.ts";
import { redis } from "../../src/brokers/redis/index.ts";
import type { Broker } from "../../src/index.ts";

/** Of an engine that runs. */
export interface EngineAddress {
  readonly kind: "redis" | "nats";
  readonly url: string;
  readonly namespace: string;
  /** Milliseconds. `undefined`: what the broker takes by itself. */
  readonly lease: number | undefined;
}

/** As an app makes it. */
export function brokerAt({ kind, url, namespace, lease }: EngineAddress): Broker {
  return kind === "redis" ? redis(url, { namespace, lease }) : nats(url, { namespace, lease });
}
