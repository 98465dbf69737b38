/** Node's requests as the opening handshake reads them. */

import type { IncomingMessage } from "node:http";
import type { IncomingHttpHeaders } from "node:http2";
import type { UpgradeRequest } from "../handshake/server.ts";

/** What `readUpgrade` asks of a request, over HTTP/1.1. Fields that came several times are seen several times. */
export function toUpgradeRequest(request: IncomingMessage): UpgradeRequest {
  return {
    method: request.method ?? "",
    httpVersion: request.httpVersion,
    target: request.url,
    // `headersDistinct` keeps a second Host or Sec-WebSocket-Key, which `headers` drops in silence.
    headers: { get: (name) => request.headersDistinct[name]?.join(", ") ?? null },
  };
}

/** The same over HTTP/2: for the headers that a session's `stream` event brings. */
export function toHttp2UpgradeRequest(headers: IncomingHttpHeaders & { ":protocol"?: string }): UpgradeRequest {
  return {
    method: headers[":method"] ?? "",
    httpVersion: "2.0",
    protocol: headers[":protocol"],
    target: headers[":path"],
    headers: {
      get: (name) => {
        const value = headers[name];
        return Array.isArray(value) ? value.join(", ") : (value ?? null);
      },
    },
  };
}
