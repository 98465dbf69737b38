/** Header fields that belong to one HTTP/1.1 connection (RFC 9110, 7.6.1): what HTTP/2 must not carry. */

/** Whether a field has no place in HTTP/2. `name` is in lower case. */
export function isConnectionField(name: string): boolean {
  return CONNECTION_FIELDS.has(name);
}

// RFC 9113, 8.2.2: "An endpoint MUST NOT generate an HTTP/2 message containing connection-specific header fields."
const CONNECTION_FIELDS: ReadonlySet<string> = new Set([
  "connection",
  "http2-settings",
  "keep-alive",
  "proxy-connection",
  "te",
  "transfer-encoding",
  "upgrade",
]);
