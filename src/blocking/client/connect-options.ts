/** The options of a blocking `connect`: those that can go to another thread, made ready for the way. */

import type { ConnectOptions, HostAndPort, ProxyOptions, TlsOptions } from "../../client/connect-options.ts";
import type { RequestHeaders } from "../../client/dialer.ts";
import type { ReconnectOptions } from "../../client/reconnect.ts";
import { BAD_OPTION, OPTION_IS_FUNCTION, SIGNAL_IN_BLOCKING, usageError } from "../../errors.ts";
import { checkNames } from "../../socket/check-options.ts";
import type { JsonCodec } from "../../socket/json-codec.ts";
import type { HeartbeatOptions } from "../../socket/socket-config.ts";
import { withWindow } from "./receive-window.ts";

/** The options of `connect`: those of `antiphon/client` but for functions and signals, which nothing could call or abort. */
export interface BlockingConnectOptions
  extends Pick<ConnectOptions, "timeout" | "outbox" | "limits" | "json" | "compression" | "redirects" | "http2"> {
  /** Subprotocols to offer, by preference. @default none */
  readonly subprotocols?: string | readonly string[] | undefined;
  /** Further headers of the request, such as `Authorization` or `Origin`. */
  readonly headers?: RequestHeaders | undefined;
  /** Connects again when the connection is lost. @default false */
  readonly reconnect?: boolean | Omit<ReconnectOptions, "shouldReconnect"> | undefined;
  /** Finds out, by pings, that a silent server is gone. @default { interval: 25 000, timeout: 20 000 } */
  readonly heartbeat?: false | Partial<HeartbeatOptions> | undefined;
  /** Certificates and the like for `wss:`. */
  readonly tls?: Omit<TlsOptions, "checkServerIdentity"> | undefined;
  /** A proxy to go through; `"env"`: the one that `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY` name. @default none */
  readonly proxy?: "env" | string | URL | ProxyOptions | undefined;
}

/** Where to connect: a URL, `host:port`, or parts. */
export type BlockingPlace = string | URL | HostAndPort;

/** What crosses, and what stays here. */
export interface Crossing {
  readonly place: unknown;
  readonly options: Omit<BlockingConnectOptions, "json">;
  readonly json: JsonCodec;
}

/** Makes place and options ready for the other thread. Throws a `UsageError` that names what cannot go there. */
export function toCrossing(place: BlockingPlace, given: BlockingConnectOptions = {}): Crossing {
  if (typeof given !== "object" || given === null)
    throw usageError(BAD_OPTION, "connect", String(given), "options: { timeout: 5000 }");
  if ("signal" in given) throw usageError(SIGNAL_IN_BLOCKING, "connect");
  for (const [name, value] of Object.entries(given)) if (typeof value === "function") crossed(name, value);
  checkNames(given, KNOWN, "connect");
  const { json = JSON, headers, ...rest } = given;
  checkCodec(json);
  const options = { ...rest, ...(headers !== undefined && { headers: toFields(headers) }) };
  return { place: crossed("url", place), options: withWindow(crossed("", options) as typeof options), json };
}

// A record, so that the compiler misses none.
const OPTIONS: Readonly<Record<keyof BlockingConnectOptions, true>> = {
  subprotocols: true,
  headers: true,
  timeout: true,
  reconnect: true,
  outbox: true,
  heartbeat: true,
  limits: true,
  json: true,
  compression: true,
  tls: true,
  proxy: true,
  redirects: true,
  http2: true,
};
const KNOWN = Object.keys(OPTIONS);

function checkCodec(json: JsonCodec): void {
  for (const method of ["stringify", "parse"] as const) {
    if (typeof json?.[method] !== "function") throw usageError(BAD_OPTION, `json.${method}`, "missing", "a function");
  }
}

/** `Headers` and maps cannot cross as they are. */
function toFields(headers: RequestHeaders): RequestHeaders {
  const isList = typeof headers === "object" && headers !== null && Symbol.iterator in headers;
  return isList ? Array.from(headers, ([name, value]) => [name, value] as const) : headers;
}

/** A copy of plain values. URLs become text. */
function crossed(name: string, value: unknown): unknown {
  if (typeof value === "function") throw usageError(OPTION_IS_FUNCTION, name);
  if (typeof value === "symbol") throw usageError(BAD_OPTION, name, String(value), "a value");
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof URL) return value.href;
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return value;
  if (Array.isArray(value)) return value.map((one, index) => crossed(`${name}[${index}]`, one));
  if (Symbol.iterator in value) return Array.from(value as Iterable<unknown>, (one) => crossed(name, one));
  const prefix = name === "" ? "" : `${name}.`;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, crossed(prefix + key, one)]));
}
