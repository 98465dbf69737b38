/** Upgrades that ask for no WebSocket, such as curl's `Upgrade: h2c`: they go back to Node's server as plain HTTP. */

import { Buffer } from "node:buffer";
import type { EventEmitter } from "node:events";
import type { TLSSocket } from "node:tls";
import { listHolds } from "../../protocol/http-token.ts";
import type { UpgradeEvent } from "./node-handshake.ts";

/** Whether the request asks for a WebSocket, right or wrong. */
export function asksForWebSocket(request: UpgradeEvent["request"]): boolean {
  // Not `request.headers`, which Node makes of all fields when it is asked for one.
  const { rawHeaders } = request;
  let upgrade: string | undefined;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]!;
    if (name.length === 7 && name.toLowerCase() === "upgrade") {
      upgrade = upgrade === undefined ? rawHeaders[at + 1] : `${upgrade}, ${rawHeaders[at + 1]}`;
    }
  }
  return upgrade === "websocket" || listHolds(upgrade, "websocket");
}

/**
 * Answers an upgrade as if it asked for none. RFC 9110, 7.8: "A server MAY ignore a received Upgrade header field". Once a
 * server has a listener for `upgrade`, Node hands it all of them and their connections too; so this one begins anew, with
 * the same request without that field, and body and keep-alive are as ever.
 */
export function answerAsPlainHttp(server: EventEmitter, { request, stream, head }: UpgradeEvent): void {
  const { rawHeaders } = request;
  const lines = [`${request.method} ${request.url} HTTP/${request.httpVersion}`];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    if (rawHeaders[at]!.toLowerCase() !== "upgrade") lines.push(`${rawHeaders[at]}: ${rawHeaders[at + 1]}`);
  }
  stream.unshift(Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1"), head]));
  // A TLS server takes a bare connection by the first name, and an encrypted one by the second.
  const secure = (stream as Partial<TLSSocket>).encrypted === true;
  server.emit(secure ? "secureConnection" : "connection", stream);
}
