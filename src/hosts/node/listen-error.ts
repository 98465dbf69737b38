/** Why listening failed: the system's error as one sentence that names the option. */

import { existsSync } from "node:fs";
import { dirname } from "node:path";
import type { UsageError } from "../../errors.ts";
import {
  FD_INVALID,
  HOST_NOT_FOUND,
  HOST_NOT_HERE,
  LISTEN_FAILED,
  PATH_FORBIDDEN,
  PATH_IN_USE,
  PATH_MISSING,
  PORT_FORBIDDEN,
  PORT_IN_USE,
  TLS_INVALID,
  usageError,
} from "../../errors.ts";
import type { Place, TlsOptions } from "./listen-options.ts";

/** The error for a `listen` that failed, with the system's as its `cause`. */
export function listenError(cause: NodeJS.ErrnoException, place: Place): UsageError {
  return withCause(ofPlace(cause, place), cause);
}

/** The error for a certificate or key that OpenSSL does not take. */
export function tlsError(cause: NodeJS.ErrnoException, { passphrase }: TlsOptions): UsageError {
  const { code = "", message } = cause;
  const locked = passphrase === undefined ? "key is encrypted and passphrase is missing" : WRONG_PASSPHRASE;
  const reason = LOCKED_KEY.test(code) ? locked : (TLS_REASONS[code] ?? message);
  return withCause(usageError(TLS_INVALID, reason), cause);
}

/** The same error with the one behind it, shown and logged as JavaScript's own `cause`. */
export function withCause(error: UsageError, cause: unknown): UsageError {
  return Object.defineProperty(error, "cause", { value: cause, configurable: true, writable: true });
}

function ofPlace({ code = "", message }: NodeJS.ErrnoException, place: Place): UsageError {
  switch (place.type) {
    case "tcp":
      if (code === "EADDRINUSE") return usageError(PORT_IN_USE, place.port, place.host);
      if (code === "EACCES") return usageError(PORT_FORBIDDEN, place.port);
      if (code === "EADDRNOTAVAIL") return usageError(HOST_NOT_HERE, place.host);
      if (code === "ENOTFOUND" || code === "EAI_AGAIN") return usageError(HOST_NOT_FOUND, place.host);
      return usageError(LISTEN_FAILED, `port ${place.port} on ${place.host}`, message);
    case "unix":
      if (code === "EADDRINUSE") return usageError(PATH_IN_USE, place.path);
      // libuv says EACCES for both.
      if (!existsSync(dirname(place.path))) return usageError(PATH_MISSING, place.path);
      if (code === "EACCES" || code === "EPERM" || code === "EROFS") return usageError(PATH_FORBIDDEN, place.path);
      return usageError(LISTEN_FAILED, place.path, message);
    case "fd":
      if (code === "EBADF" || code === "EINVAL" || code === "ENOTSOCK" || code === "ENOTSUP" || code === "EEXIST")
        return usageError(FD_INVALID, String(place.fd));
      return usageError(LISTEN_FAILED, `fd ${place.fd}`, message);
  }
}

const TLS_REASONS: Readonly<Record<string, string>> = {
  ERR_OSSL_X509_KEY_VALUES_MISMATCH: "key does not belong to cert",
  ERR_OSSL_PEM_NO_START_LINE: "cert or key is not in PEM form (contents are wanted, not file names)",
  ERR_OSSL_UNSUPPORTED: "cert or key is in a form that OpenSSL does not read",
};

const WRONG_PASSPHRASE = "key cannot be decrypted with this passphrase";
/** Releases of Node and OpenSSL differ. */
const LOCKED_KEY = /BAD_DECRYPT|INTERRUPTED_OR_CANCELLED|MISSING_PASSPHRASE/;
