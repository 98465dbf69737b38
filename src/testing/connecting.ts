/** `client.connect`: from what a test writes to a socket that is open, by the client's own code over memory. */

import { isIP } from "node:net";
import { makeConnect } from "../client/connect.ts";
import type { ConnectOptions } from "../client/connect-options.ts";
import type { RequestHeaders } from "../client/dialer.ts";
import { makeConnectError } from "../client/node/connect-errors.ts";
import type { OpenStream } from "../client/node/dial-options.ts";
import { toFields } from "../client/node/request-fields.ts";
import { nodeRuntime } from "../client/node/runtime.ts";
import { BAD_OPTION, BAD_URL, CONNECTION_REFUSED, usageError } from "../errors.ts";
import type { HeaderFields } from "../protocol/handshake/headers.ts";
import type { Clock } from "../protocol/run/clock.ts";
import { checkNames, checkObject } from "../socket/check-options.ts";
import type { Wheel } from "../socket/wheel.ts";
import type { AppSide } from "./app/app-side.ts";
import { resolveFaults } from "./network/faults.ts";
import { systemError } from "./network/line-end.ts";
import type { Network } from "./network/network.ts";
import { randomFrom } from "./network/random.ts";
import { startPatience, toTimeout } from "./patience.ts";
import { NOT_IN_MEMORY } from "./pending-errors.ts";
import { Setting } from "./socket/setting.ts";
import { TestSocket } from "./socket/test-socket.ts";
import type { markPlace } from "./stack.ts";
import type { ConnectTestOptions, ResolvedClientOptions } from "./test-client-options.ts";

/** Where the sockets of a test client live. */
export interface Surroundings {
  readonly app: AppSide;
  readonly network: Network;
  readonly clock: Clock;
  readonly wheel: Wheel;
  readonly options: ResolvedClientOptions;
  /** Aborts when the client closes. */
  readonly signal: AbortSignal;
  /** Where the test asked. */
  readonly here: ReturnType<typeof markPlace>;
  /** A socket was made; it may never open. */
  readonly made: (socket: TestSocket) => void;
}

/** Connects. Rejects as `connect` of the client does, and with a `TimeoutError` in real time. Throws a `UsageError`. */
export async function connectInMemory(
  surroundings: Surroundings,
  path: string,
  given: ConnectTestOptions = {},
): Promise<TestSocket> {
  const { app, options, clock, here } = surroundings;
  checkOptions(given);
  const { cookies, origin, query, address = "127.0.0.1", faults, timeout, headers, signal, ...rest } = given;
  const patience = toTimeout(timeout ?? options.timeout);
  const url = toUrl(options.base, path, query);
  const resolved = resolveFaults(faults ?? options.faults);
  const setting = new Setting({
    app,
    path: url.pathname + url.search,
    timeout: patience,
    clock: options.clock,
    faults: resolved,
  });
  const openStream: OpenStream = async (attempt, { target }) => {
    if (app.isClosed) {
      throw makeConnectError(
        CONNECTION_REFUSED,
        systemError("connect", "ECONNREFUSED"),
        `${target.name}, since the app has been closed`,
      );
    }
    const serverPort = target.place.type === "tcp" ? target.place.port : 0;
    const line = surroundings.network.open({ clock, faults: resolved, address, serverPort, encrypted: target.secure });
    setting.record = app.accept(line, target.path);
    return attempt.hold(line.client);
  };
  // Who moves the clock wants to know when: jitter is by chance, but alike in each run.
  const random = options.clock === undefined ? Math.random : randomFrom((faults ?? options.faults)?.seed ?? 1);
  const runtimeOf = (all: ConnectOptions) =>
    nodeRuntime(all, { clock, waits: clock, wheel: surroundings.wheel, random, openStream });
  const makeSocket = (session: ConstructorParameters<typeof TestSocket>[0]) => {
    const socket = new TestSocket(session, setting);
    surroundings.made(socket);
    return socket;
  };
  const late = new AbortController();
  const stop = startPatience(patience, () => {
    late.abort(setting.tooLate("connect", { timeout: patience, what: "no WebSocket was opened" }));
  });
  const signals = [late.signal, surroundings.signal, ...(signal === undefined ? [] : [signal])];
  const fields = toHeadersOption(headers, { cookies, origin });
  try {
    return await makeConnect(runtimeOf, makeSocket)(url, {
      ...rest,
      // By the clock of the test; without one, the time that counts is ours.
      ...(options.clock !== undefined && timeout !== undefined ? { timeout } : {}),
      headers: fields,
      signal: AbortSignal.any(signals),
    });
  } catch (error) {
    throw here(setting.explain(error));
  } finally {
    stop();
  }
}

