/** Node's HTTP requests as the opening handshake reads them. */

import type { IncomingMessage } from "node:http";
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
