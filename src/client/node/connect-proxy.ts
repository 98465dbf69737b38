/** A tunnel through a proxy, by HTTP CONNECT (RFC 9110, 9.3.6). */

import { isIP } from "node:net";
import type { Duplex } from "node:stream";
import { HandshakeError, PROXY_REFUSED } from "../../errors.ts";
import { toSafeFields } from "../../protocol/handshake/headers.ts";
import type { HeadLimits } from "../../protocol/handshake/http-head.ts";
import type { BodyWish } from "./answer-body.ts";
import { readBody } from "./answer-body.ts";
import type { Attempt } from "./attempt.ts";
import { bodyReader } from "./http-body.ts";
import type { ProxyServer } from "./proxy.ts";
import { refusalError } from "./refusal.ts";
import { readResponseHead } from "./response-head.ts";
import { openTcp } from "./tcp.ts";
import { openTls } from "./tls.ts";

/** Where the tunnel leads, and what the proxy's answer may cost. */
export interface TunnelRequest {
  readonly place: { readonly host: string; readonly port: number };
  readonly limits: HeadLimits;
  readonly body: BodyWish;
}

/**
 * Connects to the proxy, and through it to the place. Rejects with a `ConnectError`, or with a `HandshakeError`
 * (`PROXY_REFUSED`) that has the proxy's status.
 */
export async function openTunnel(attempt: Attempt, proxy: ProxyServer, request: TunnelRequest): Promise<Duplex> {
  const { host, port, name, secure, tls } = proxy;
  const { place, limits } = request;
  const authority = `${isIP(place.host) === 6 ? `[${place.host}]` : place.host}:${place.port}`;
  const peer = { name, host };
  const socket = await openTcp(attempt, { type: "tcp", host, port }, peer);
  const stream = secure ? await openTls(attempt, socket, { peer, setup: tls, protocols: ["http/1.1"] }) : socket;
  stream.write(encodeConnect(authority, proxy));
  const head = await readResponseHead(stream, peer, limits);
  const { status, headers, rest } = head;
  if (status >= 200 && status < 300) {
    // What the server sent first belongs to whoever reads next.
    if (rest.length > 0) stream.unshift(rest);
    return stream;
  }
  const body = await readBody(stream, { rest, reader: bodyReader(head) }, request.body);
  const { code, sentence } = PROXY_REFUSED;
  throw refusalError(new HandshakeError(code, sentence(name, status, authority), status), headers, body);
}

/** RFC 9112, 3.2.3: the target is "only the host and port number of the tunnel destination". */
function encodeConnect(authority: string, { headers }: ProxyServer): Uint8Array {
  const fields = toSafeFields([["Host", authority], ...headers]).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`CONNECT ${authority} HTTP/1.1\r\n${fields.join("")}\r\n`, "latin1");
}
