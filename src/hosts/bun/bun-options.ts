/** What `listen` can be told on Bun: which Bun it takes, and which of Node's options it has. */

import { NOT_ON_BUN, OPTION_NOT_HERE, RUNTIME_TOO_OLD, usageError } from "../../errors.ts";
import type { ListenOptions, TlsOptions } from "../node/listen-options.ts";
import type { NotHere } from "../web/listen-on.ts";
import { refuseOptions } from "../web/listen-on.ts";
import type { BunRuntime } from "./bun-runtime.ts";
import { bunRuntime } from "./bun-runtime.ts";

/** The first one that can stop reading from a WebSocket. */
const OLDEST = "1.4.4";

/** The runtime. Throws a `UsageError` if it is another one, or one that is too old. */
export function runtimeOrThrow(): BunRuntime {
  const bun = bunRuntime();
  if (bun === undefined) throw usageError(NOT_ON_BUN);
  if (isOlder(bun.version, OLDEST)) throw usageError(RUNTIME_TOO_OLD, "Bun", bun.version, OLDEST);
  return bun;
}

function isOlder(version: string, than: string): boolean {
  return version.localeCompare(than, "en", { numeric: true }) < 0;
}

/** Throws a `UsageError` that names the option that Bun does not have. */
export function checkListenOptions(options: ListenOptions): void {
  refuseOptions("Bun", options, NOT_HERE);
  for (const name of Object.keys(options.tls ?? {}) as (keyof TlsOptions)[]) {
    if (options.tls![name] !== undefined && !TLS.has(name)) {
      throw usageError(OPTION_NOT_HERE, `tls.${name}`, "Bun", `it knows ${[...TLS].join(", ")}`);
    }
  }
}

const NOT_HERE: NotHere = {
  fd: "Bun.serve opens its sockets itself",
  backlog: "Bun.serve has a fixed one",
  http2: "Bun opens WebSockets over HTTP/1.1 only",
  workers: "they share servers of node:http, and Bun.serve is none",
};

const TLS: ReadonlySet<string> = new Set([
  "cert",
  "key",
  "ca",
  "crl",
  "passphrase",
  "ciphers",
  "secureOptions",
  "requestCert",
  "rejectUnauthorized",
]);
