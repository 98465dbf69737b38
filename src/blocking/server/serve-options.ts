/** The options of `serve`, checked. */

import { pathToFileURL } from "node:url";
import { BAD_OPTION, TIMEOUT_INVALID, usageError } from "../../errors.ts";
import type { ListenOptions } from "../../hosts/node/listen-options.ts";
import type { AppOptions } from "../../server/app-options.ts";
import type { ErrorHook, Middleware, RouteOptions } from "../../server/handler.ts";
import { checkNames } from "../../socket/check-options.ts";

/** How long things take, who is let in, and where to listen: those of `App`, of its route and of `listen`, and the threads. */
export interface ServeOptions
  extends Omit<AppOptions, "json">,
    Pick<RouteOptions, "subprotocols">,
    Pick<ListenOptions, "host" | "port" | "tls" | "http2" | "backlog" | "signals"> {
  /**
   * The module whose default export is called for each connection, `(socket, address) => void`, in a thread of its own:
   * `new URL("./handler.js", import.meta.url)`, or a path.
   */
  readonly handler: URL | string;
  /** The path of the WebSockets, with parameters if you like: `/chat/:room`. @default "*": any */
  readonly path?: string | undefined;
  /** Runs in this thread before a connection gets a thread: it may `reject`. What it puts into `socket.data` goes along. @default none */
  readonly use?: Middleware<Record<string, unknown>> | readonly Middleware<Record<string, unknown>>[] | undefined;
  /** Connections that are handled at one time. @default 16: a thread takes some 12 MB, and most of them wait */
  readonly maxThreads?: number | undefined;
  /** Milliseconds that a further connection waits for a thread; then it is answered with 503. @default 5000: clients give up after 10 s */
  readonly waitTimeout?: number | undefined;
  /** Closes the server when it aborts. */
  readonly shutdown?: AbortSignal | undefined;
  /** Milliseconds that `shutdown` gives: handlers that have not returned then are ended. @default 10 000 */
  readonly shutdownTimeout?: number | undefined;
  /** Told of what handlers throw, and of threads that end under them. The log has it already. @default nobody */
  readonly onError?: ErrorHook<Record<string, unknown>> | undefined;
}

/** The options by whom they are for. */
export interface ServePlan {
  readonly app: AppOptions;
  readonly route: Pick<RouteOptions, "subprotocols">;
  readonly listen: ListenOptions;
  readonly handler: URL;
  readonly path: string;
  readonly use: readonly Middleware<Record<string, unknown>>[];
  readonly maxThreads: number;
  readonly waitTimeout: number;
  readonly shutdownTimeout: number;
  readonly shutdown: AbortSignal | undefined;
  readonly onError: ErrorHook<Record<string, unknown>> | undefined;
}

/** Sorts the options. Throws a `UsageError` that names the one that is wrong; those of the app are the app's to check. */
export function toPlan(options: ServeOptions): ServePlan {
  const expected = 'options: { handler: new URL("./handler.js", import.meta.url) }';
  if (typeof options !== "object" || options === null) throw usageError(BAD_OPTION, "serve", String(options), expected);
  checkNames(options, Object.keys(OPTIONS), "serve");
  const { handler, path = "*", use = [], maxThreads = 16, waitTimeout = 5000, shutdownTimeout = 10_000 } = options;
  if (!(Number.isInteger(maxThreads) && maxThreads > 0)) {
    throw usageError(BAD_OPTION, "maxThreads", String(maxThreads), "an integer above 0");
  }
  for (const [name, value] of Object.entries({ waitTimeout, shutdownTimeout })) {
    if (!(value >= 0)) throw usageError(TIMEOUT_INVALID, name, String(value));
  }
  const { shutdown, onError } = options;
  if (shutdown !== undefined && !(shutdown instanceof AbortSignal)) {
    throw usageError(BAD_OPTION, "shutdown", String(shutdown), "an AbortSignal");
  }
  const rest = { path, use: [use].flat(), maxThreads, waitTimeout, shutdownTimeout, shutdown, onError };
  return { ...rest, handler: toUrl(handler), ...sorted(options) };
}

function toUrl(handler: URL | string): URL {
  if (handler instanceof URL) return handler;
  if (typeof handler !== "string" || handler === "") {
    throw usageError(BAD_OPTION, "handler", String(handler), "the URL or the path of a module");
  }
  return /^(file|data):/.test(handler) ? new URL(handler) : pathToFileURL(handler);
}

function sorted(options: ServeOptions): Pick<ServePlan, "app" | "route" | "listen"> {
  const of = (whose: string) =>
    Object.fromEntries(
      Object.entries(options).filter(
        ([name, value]) => value !== undefined && OPTIONS[name as keyof ServeOptions] === whose,
      ),
    );
  return { app: of("app"), route: of("route"), listen: of("listen") };
}

/** Whose each option is. */
const OPTIONS: Readonly<Record<keyof ServeOptions, "app" | "route" | "listen" | "own">> = {
  handler: "own",
  path: "own",
  use: "own",
  maxThreads: "own",
  waitTimeout: "own",
  shutdown: "own",
  shutdownTimeout: "own",
  onError: "own",
  host: "listen",
  port: "listen",
  tls: "listen",
  http2: "listen",
  backlog: "listen",
  signals: "listen",
  subprotocols: "route",
  logger: "app",
  observer: "app",
  origins: "app",
  hosts: "app",
  limits: "app",
  heartbeat: "app",
  compression: "app",
  trustProxy: "app",
  broker: "app",
  publishOverflow: "app",
  slowConsumer: "app",
  overRate: "app",
};
