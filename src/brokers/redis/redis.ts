/** `redis(…)`: rooms carried by Redis. */

import { BrokerError } from "../../errors.ts";
import type { Broker, BrokerConnection, BrokerConnectOptions } from "../../rooms/broker.ts";
import { unreachable } from "./failures.ts";
import type { Model } from "./model.ts";
import { modelOfClient, modelOfUrl } from "./model.ts";
import { openLink } from "./open-link.ts";
import type { Place } from "./place.ts";
import { placeOfModel, placeOfUrl } from "./place.ts";
import type { RedisConnectionOptions } from "./redis-connection.ts";
import { RedisConnection } from "./redis-connection.ts";
import type { RedisOptions, RedisSettings, RedisUrlOptions } from "./redis-options.ts";
import { resolveOptions } from "./redis-options.ts";

/**
 * A client of the package `redis`, as `createClient` gives it, connected or not. It is what ours are modelled on, and is
 * itself neither used nor closed.
 */
export interface RedisClient {
  readonly isPubSubActive: boolean;
  duplicate(overrides?: object): unknown;
}

/** A client of a cluster, as `createCluster` of the package `redis` gives it, connected or not. As `RedisClient`, a model. */
export interface RedisCluster {
  readonly masters: readonly unknown[];
  nodeClient(node: never): Promise<unknown>;
  duplicate(overrides?: object): unknown;
}

/**
 * Carries rooms through Redis 6.0 or newer, or what speaks like it. Needs the package `redis` (5.8 or newer), which is loaded
 * when the app connects. A Redis Cluster (7.0 or newer) is noticed, and spoken to with sharded pub/sub.
 *
 * Each app has two connections, one for commands and one for subscriptions (in a cluster, two with each master). Either
 * lost is both lost; both are opened anew then, again and again, with waits of up to 2 s.
 *
 * @param urlOrClient `redis://user:password@host:6379/0`, `rediss://…` for TLS, `unix:///path` (from version 6 of the
 *   package on); or a client, whose options are taken over
 * @throws {UsageError} for what is neither (`BAD_OPTION`), or wrong options
 *
 * @example
 * new App({ broker: redis("redis://localhost:6379", { namespace: "shop" }) });
 */
export function redis(url: string | URL, options?: RedisUrlOptions): Broker;
export function redis(client: RedisClient | RedisCluster, options?: RedisOptions): Broker;
export function redis(urlOrClient: string | URL | RedisClient | RedisCluster, options: RedisUrlOptions = {}): Broker {
  const hasUrl = typeof urlOrClient === "string" || urlOrClient instanceof URL;
  const settings = resolveOptions(options, { hasUrl });
  if (!hasUrl) {
    const model = modelOfClient(urlOrClient);
    return new RedisBroker(placeOfModel(model), settings, async () => model);
  }
  const url = String(urlOrClient);
  const { password } = settings.client as { readonly password?: string };
  const { place, secrets } = placeOfUrl(url);
  return new RedisBroker({ place, secrets: [...secrets, password] }, settings, () => modelOfUrl(url, settings.client));
}

class RedisBroker implements Broker {
  readonly name = "redis";
  readonly #where: Place;
  readonly #settings: RedisSettings;
  readonly #makeModel: () => Promise<Model>;
  #model: Model | undefined;

  constructor(where: Place, settings: RedisSettings, makeModel: () => Promise<Model>) {
    this.#where = where;
    this.#settings = settings;
    this.#makeModel = makeModel;
  }

  get place(): string {
    return this.#where.place;
  }

  async connect({ process, listener, signal }: BrokerConnectOptions): Promise<BrokerConnection> {
    signal.throwIfAborted();
    const { namespace, lease, connectTimeout } = this.#settings;
    const where = this.#where;
    try {
      this.#model ??= await this.#makeModel();
      const model = this.#model;
      const open: RedisConnectionOptions["open"] = (listener, signal) =>
        openLink(model, { listener, signal, connectTimeout });
      const options = { process, listener, where, namespace, lease, connectTimeout, open };
      return await RedisConnection.connect(options, signal);
    } catch (error) {
      throw signal.aborted || error instanceof BrokerError ? error : unreachable(where, error);
    }
  }
}
