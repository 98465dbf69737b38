/** The options of `connect` that only Node knows: checked once, and made ready for every attempt. */

import type { Duplex } from "node:stream";
import { BAD_OPTION, usageError } from "../../errors.ts";
import type { ResolvedCompression } from "../../protocol/deflate/compression-options.ts";
import type { Limits } from "../../protocol/limits.ts";
import { defaultLimits } from "../../protocol/limits.ts";
import type { Clock } from "../../protocol/run/clock.ts";
import { checkNames, checkObject } from "../../socket/check-options.ts";
import { toCompression, toHeartbeat } from "../../socket/shared-options.ts";
import type { HeartbeatOptions } from "../../socket/socket-config.ts";
import type { SocketLimits } from "../../socket/socket-limits.ts";
import { defaultSocketLimits, fillLimits } from "../../socket/socket-limits.ts";
import type { ClientLimits, ConnectOptions } from "../connect-options.ts";
import type { Attempt } from "./attempt.ts";
import type { ProxyChoice, ProxyServer } from "./proxy.ts";
import { resolveProxy } from "./proxy.ts";
import type { Target } from "./target.ts";
import type { TlsSetup } from "./tls-setup.ts";
import { resolveTls } from "./tls-setup.ts";

/** The options, checked. */
export interface DialOptions {
  readonly compression: ResolvedCompression | null;
  readonly tls: TlsSetup;
  readonly proxyFor: ProxyChoice;
  readonly redirects: number;
  readonly http2: boolean;
  readonly heartbeat: HeartbeatOptions | null;
  readonly limits: NodeLimits;
  readonly clock: Clock;
  readonly openStream: OpenStream;
}

/** How to get to the server. */
export interface Way {
  readonly target: Target;
  readonly tls: TlsSetup;
  readonly proxy: ProxyServer | undefined;
}

/** Opens a stream on which the server itself can be spoken to; it is the attempt's. Rejects with a `ConnectError`. */
export type OpenStream = (attempt: Attempt, way: Way, options: DialOptions) => Promise<Duplex>;

/** All limits that hold in Node: those of the engine, of a socket, and of answers. */
export interface NodeLimits extends Limits, SocketLimits, Pick<ClientLimits, "answerBody"> {}

/** Checks the options. Throws a `UsageError` that names the one that is wrong. */
export function resolveDialOptions(options: ConnectOptions, { clock, openStream }: DialParts): DialOptions {
  return {
    compression: toCompression(options.compression),
    tls: resolveTls("tls", options.tls),
    proxyFor: resolveProxy(options.proxy),
    redirects: toRedirects(options.redirects),
    http2: toHttp2(options.http2),
    heartbeat: toPings(options.heartbeat),
    limits: toLimits(options.limits),
    clock,
    openStream,
  };
}

/** What is not the user's to choose. */
export type DialParts = Pick<DialOptions, "clock" | "openStream">;

/** Those of the limits that are the engine's. */
export function pickEngineLimits(limits: NodeLimits): Limits {
  const names = Object.keys(defaultLimits) as (keyof Limits)[];
  return Object.fromEntries(names.map((name) => [name, limits[name]])) as unknown as Limits;
}

const DEFAULTS: NodeLimits = { ...defaultLimits, ...defaultSocketLimits, answerBody: 64 * 1024 };

/** They are the server's: a client has its outbox, and reads what it has asked for. */
const SERVER_ONLY = ["sendBuffer", "messagesPerSecond", "bytesPerSecond"] as const satisfies readonly Exclude<
  keyof NodeLimits,
  keyof ClientLimits
>[];

function toLimits(given: ConnectOptions["limits"] = {}): NodeLimits {
  checkObject("limits", given, "an object of limits");
  const known = Object.keys(DEFAULTS).filter((name) => !(SERVER_ONLY as readonly string[]).includes(name));
  checkNames(given, known, "limits");
  return fillLimits(DEFAULTS, given);
}

function toRedirects(option: ConnectOptions["redirects"] = 0): number {
  if (Number.isInteger(option) && option >= 0) return option;
  throw usageError(BAD_OPTION, "redirects", String(option), "how many to follow: a whole number from 0 on");
}

function toHttp2(option: ConnectOptions["http2"] = false): boolean {
  if (typeof option === "boolean") return option;
  throw usageError(BAD_OPTION, "http2", String(option), "true or false");
}

/** Whoever sends messages of the user's instead checks those. */
function toPings(option: ConnectOptions["heartbeat"]): HeartbeatOptions | null {
  return "message" in Object(option) ? null : toHeartbeat(option);
}
