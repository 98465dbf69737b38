/** Whether a certificate and a key are of use: Node finds out when it listens, and Deno only when somebody connects. */

import { Buffer } from "node:buffer";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { tlsError } from "../node/listen-error.ts";
import type { TlsOptions } from "../node/listen-options.ts";

/** Throws a `UsageError` (`TLS_INVALID`), as Node would. Lists of certificates and keys are left to Deno. */
export function checkCertificate(tls: TlsOptions): void {
  const { cert, key, passphrase } = tls;
  if (!isOne(cert) || !isOne(key)) return;
  const read = <Result>(code: string, work: () => Result): Result => {
    try {
      return work();
    } catch (cause) {
      throw tlsError(Object.assign(new Error(String(cause)), { code }), tls);
    }
  };
  const certificate = read(NOT_PEM, () => new X509Certificate(cert));
  const isLocked = /ENCRYPTED/.test(String(key));
  const how = { key, ...(passphrase === undefined ? {} : { passphrase }) };
  const privateKey = read(isLocked ? LOCKED : NOT_PEM, () => createPrivateKey(how));
  if (certificate.checkPrivateKey(privateKey)) return;
  throw tlsError(Object.assign(new Error("the public keys differ"), { code: MISMATCH }), tls);
}

// As OpenSSL calls them.
const NOT_PEM = "ERR_OSSL_PEM_NO_START_LINE";
const LOCKED = "ERR_OSSL_BAD_DECRYPT";
const MISMATCH = "ERR_OSSL_X509_KEY_VALUES_MISMATCH";

function isOne(value: TlsOptions["cert"] | TlsOptions["key"]): value is string | Buffer {
  return typeof value === "string" || Buffer.isBuffer(value);
}
