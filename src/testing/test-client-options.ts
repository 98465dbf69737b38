/** What can be chosen of a test client, of a connection and of a request. */

import type { ConnectOptions } from "../client/connect-options.ts";
import { withDefaults } from "../client/with-defaults.ts";
import { BAD_OPTION, BAD_URL, usageError } from "../errors.ts";
import { ManualClock } from "./manual-clock.ts";
import type { Faults } from "./network/faults.ts";
import { resolveFaults } from "./network/faults.ts";
import { toTimeout } from "./patience.ts";
import type { RequestParts } from "./request-parts.ts";

/** Options of a test client. */
export interface TestClientOptions {
  /**
   * What paths are relative to. Its host is the header `Host`; with `wss:` or `https:`, the app sees an encrypted connection.
   * @default "ws://localhost"
   */
  readonly base?: string | URL | undefined;
  /** Milliseconds of real time that every connect, request, receive, ping and close may take; `Infinity`: for ever. @default 1 000 */
  readonly timeout?: number | undefined;
  /** A clock that the test moves: for heartbeats, timeouts, drains of the app, and backoff of the client. @default real time */
  readonly clock?: ManualClock | undefined;
  /** What the network does to the bytes of all connections. @default nothing */
  readonly faults?: Faults | undefined;
  /** Whether `close()` fails on what is left over: sockets, handlers that do not end, listeners of rooms, timers. @default true */
  readonly leftovers?: boolean | undefined;
  /** Whether errors that handlers threw, and the test has not seen, fail `close()`. @default "fail" */
  readonly handlerErrors?: "fail" | "ignore" | undefined;
}

/** The options, checked. */
export interface ResolvedClientOptions {
  readonly base: URL;
  readonly timeout: number;
  readonly clock: ManualClock | undefined;
  readonly faults: Faults | undefined;
  readonly leftovers: boolean;
  readonly handlerErrors: "fail" | "ignore";
}

/** Options of one connection: those of `connect` that make sense in memory, and some more. */
export interface ConnectTestOptions extends Omit<ConnectOptions, "tls" | "proxy" | "http2">, RequestParts {
  /** Milliseconds of real time that connecting and whatever this socket waits for may take. @default that of the client */
  readonly timeout?: number | undefined;
  /** Instead of the client's. */
  readonly faults?: Faults | undefined;
}

/** Options of a request: those of `fetch`, and some more. */
export interface HttpTestOptions extends RequestInit, RequestParts {
  /** Milliseconds of real time until the head of the answer is there, and for each piece of its body. @default that of the client */
  readonly timeout?: number | undefined;
}

/** Checks the options of a client. Throws a `UsageError` that names the one that is wrong. */
export function resolveClientOptions(given: TestClientOptions | undefined): ResolvedClientOptions {
  const options = withDefaults<{ [Name in keyof TestClientOptions]-?: unknown }>("TestClient", DEFAULTS, given);
  const { timeout, clock, faults, leftovers, handlerErrors } = options as ResolvedClientOptions;
  if (clock !== undefined && !(clock instanceof ManualClock)) {
    throw usageError(BAD_OPTION, "TestClient.clock", typeof clock, "a ManualClock");
  }
  if (handlerErrors !== "fail" && handlerErrors !== "ignore") {
    throw usageError(BAD_OPTION, "TestClient.handlerErrors", String(handlerErrors), "fail or ignore");
  }
  // What is wrong is told here, not at the first connection.
  if (faults !== undefined) resolveFaults(faults);
  return { base: toBase(options.base), timeout: toTimeout(timeout), clock, faults, leftovers, handlerErrors };
}

const DEFAULTS = {
  base: undefined,
  timeout: 1_000,
  clock: undefined,
  faults: undefined,
  leftovers: true,
  handlerErrors: "fail",
};

function toBase(given: unknown): URL {
  const text = String(given ?? "ws://localhost");
  const base = URL.canParse(text) ? new URL(text) : undefined;
  if (base !== undefined && /^(ws|http)s?:$/.test(base.protocol)) {
    return new URL(base.href.replace(/^http/, "ws"));
  }
  throw usageError(BAD_URL, text, "the base of a test client begins with ws:, wss:, http: or https:");
}