function checkOptions(given: ConnectTestOptions): void {
  checkObject("connect options", given, "an object");
  for (const option of ["tls", "proxy", "http2"]) if (option in given) throw usageError(NOT_IN_MEMORY, option);
  checkNames(given, Object.keys(KNOWN), "connect");
  checkAddress(given.address);
}

/** Throws a `UsageError` for what is no IP address. */
export function checkAddress(address = "127.0.0.1"): void {
  if (isIP(address) === 0) throw usageError(BAD_OPTION, "address", String(address), "an IP address");
}

// A record, so that the compiler misses none.
const KNOWN: Readonly<Record<keyof ConnectTestOptions, true>> = {
  subprotocols: true,
  headers: true,
  cookies: true,
  origin: true,
  query: true,
  address: true,
  timeout: true,
  faults: true,
  signal: true,
  reconnect: true,
  outbox: true,
  heartbeat: true,
  limits: true,
  json: true,
  compression: true,
  redirects: true,
  onOpen: true,
  onDisconnect: true,
  onRetry: true,
};

/** What a path means to a client; also for plain requests. Throws a `UsageError` for what is none. */
export function toUrl(base: URL, path: string, query: ConnectTestOptions["query"] = ""): URL {
  if (typeof path !== "string" && !((path as unknown) instanceof URL)) {
    throw usageError(BAD_URL, String(path), "a path such as /ws is expected");
  }
  const text = String(path);
  if (!URL.canParse(text, base.href)) throw usageError(BAD_URL, text, "it is no path");
  const url = new URL(text, base);
  if (!/^(ws|http)s?:$/.test(url.protocol)) throw usageError(BAD_URL, text, `${url.protocol} is not ws: or wss:`);
  url.hash = "";
  const isPlain = typeof query === "object" && !(query instanceof URLSearchParams);
  const pairs = isPlain ? Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]) : query;
  for (const [name, value] of new URLSearchParams(pairs)) url.searchParams.append(name, value);
  return url;
}

/** The headers of the test, with those that have options of their own. */
function toHeadersOption(
  headers: ConnectTestOptions["headers"],
  { cookies, origin }: Pick<ConnectTestOptions, "cookies" | "origin">,
): ConnectOptions["headers"] {
  const more: HeaderFields = origin === undefined ? [] : [["Origin", origin]];
  const all = (own: RequestHeaders | undefined): HeaderFields => {
    const fields = [...toFields(own), ...more];
    if (cookies === undefined) return fields;
    // RFC 6265, 5.4: "the user agent MUST NOT attach more than one Cookie header field."
    const isCookie = ([name]: readonly [string, string]) => name.toLowerCase() === "cookie";
    const before = fields.filter(isCookie).map(([, value]) => value);
    return [...fields.filter((field) => !isCookie(field)), ["Cookie", [...before, toCookie(cookies)].join("; ")]];
  };
  return typeof headers === "function" ? async () => all(await headers()) : all(headers);
}

function toCookie(cookies: Readonly<Record<string, string>>): string {
  return Object.entries(cookies)
    .map(([name, value]) => {
      if (!/^[!#$%&'*+\-.^_`|~\w]+$/.test(name))
        throw usageError(BAD_OPTION, "cookies", name, "names without spaces, = and ;");
      return `${name}=${encodeCookie(String(value))}`;
    })
    .join("; ");
}

/** RFC 6265, 4.1.1: cookie-octet excludes "whitespace, DQUOTE, comma, semicolon, and backslash", and what is not ASCII. */
function encodeCookie(value: string): string {
  return value.replace(/[^\x21\x23\x24\x26-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]+/g, encodeURIComponent);
}
