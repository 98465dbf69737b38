/** The options of `redis(…)`, checked where they are given. */

import { BAD_OPTION, usageError } from "../../errors.ts";
import { checkNames, checkObject } from "../../socket/check-options.ts";

/** How to use a Redis. */
export interface RedisOptions {
  /**
   * What all channels and keys begin with. Apps of one namespace on one Redis are one cluster; give each app its own.
   * @default "antiphon"
   */
  readonly namespace?: string | undefined;
  /**
   * Milliseconds until a process that was killed, or lost its Redis, counts as gone and its members with it. The same
   * for all processes of a namespace; a third of it is how often each renews.
   * @default 15 000
   */
  readonly lease?: number | undefined;
  /** Milliseconds for one attempt to connect, handshakes included. @default 3000 */
  readonly connectTimeout?: number | undefined;
}

/** How to use a Redis that is given by its URL. */
export interface RedisUrlOptions extends RedisOptions {
  /**
   * Options of `createClient` of the package `redis`: `{ username, password, database, name, RESP, socket: { ca, … } }`.
   * What the URL says counts more. When to connect again and what waits meanwhile is ours: `reconnectStrategy`,
   * `connectTimeout`, `disableOfflineQueue` and `pingInterval` are not listened to, nor are `keyPrefix` and caches.
   */
  readonly client?: object | undefined;
}

/** The options with nothing left out. */
export interface RedisSettings {
  readonly namespace: string;
  readonly lease: number;
  readonly connectTimeout: number;
  readonly client: object;
}

/** Throws a `UsageError`: `UNKNOWN_OPTION` or `BAD_OPTION`. */
export function resolveOptions(options: RedisUrlOptions, { hasUrl }: { readonly hasUrl: boolean }): RedisSettings {
  checkObject("redis options", options, "an object");
  const names = ["namespace", "lease", "connectTimeout"];
  checkNames(options, hasUrl ? [...names, "client"] : names, hasUrl ? "redis(url)" : "redis(client)");
  const { namespace = "antiphon", lease = 15_000, connectTimeout = 3_000, client = {} } = options;
  if (typeof namespace !== "string") throw usageError(BAD_OPTION, "namespace", String(namespace), "a string");
  checkTime("lease", lease);
  checkTime("connectTimeout", connectTimeout);
  checkObject("client", client, "an object of options for createClient");
  return { namespace, lease, connectTimeout, client };
}

/** The longest time that a timer takes. */
const LONGEST = 2 ** 31 - 1;

function checkTime(name: string, value: unknown): void {
  if (Number.isInteger(value) && (value as number) > 0 && (value as number) <= LONGEST) return;
  throw usageError(BAD_OPTION, name, String(value), "a whole number of milliseconds above 0");
}
