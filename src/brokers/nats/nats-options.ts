/** The options of `nats()`, as users write them, with their defaults. */

import { BAD_OPTION, usageError } from "../../errors.ts";
import { checkNames, checkObject } from "../../socket/check-options.ts";

/** What rooms ask of NATS. */
export interface NatsOptions {
  /** Keeps apps apart: only those of one namespace hear each other. Any string but the empty one. @default "antiphon" */
  readonly namespace?: string | undefined;
  /**
   * Milliseconds until the members of a process that died are gone. The first process of a namespace decides: it makes
   * the buckets, and their lease is that of all. At least 100. @default 15 000
   */
  readonly lease?: number | undefined;
  /** Milliseconds that an attempt to connect may take, over all servers. @default 3000 */
  readonly connectTimeout?: number | undefined;
  /** How many servers of a cluster keep presence: with 1 it is gone while that one is. 1 to 5. @default 1 */
  readonly replicas?: number | undefined;
}

/** The options for a URL: those of the connection are handed to the client as they are. */
export interface NatsConnectionOptions extends NatsOptions {
  /** What the server lists it by. @default "antiphon" */
  readonly name?: string | undefined;
  /** Instead of a user in the URL. */
  readonly user?: string | undefined;
  /** Goes with `user`. */
  readonly pass?: string | undefined;
  /** Instead of user and password. */
  readonly token?: string | undefined;
  /** Keys, JWT, and the rest: what `credsAuthenticator(…)` and its like give. */
  readonly authenticator?: NatsAuthenticator | NatsAuthenticator[] | undefined;
  /** TLS is spoken whenever the server can; with this it must. `null`: only where the server wants it. */
  readonly tls?: NatsTlsOptions | null | undefined;
  /** Where answers go, for who may not subscribe to `_INBOX.>`. @default "_INBOX" */
  readonly inboxPrefix?: string | undefined;
}

/** How TLS is spoken. */
export interface NatsTlsOptions {
  /** TLS from the first byte on, as the server's `handshake_first` wants it. */
  readonly handshakeFirst?: boolean | undefined;
  readonly ca?: string | undefined;
  readonly caFile?: string | undefined;
  readonly cert?: string | undefined;
  readonly certFile?: string | undefined;
  readonly key?: string | undefined;
  readonly keyFile?: string | undefined;
  /** The name in the server's certificate, where it is not the host's. */
  readonly servername?: string | undefined;
  /** `false` takes any certificate: for tests. @default true */
  readonly rejectUnauthorized?: boolean | undefined;
}

/** Answers to the server's challenge. */
export type NatsAuthenticator = (nonce?: string) => unknown;

/** The options of rooms, with nothing left out. */
export type NatsSettings = { readonly [Option in keyof NatsOptions]-?: NonNullable<NatsOptions[Option]> };

/** The options that are for the client, by its names. */
export type NatsClientOptions = Omit<NatsConnectionOptions, keyof NatsOptions>;

const DEFAULTS: NatsSettings = { namespace: "antiphon", lease: 15_000, connectTimeout: 3_000, replicas: 1 };

/** Each name of the client's options once, which the compiler holds. */
const CLIENT_NAMES: Record<keyof NatsClientOptions, true> = {
  name: true,
  user: true,
  pass: true,
  token: true,
  authenticator: true,
  tls: true,
  inboxPrefix: true,
};

/** The options of rooms with the defaults. Throws a `UsageError`: `UNKNOWN_OPTION`, `BAD_OPTION`. */
export function resolveSettings(options: NatsConnectionOptions, place: "a URL" | "a connection"): NatsSettings {
  checkObject("options of nats()", options, "an object");
  const clientNames = place === "a URL" ? Object.keys(CLIENT_NAMES) : [];
  checkNames(options, [...Object.keys(DEFAULTS), ...clientNames], `the options of nats() for ${place}`);
  const settings: NatsSettings = {
    namespace: options.namespace ?? DEFAULTS.namespace,
    lease: options.lease ?? DEFAULTS.lease,
    connectTimeout: options.connectTimeout ?? DEFAULTS.connectTimeout,
    replicas: options.replicas ?? DEFAULTS.replicas,
  };
  const { namespace, lease, connectTimeout, replicas } = settings;
  if (typeof namespace !== "string" || namespace === "") {
    throw usageError(BAD_OPTION, "namespace", JSON.stringify(namespace), "a string that is not empty");
  }
  checkNumber("lease", lease, 100, MAX_TIMER);
  checkNumber("connectTimeout", connectTimeout, 1, MAX_TIMER);
  checkNumber("replicas", replicas, 1, 5);
  return settings;
}

/** What is for the client. */
export function pickClientOptions(options: NatsConnectionOptions): NatsClientOptions {
  const given = Object.entries(options).filter(([name, value]) => name in CLIENT_NAMES && value !== undefined);
  return Object.fromEntries(given);
}

/** What a timer can wait. */
const MAX_TIMER = 2 ** 31 - 1;

function checkNumber(name: string, value: unknown, min: number, max: number): void {
  if (Number.isInteger(value) && (value as number) >= min && (value as number) <= max) return;
  throw usageError(BAD_OPTION, name, String(value), `an integer from ${min} to ${max}`);
}
