/** The headers that a caller adds to a handshake: safe to send, and none that belongs to the handshake itself. */
import { RESERVED_HEADER, usageError } from "../../errors.ts";
import type { HeaderFields, HeaderInput } from "./headers.ts";
import { toSafeFields } from "./headers.ts";

/**
 * A copy of a caller's own header fields. Throws `UsageError` (`RESERVED_HEADER`, `BAD_HEADER_NAME`,
 * `BAD_HEADER_VALUE`).
 */
export function toOwnFields(headers: HeaderInput | undefined): HeaderFields {
  if (headers === undefined) return NONE;
  const fields = toSafeFields(headers);
  for (const [name] of fields) {
    if (isReserved(name.toLowerCase())) throw usageError(RESERVED_HEADER, name);
  }
  return fields;
}

/** The fields with names as the HTTP version wants them. RFC 9113, 8.2: "Field names MUST be converted to lowercase" */
export function toWireNames(fields: HeaderFields, http: 1 | 2): HeaderFields {
  return http === 1 ? fields : fields.map(([name, value]) => [name.toLowerCase(), value] as const);
}

const NONE: HeaderFields = [];

function isReserved(name: string): boolean {
  return name.startsWith("sec-websocket-") || RESERVED.has(name);
}

const RESERVED: ReadonlySet<string> = new Set([
  // Ours to write.
  "host",
  "upgrade",
  "connection",
  // No handshake has a body. RFC 9110, 8.6: "A server MUST NOT send a Content-Length header field in any response with
  // a status code of 1xx"; RFC 9112, 6.1 says the same of Transfer-Encoding.
  "content-length",
  "transfer-encoding",
  // RFC 9113, 8.2.2: "An endpoint MUST NOT generate an HTTP/2 message containing connection-specific header fields"
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
]);
