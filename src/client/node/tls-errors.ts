/** Why TLS failed: which check, on which side, as one sentence. */

import type { ErrorKind } from "../../errors.ts";
import {
  CERTIFICATE_AUTHORITY_UNKNOWN,
  CERTIFICATE_EXPIRED,
  CERTIFICATE_INVALID,
  CERTIFICATE_NAME_MISMATCH,
  CERTIFICATE_NOT_YET_VALID,
  CERTIFICATE_SELF_SIGNED,
  CLIENT_CERTIFICATE_REFUSED,
  CLIENT_CERTIFICATE_WANTED,
  ConnectError,
  TLS_FAILED,
  TLS_NOT_SPOKEN,
  TLS_VERSION_MISMATCH,
} from "../../errors.ts";
import type { Peer } from "./target.ts";

/** What Node and OpenSSL add to an error. */
type TlsFailure = NodeJS.ErrnoException & {
  readonly reason?: string;
  readonly cert?: { readonly subjectaltname?: string; readonly subject?: { readonly CN?: string } };
};

/** The error for a failure of TLS, or nothing if the failure is another one. */
export function tlsError(cause: TlsFailure, { name, host }: Peer): ConnectError | undefined {
  const { code = "", reason = cause.message } = cause;
  const make = (kind: ErrorKind<[string]>) => new ConnectError(kind.code, kind.sentence(name), cause);
  const because = (kind: ErrorKind<[string, string]>) =>
    new ConnectError(kind.code, kind.sentence(name, reason), cause);
  const kind = KINDS[code];
  if (kind !== undefined) return make(kind);
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") {
    const { code, sentence } = CERTIFICATE_NAME_MISMATCH;
    return new ConnectError(code, sentence(name, host, namesOf(cause)), cause);
  }
  if (OUR_CERTIFICATE.test(code)) return because(CLIENT_CERTIFICATE_REFUSED);
  if (THEIR_CERTIFICATE.test(code)) return because(CERTIFICATE_INVALID);
  return code.startsWith("ERR_SSL_") || code.startsWith("ERR_TLS_") || code === "EPROTO"
    ? because(TLS_FAILED)
    : undefined;
}

function namesOf({ cert }: TlsFailure): string {
  return cert?.subjectaltname?.replace(/\b(?:DNS|IP Address):/g, "") ?? cert?.subject?.CN ?? "";
}

// The codes of certificate checks are those of X509_verify_cert(3); those of ERR_SSL_ are OpenSSL's reasons, in both of its
// spellings, and "ALERT" in one means that the server has failed the handshake.
const KINDS: Readonly<Record<string, ErrorKind<[string]>>> = {
  CERT_HAS_EXPIRED: CERTIFICATE_EXPIRED,
  CERT_NOT_YET_VALID: CERTIFICATE_NOT_YET_VALID,
  DEPTH_ZERO_SELF_SIGNED_CERT: CERTIFICATE_SELF_SIGNED,
  SELF_SIGNED_CERT_IN_CHAIN: CERTIFICATE_SELF_SIGNED,
  UNABLE_TO_GET_ISSUER_CERT: CERTIFICATE_AUTHORITY_UNKNOWN,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: CERTIFICATE_AUTHORITY_UNKNOWN,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: CERTIFICATE_AUTHORITY_UNKNOWN,
  CERT_UNTRUSTED: CERTIFICATE_AUTHORITY_UNKNOWN,
  // What comes back is no record of TLS, or the beginning of no server's handshake.
  ERR_SSL_WRONG_VERSION_NUMBER: TLS_NOT_SPOKEN,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: TLS_NOT_SPOKEN,
  ERR_SSL_RECORD_LAYER_FAILURE: TLS_NOT_SPOKEN,
  ERR_SSL_UNEXPECTED_MESSAGE: TLS_NOT_SPOKEN,
  ERR_SSL_HTTP_REQUEST: TLS_NOT_SPOKEN,
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: CLIENT_CERTIFICATE_WANTED,
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: TLS_VERSION_MISMATCH,
  ERR_SSL_UNSUPPORTED_PROTOCOL: TLS_VERSION_MISMATCH,
  ERR_SSL_NO_PROTOCOLS_AVAILABLE: TLS_VERSION_MISMATCH,
  ERR_SSL_VERSION_TOO_LOW: TLS_VERSION_MISMATCH,
};

const OUR_CERTIFICATE =
  /^ERR_SSL_(?:SSL|TLS)V\d+_ALERT_(?:(?:BAD|UNSUPPORTED)_CERTIFICATE|CERTIFICATE_(?:REVOKED|EXPIRED|UNKNOWN)|UNKNOWN_CA|ACCESS_DENIED)$/;

const THEIR_CERTIFICATE =
  /^(?:CERT_|CRL_|UNABLE_TO_|ERROR_IN_CERT|INVALID_|PATH_LENGTH_|HOSTNAME_MISMATCH|UNSPECIFIED$)/;
