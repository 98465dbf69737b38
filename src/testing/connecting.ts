/** `client.connect`: from what a test writes to a socket that is open, by the client's own code over memory. */

import { makeConnect } from "../client/connect.ts";
import type { ConnectOptions } from "../client/connect-options.ts";
import { makeConnectError } from "../client/node/connect-errors.ts";
import type { OpenStream } from "../client/node/dial-options.ts";
import { toFields } from "../client/node/request-fields.ts";
import { nodeRuntime } from "../client/node/runtime.ts";
import { CONNECTION_REFUSED, NOT_IN_MEMORY, usageError } from "../errors.ts";
import type { Clock } from "../protocol/run/clock.ts";
import { checkNames, checkObject } from "../socket/check-options.ts";
import type { Wheel } from "../socket/wheel.ts";
import type { AppSide } from "./app/app-side.ts";
import { resolveFaults } from "./network/faults.ts";
import { systemError } from "./network/line-end.ts";
import type { Network } from "./network/network.ts";
import { randomFrom } from "./network/random.ts";
import { startPatience, toTimeout } from "./patience.ts";
import { checkAddress, toFieldsOf, toUrl } from "./request-parts.ts";
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
  path: string | URL,
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
  const toFieldsOfTest = (own: Parameters<typeof toFields>[0]) => toFieldsOf(toFields(own), { cookies, origin });
  try {
    return await makeConnect(runtimeOf, makeSocket)(url, {
      ...rest,
      timeout: options.clock === undefined ? Math.max(LONG, 2 * patience) : (timeout ?? LONG),
      headers: typeof headers === "function" ? async () => toFieldsOfTest(await headers()) : toFieldsOfTest(headers),
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

/** Milliseconds of an attempt to connect, as `connect` has it: by the clock of the test. Without one, ours come first. */
const LONG = 10_000;

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
