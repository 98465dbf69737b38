/** The options of an app: what users write, checked once, and what the parts of the server are handed. */

import { BAD_OPTION, usageError } from "../errors.ts";
import type { CompressionOptions, ResolvedCompression } from "../protocol/deflate/compression-options.ts";
import type { Limits } from "../protocol/limits.ts";
import { defaultLimits } from "../protocol/limits.ts";
import type { Broker } from "../rooms/broker.ts";
import type { PublishOverflowPolicy } from "../rooms/cluster/publish-queue.ts";
import { checkNames, checkObject } from "../socket/check-options.ts";
import type { JsonCodec } from "../socket/json-codec.ts";
import { toCompression, toHeartbeat } from "../socket/shared-options.ts";
import type { HeartbeatOptions, OverRatePolicy, SlowConsumerPolicy } from "../socket/socket-config.ts";
import type { SocketLimits } from "../socket/socket-limits.ts";
import { defaultSocketLimits, fillLimits } from "../socket/socket-limits.ts";
import type { HostCheck } from "./guards/allowed-hosts.ts";
import { hostCheck } from "./guards/allowed-hosts.ts";
import type { OriginCheck, OriginsOption } from "./guards/origin.ts";
import { originCheck } from "./guards/origin.ts";
import type { DirectRequest, RemoteAddress, TrustProxy } from "./guards/remote-address.ts";
import { remoteAddress } from "./guards/remote-address.ts";
import { combineObservers } from "./observing/combine-observers.ts";
import type { Logger } from "./observing/logger.ts";
import { consoleLogger } from "./observing/logger.ts";
import { loggerObserver } from "./observing/logger-observer.ts";
import type { Observer } from "./observing/observer.ts";
import type { ServerLimits } from "./server-limits.ts";
import { defaultServerLimits } from "./server-limits.ts";

/** All limits of a server. */
export type AppLimits = Limits & SocketLimits & ServerLimits;

/** Those that a route may have of its own; the others are the whole server's. */
export type RouteLimits = Omit<AppLimits, (typeof SERVER_ONLY)[number]>;

/** The options of `new App(options)`. Every one has a default that is safe. */
export interface AppOptions {
  /** Who writes the log: anything like pino or `console`; `false`: nobody. @default one line on the console per connection */
  readonly logger?: Logger | false | undefined;
  /** Who else hears of everything: metrics, traces. @default nobody */
  readonly observer?: Observer | readonly Observer[] | undefined;
  /**
   * The pages that may connect: `"same-host"`, `"*"` for any, or a list of origins, patterns (`https://*.example.com`)
   * and functions. Programs that are no browsers send no origin and are let in. @default "same-host": a browser sends
   * the user's cookies along, whatever page it shows (RFC 6455, 10.2)
   */
  readonly origins?: OriginsOption | undefined;
  /** The hosts that the server goes by; requests for others get 403 (DNS rebinding). @default any */
  readonly hosts?: readonly string[] | undefined;
  /** What connections may cost. Unnamed limits keep their defaults. */
  readonly limits?: Partial<AppLimits> | undefined;
  /** Pings for silent peers; `false`: none. @default { interval: 25 000, timeout: 20 000 } */
  readonly heartbeat?: false | Partial<HeartbeatOptions> | undefined;
  /** permessage-deflate (RFC 7692). @default false: it costs CPU and memory for each message */
  readonly compression?: boolean | CompressionOptions | undefined;
  /** Whose `X-Forwarded-*` headers are believed. @default false: any client can send them */
  readonly trustProxy?: TrustProxy | undefined;
  /** What `sendJson` and `receiveJson` speak. @default JSON */
  readonly json?: JsonCodec | undefined;
  /**
   * What joins the rooms of several machines: `redis(…)` of `antiphon/redis`, `nats(…)` of `antiphon/nats`, `memory()` for tests.
   * @default none: rooms live in this process
   */
  readonly broker?: Broker | undefined;
  /** What happens when `limits.publishBuffer` waits for a broker that is away. @default "drop-oldest": what is new matters more */
  readonly publishOverflow?: PublishOverflowPolicy | undefined;
  /** What happens when `limits.sendBuffer` waits for a peer. @default "close": with 1013; dropped messages are the app's to bear */
  readonly slowConsumer?: SlowConsumerPolicy | undefined;
  /** What happens to a peer above `limits.messagesPerSecond` or `bytesPerSecond`. @default "close": with 1008 */
  readonly overRate?: OverRatePolicy | undefined;
}

/** The options, checked and compiled. */
export interface AppConfig {
  readonly observer: Observer;
  readonly checkOrigin: OriginCheck;
  readonly checkHost: HostCheck;
  readonly remote: (request: DirectRequest) => RemoteAddress;
  readonly limits: AppLimits;
  readonly heartbeat: HeartbeatOptions | null;
  readonly compression: ResolvedCompression | null;
  readonly json: JsonCodec;
  readonly broker: Broker | undefined;
  readonly publishOverflow: PublishOverflowPolicy;
  readonly slowConsumer: SlowConsumerPolicy;
  readonly overRate: OverRatePolicy;
}

