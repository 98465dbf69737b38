/** The options of `listen`: what they are, and whether they fit together. */

import type { ServerOptions } from "node:https";
import { constants } from "node:os";
import {
  BAD_OPTION,
  FD_INVALID,
  HTTP2_NEEDS_TLS,
  LISTEN_OPTIONS_CONTRADICT,
  PATH_TOO_LONG,
  PORT_INVALID,
  TIMEOUT_INVALID,
  TLS_INCOMPLETE,
  usageError,
} from "../../errors.ts";
import { checkNames } from "../../socket/check-options.ts";
import type { SignalOptions } from "./signals.ts";

/** Where and how to listen. */
export interface ListenOptions {
  /** A TCP port. 0 takes any free one. @default 5042 */
  readonly port?: number | undefined;
  /** An address of this machine, or a name of one. `0.0.0.0` or `::`: all of them. @default "127.0.0.1": nobody outside gets in by accident */
  readonly host?: string | undefined;
  /** The path of a unix socket, instead of port and host. An abandoned one is taken over; it is removed at the end. */
  readonly path?: string | undefined;
  /** A listening socket that this process was given, instead of port and host: systemd passes number 3. */
  readonly fd?: number | undefined;
  /** Certificate and key, and whatever else Node's `tls` takes. @default none: http and ws */
  readonly tls?: TlsOptions | undefined;
  /** With `tls`: HTTP/2 (and WebSockets in it, RFC 8441) beside HTTP/1.1; clients choose. @default true */
  readonly http2?: boolean | undefined;
  /** Connections that wait to be accepted; the system has a bound of its own. @default 511, as Node has it */
  readonly backlog?: number | undefined;
  /**
   * Runs the entry file in so many processes, `"auto"`: one per core, all on this one port; one that ends is replaced. This
   * process, the primary, serves nothing itself: it runs the file too, and `listen` resolves in it when all of them listen.
   * Rooms span them, through the app's broker or, if it has none, through the primary. @default none: this process serves
   */
  readonly workers?: number | "auto" | undefined;
  /** What SIGTERM and SIGINT do. `true`: drain, then end. `false`: what they do without us. @default true */
  readonly signals?: boolean | SignalOptions | undefined;
  /**
   * Waits for a broker that cannot be reached, however long, instead of failing; what is tried is logged. Nobody is let in
   * before. @default false: what is wrong is told within a few seconds
   */
  readonly waitForBroker?: boolean | undefined;
  /** Ends the listening when it aborts, with all its connections. */
  readonly signal?: AbortSignal | undefined;
}

// A record, so that the compiler misses none.
const OPTIONS: Readonly<Record<keyof ListenOptions, true>> = {
  port: true,
  host: true,
  path: true,
  fd: true,
  tls: true,
  http2: true,
  backlog: true,
  workers: true,
  signals: true,
  waitForBroker: true,
  signal: true,
};
const KNOWN = Object.keys(OPTIONS);

function checkSignals(signals: SignalOptions): void {
  checkNames(signals, ["names", "timeout"], "signals");
  const { names = [], timeout = 0 } = signals;
  const deaf = names.find((name) => !(name in constants.signals) || name === "SIGKILL" || name === "SIGSTOP");
  if (deaf !== undefined)
    throw usageError(BAD_OPTION, "signals.names", String(deaf), "signals that a process can hear");
  if (!(timeout >= 0)) throw usageError(TIMEOUT_INVALID, "signals.timeout", String(timeout));
}

/** Options of `https.createServer`; `cert` and `key` are contents, not file names. */
export type TlsOptions = ServerOptions;

/** A place to listen, in the words of `net.Server.listen`. */
export type Place =
  | { readonly type: "tcp"; readonly port: number; readonly host: string }
  | { readonly type: "unix"; readonly path: string }
  | { readonly type: "fd"; readonly fd: number };

/** Checks the options and gives the place. Throws a `UsageError` that names the option. */
export function toPlace(options: ListenOptions): Place {
  if (typeof options !== "object") throw usageError(BAD_OPTION, "listen", String(options), "options: { port: 3000 }");
  checkNames(options, KNOWN, "listen");
  checkTls(options);
  if (typeof options.signals === "object") checkSignals(options.signals);
  checkWorkers(options.workers);
  const { port, host, path, fd } = options;
  const others = { port, host, fd };
  if (path !== undefined) {
    exclude("path", others);
    return { type: "unix", path: checkedPath(path) };
  }
  if (fd !== undefined) {
    exclude("fd", { port, host });
    if (!Number.isInteger(fd) || fd < 0) throw usageError(FD_INVALID, String(fd));
    return { type: "fd", fd };
  }
  const isPort = port === undefined || (Number.isInteger(port) && port >= 0 && port <= 65_535);
  if (!isPort) throw usageError(PORT_INVALID, String(port));
  return { type: "tcp", port: port ?? DEFAULT_PORT, host: host ?? "127.0.0.1" };
}

const DEFAULT_PORT = 5042;

/** `sun_path` has 108 bytes on Linux and 104 on BSD and macOS, with a NUL at the end. Windows has named pipes. */
const LONGEST_PATH = process.platform === "linux" ? 107 : 103;

function checkedPath(path: string): string {
  const length = Buffer.byteLength(path);
  if (length > LONGEST_PATH && process.platform !== "win32") throw usageError(PATH_TOO_LONG, length, LONGEST_PATH);
  return path;
}

function checkWorkers(workers: unknown): void {
  if (workers === undefined || workers === "auto") return;
  const isCount = Number.isInteger(workers) && (workers as number) >= 1 && (workers as number) <= MOST_WORKERS;
  if (isCount) return;
  throw usageError(BAD_OPTION, "workers", String(workers), `a whole number from 1 to ${MOST_WORKERS}, or "auto"`);
}

/** More is a mistake: a port, for example. */
const MOST_WORKERS = 1024;

function exclude(one: string, others: Record<string, unknown>): void {
  const [other] = Object.keys(others).filter((name) => others[name] !== undefined);
  if (other !== undefined) throw usageError(LISTEN_OPTIONS_CONTRADICT, one, other);
}

function checkTls({ tls, http2 }: ListenOptions): void {
  if (tls === undefined) {
    if (http2) throw usageError(HTTP2_NEEDS_TLS);
    return;
  }
  const { cert, key, pfx, SNICallback } = tls;
  if (pfx || SNICallback || (cert && key)) return;
  throw usageError(TLS_INCOMPLETE, cert ? "key" : "certificate");
}
