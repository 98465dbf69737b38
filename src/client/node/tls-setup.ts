/** The option `tls`, checked once and made ready for every connection. Opens none. */

import type { SecureContext, SecureContextOptions } from "node:tls";
import { createSecureContext } from "node:tls";
import { BAD_OPTION, TLS_INVALID, usageError } from "../../errors.ts";
import { checkNames, checkObject } from "../../socket/check-options.ts";
import type { TlsOptions } from "../connect-options.ts";

/** What `tls.connect` is given beside where to. */
export interface TlsSetup {
  /** `undefined`: Node's own, with the well-known authorities. */
  readonly secureContext?: SecureContext;
  readonly servername?: string;
  readonly rejectUnauthorized?: boolean;
  readonly checkServerIdentity?: (host: string, certificate: object) => Error | undefined;
  /** What it was made of. */
  readonly given: TlsOptions;
}

/** Checks the option and reads certificates and keys. Throws a `UsageError` that names the part which is of no use. */
export function resolveTls(option: string, given: TlsOptions = {}): TlsSetup {
  checkObject(option, given, "an object such as { ca }");
  checkNames(given, KNOWN, option);
  const { servername, rejectUnauthorized, checkServerIdentity, ...ofContext } = given;
  const { cert, key, pfx } = ofContext;
  if (cert !== undefined && key === undefined && pfx === undefined) throw missing(`${option}.key`, `${option}.cert`);
  if (key !== undefined && cert === undefined && pfx === undefined) throw missing(`${option}.cert`, `${option}.key`);
  checkType(`${option}.servername`, servername, "string");
  checkType(`${option}.rejectUnauthorized`, rejectUnauthorized, "boolean");
  checkType(`${option}.checkServerIdentity`, checkServerIdentity, "function");
  checkAuthorities(option, ofContext.ca);
  const hasContext = Object.values(ofContext).some((value) => value !== undefined);
  return {
    ...(hasContext ? { secureContext: makeContext(option, ofContext) } : {}),
    ...(servername === undefined ? {} : { servername }),
    ...(rejectUnauthorized === undefined ? {} : { rejectUnauthorized }),
    ...(checkServerIdentity === undefined ? {} : { checkServerIdentity }),
    given,
  };
}

/** The same for another host: without the client's certificate, and without the name that was meant for the first one. */
export function withoutCredentials({ given }: TlsSetup): TlsSetup {
  const { cert: _cert, key: _key, pfx: _pfx, passphrase: _passphrase, servername: _servername, ...others } = given;
  return resolveTls("tls", others);
}

function makeContext(option: string, options: TlsOptions): SecureContext {
  try {
    return createSecureContext(options as SecureContextOptions);
  } catch (thrown) {
    const { code = "", message } = thrown as NodeJS.ErrnoException;
    const error = invalid(option, REASONS.find(([known]) => known.test(code))?.[1] ?? message);
    throw Object.defineProperty(error, "cause", { value: thrown, configurable: true, writable: true });
  }
}

// Releases of Node and OpenSSL differ.
const REASONS: readonly (readonly [RegExp, string])[] = [
  [/KEY_VALUES_MISMATCH/, "key does not belong to cert"],
  [/NO_START_LINE|UNSUPPORTED/, "cert or key is not in PEM form (contents are wanted, not file names)"],
  [/BAD_DECRYPT|INTERRUPTED_OR_CANCELLED|MISSING_PASSPHRASE/, "key is encrypted, and passphrase is missing or wrong"],
];

/** Node passes over what holds no certificate, and then trusts nobody. */
function checkAuthorities(option: string, ca: TlsOptions["ca"] = []): void {
  const all = Array.isArray(ca) ? (ca as readonly unknown[]) : [ca];
  const wrong = all.some((one) => !/-----BEGIN [A-Z0-9 ]*CERTIFICATE-----/.test(textOf(one)));
  if (wrong) throw invalid(option, "ca is or holds no certificate in PEM form (contents are wanted, not file names)");
}

function textOf(value: unknown): string {
  return ArrayBuffer.isView(value)
    ? Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("latin1")
    : String(value);
}

function invalid(option: string, reason: string) {
  return usageError(TLS_INVALID, option === "tls" ? reason : `${option}: ${reason}`);
}

// A record, so that the compiler misses none.
const OPTIONS: Readonly<Record<keyof TlsOptions, true>> = {
  ca: true,
  cert: true,
  key: true,
  pfx: true,
  passphrase: true,
  servername: true,
  rejectUnauthorized: true,
  checkServerIdentity: true,
  minVersion: true,
  maxVersion: true,
  ciphers: true,
};
const KNOWN = Object.keys(OPTIONS);

function missing(option: string, other: string) {
  return usageError(BAD_OPTION, option, "missing", `both, ${other} and ${option}`);
}

function checkType(option: string, value: unknown, type: keyof typeof EXPECTED): void {
  if (value === undefined || typeof value === type) return;
  throw usageError(BAD_OPTION, option, String(value), EXPECTED[type]);
}

const EXPECTED = { string: "a name", boolean: "true or false", function: "a function" };
