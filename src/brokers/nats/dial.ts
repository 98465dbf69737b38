/** One attempt to connect with a server of NATS. Nothing of it is left when it fails or is given up. */

import { BROKER_UNREACHABLE, brokerError } from "../../errors.ts";
import { loadPackage } from "../missing-package.ts";
import { DialTimeout, whyNot } from "./dial-failure.ts";
import { inTime } from "./in-time.ts";
import type { NatsConnectionLike } from "./nats-client.ts";
import type { NatsClientOptions } from "./nats-options.ts";
import { OpenedSockets } from "./opened-sockets.ts";

/** What is dialled. */
export interface DialTarget {
  /** `host:port` of each server; they are tried in any order. */
  readonly servers: readonly string[];
  /** For the sentence. */
  readonly place: string;
  readonly options: NatsClientOptions;
  /** Milliseconds, over all servers. */
  readonly timeout: number;
}

/**
 * Connects. Rejects with a `BrokerError`: `BROKER_UNREACHABLE`, `BROKER_PACKAGE_MISSING`; with the signal's reason when
 * it aborts.
 */
export async function dial(target: DialTarget, signal: AbortSignal): Promise<NatsConnectionLike> {
  signal.throwIfAborted();
  const { connect } = await loadPackage("antiphon/nats", PACKAGE, () => import("@nats-io/transport-node"));
  signal.throwIfAborted();
  const sockets = new OpenedSockets();
  const opening = sockets.under(() => connect(toClientOptions(target)) as Promise<NatsConnectionLike>);
  try {
    const client = await inTime(opening, { milliseconds: target.timeout, late: () => new DialTimeout(), signal });
    sockets.destroyAllButLast();
    return client;
  } catch (error) {
    sockets.destroyAll();
    // It may have succeeded in the very moment in which it was given up, over a socket of TLS, which we do not see.
    opening.then((client) => client.close()).catch(() => {});
    signal.throwIfAborted();
    throw brokerError(BROKER_UNREACHABLE, error, "nats", target.place, whyNot(error, target));
  }
}

const PACKAGE = "@nats-io/transport-node";

function toClientOptions({ servers, options, timeout }: DialTarget): object {
  return {
    name: "antiphon",
    ...options,
    servers: [...servers],
    // So that one server that does not answer leaves time for the next.
    timeout: Math.ceil(timeout / servers.length),
    noEcho: true,
    // Whoever is connected again dials again: a client that does so by itself sends what it was given meanwhile.
    reconnect: false,
    noAsyncTraces: true,
  };
}