/** Checks and compiles the options. Throws a `UsageError` that names the one that is wrong. */
export function resolveAppOptions(options: AppOptions, hostObservers: readonly Observer[]): AppConfig {
  checkNames(options, KNOWN, "App");
  const { logger = consoleLogger, observer = [], json = JSON } = options;
  const observers = Array.isArray(observer) ? observer : [observer];
  for (const one of observers) checkObject("observer", one, "an object with methods, or a list of them");
  if (logger !== false) checkMethods("logger", logger, ["info", "warn", "error"]);
  checkMethods("json", json, ["stringify", "parse"]);
  const log = logger === false ? [] : [loggerObserver(logger)];
  return {
    observer: combineObservers([...log, ...observers, ...hostObservers]),
    checkOrigin: originCheck(options.origins),
    checkHost: hostCheck(options.hosts),
    remote: remoteAddress(options.trustProxy),
    limits: resolveAppLimits(options.limits),
    heartbeat: toHeartbeat(options.heartbeat),
    compression: toCompression(options.compression),
    json,
    broker: toBroker(options.broker),
    publishOverflow: oneOf("publishOverflow", options.publishOverflow ?? "drop-oldest", ["drop-oldest", "drop-newest"]),
    slowConsumer: oneOfSlowConsumers(options.slowConsumer ?? "close"),
    overRate: oneOf("overRate", options.overRate ?? "close", ["close", "pause"]),
  };
}

/** The limits with those given in their place; `base` has the others. Throws a `UsageError`. */
export function resolveAppLimits(given: Partial<AppLimits> = {}, base: AppLimits = DEFAULTS): AppLimits {
  checkObject("limits", given, "an object of limits");
  checkNames(given, Object.keys(DEFAULTS), "limits");
  return fillLimits(base, given);
}

/** The same for a route, by the path `path`. */
export function resolveRouteLimits(path: string, given: Partial<RouteLimits> = {}, base: AppLimits): AppLimits {
  const known = Object.keys(DEFAULTS).filter((name) => !(SERVER_ONLY as readonly string[]).includes(name));
  checkNames(given, known, `limits of ws("${path}")`);
  return resolveAppLimits(given, base);
}

/** Those of the limits that are the engine's. */
export function pickEngineLimits(limits: AppLimits): Limits {
  const names = Object.keys(defaultLimits) as (keyof Limits)[];
  return Object.fromEntries(names.map((name) => [name, limits[name]])) as unknown as Limits;
}

const DEFAULTS: AppLimits = { ...defaultLimits, ...defaultSocketLimits, ...defaultServerLimits };

/** They act before there is a route, or on all routes together. */
const SERVER_ONLY = [
  "headBytes",
  "headers",
  "connections",
  "connectionsPerAddress",
  "handshakes",
  "queuedBytes",
  "publishBuffer",
] as const satisfies readonly (keyof AppLimits)[];

// A record, so that the compiler misses none.
const OPTIONS: Readonly<Record<keyof AppOptions, true>> = {
  logger: true,
  observer: true,
  origins: true,
  hosts: true,
  limits: true,
  heartbeat: true,
  compression: true,
  trustProxy: true,
  json: true,
  broker: true,
  publishOverflow: true,
  slowConsumer: true,
  overRate: true,
};
const KNOWN = Object.keys(OPTIONS);

/** Checks a policy for slow consumers. Throws a `UsageError`. */
export function oneOfSlowConsumers(policy: SlowConsumerPolicy): SlowConsumerPolicy {
  return oneOf("slowConsumer", policy, ["close", "drop-oldest", "drop-newest", "latest-by-key"]);
}

function toBroker(broker: Broker | undefined): Broker | undefined {
  if (broker !== undefined && typeof (broker as Partial<Broker> | null)?.connect !== "function") {
    throw usageError(BAD_OPTION, "broker", String(broker), "what redis(…), nats(…) or memory() gives");
  }
  return broker;
}

function checkMethods(name: string, value: object, methods: readonly string[]): void {
  checkObject(name, value, `an object with the methods ${methods.join(", ")}`);
  const missing = methods.find((method) => typeof (value as Record<string, unknown>)[method] !== "function");
  if (missing !== undefined) throw usageError(BAD_OPTION, `${name}.${missing}`, "missing", "a function");
}

function oneOf<Word extends string>(name: string, word: Word, words: readonly Word[]): Word {
  if (words.includes(word)) return word;
  throw usageError(BAD_OPTION, name, String(word), words.join(", "));
}
