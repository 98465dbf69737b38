/** `nats(…)`: the broker that carries rooms over NATS. */

import { BAD_OPTION, usageError } from "../../errors.ts";
import type { Broker, BrokerConnectOptions } from "../../rooms/broker.ts";
import { BorrowedLine, placeOf } from "./borrowed-line.ts";
import { NatsBrokerConnection, type OpenLine } from "./nats-broker-connection.ts";
import type { NatsConnectionLike } from "./nats-client.ts";
import { type NatsConnectionOptions, type NatsOptions, pickClientOptions, resolveSettings } from "./nats-options.ts";
import { parseServers } from "./nats-servers.ts";
import { OwnLine } from "./own-line.ts";

/**
 * Carries rooms over NATS, for `new App({ broker: nats("nats://localhost:4222") })`. Needs the package
 * `@nats-io/transport-node`, which is loaded when it connects. Presence (`count`, `who`, `onJoin`) needs JetStream, which
 * a server has with `nats-server -js`; messages do not.
 *
 * Given URLs, each app makes a connection of its own, which comes back by itself. Given a connection, that is used, and
 * neither closed nor drained: it comes back as it was told to when it was made, so tell it `maxReconnectAttempts: -1`.
 *
 * Throws a `UsageError` (`BAD_OPTION`, `UNKNOWN_OPTION`).
 *
 * @example
 * const app = new App({ broker: nats("nats://localhost:4222", { namespace: "shop" }) });
 */
export function nats(urls: string | readonly string[], options?: NatsConnectionOptions): Broker;
export function nats(connection: NatsConnectionLike, options?: NatsOptions): Broker;
export function nats(
  where: string | readonly string[] | NatsConnectionLike,
  options: NatsConnectionOptions = {},
): Broker {
  if (typeof where === "string" || Array.isArray(where)) return ofUrls(where, options);
  if (typeof Object(where).publish === "function") return ofConnection(where as NatsConnectionLike, options);
  throw usageError(BAD_OPTION, "the first argument of nats()", String(where), "a URL, a list of them, or a connection");
}

function ofUrls(urls: string | readonly string[], options: NatsConnectionOptions): Broker {
  const settings = resolveSettings(options, "a URL");
  const { servers, place, options: fromUrls } = parseServers(urls);
  const target = {
    servers,
    place,
    options: { ...fromUrls, ...pickClientOptions(options) },
    timeout: settings.connectTimeout,
  };
  return {
    name: "nats",
    place,
    connect(connecting: BrokerConnectOptions) {
      const openLine: OpenLine = (listener) => OwnLine.open(target, listener, connecting.signal);
      return NatsBrokerConnection.open(openLine, settings, connecting);
    },
  };
}

function ofConnection(client: NatsConnectionLike, options: NatsOptions): Broker {
  const settings = resolveSettings(options, "a connection");
  return {
    name: "nats",
    get place() {
      return placeOf(client);
    },
    connect(connecting: BrokerConnectOptions) {
      const openLine: OpenLine = (listener) =>
        BorrowedLine.open(client, settings.connectTimeout, listener, connecting.signal);
      return NatsBrokerConnection.open(openLine, settings, connecting);
    },
  };
}
