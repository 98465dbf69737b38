/** Wires an app to a server of our own: plain requests, upgrades over HTTP/1.1, and extended CONNECT over HTTP/2. */

import type { IncomingMessage, ServerResponse } from "node:http";
import type { Http2ServerRequest, Http2ServerResponse } from "node:http2";
import type { Duplex } from "node:stream";
import type { Hosted } from "../../server/host.ts";
import type { ConnectionAddress } from "./connection-guard.ts";
import type { ListenServer } from "./create-server.ts";
import { giveUpgrade, handOver, hasTooManyHeaders, plainResponse } from "./hand-over.ts";
import { requestListener } from "./http-requests.ts";
import { Http2Handshake } from "./http2-handshake.ts";
import { NodeHandshake } from "./node-handshake.ts";
import { answerAsPlainHttp, asksForWebSocket } from "./plain-upgrade.ts";

/** Who keeps account of a server's connections. */
export interface Arrivals {
  /** Whether a connection shall send no further request. */
  readonly stopping: boolean;
  /** A connection has sent a whole head. */
  arrived(socket: ConnectionAddress): void;
  /** A plain request is answered by this response, until that closes. */
  answering(response: AnyResponse): void;
}

/** From now on the app answers whatever comes to the server. */
export function serveApp(app: Hosted, server: ListenServer, arrivals: Arrivals): void {
  const answer = requestListener(app);
  /** The latest request of each HTTP/1.1 connection, by which the next one may be an upgrade. */
  const underWay = new WeakMap<Duplex, AnyResponse>();
  const request = (incoming: AnyRequest, outgoing: AnyResponse) => {
    arrivals.arrived(incoming.socket);
    const tooMany = hasTooManyHeaders(app, incoming.rawHeaders);
    if ((tooMany || arrivals.stopping) && !isHttp2(incoming)) outgoing.setHeader("Connection", "close");
    if (tooMany) return void outgoing.writeHead(431).end();
    if (!isHttp2(incoming)) underWay.set(incoming.socket, outgoing);
    arrivals.answering(outgoing);
    answer(incoming, outgoing);
  };
  const upgrade = (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    const before = underWay.get(stream);
    if (before !== undefined && !before.destroyed) return waitFor(before, stream, () => upgrade(request, stream, head));
    const event = { request, stream, head };
    if (!asksForWebSocket(request)) return answerAsPlainHttp(server, event);
    arrivals.arrived(request.socket);
    giveUpgrade(app, new NodeHandshake(event), request.rawHeaders);
  };
  /** On an HTTP/2 server, both versions of HTTP come by this one event, with arguments of their own. */
  const connect = (request: AnyRequest, stream: AnyResponse | Duplex, head: Buffer) => {
    arrivals.arrived(request.socket);
    if (isHttp2(request)) return void handOver(app, new Http2Handshake(request), request.rawHeaders);
    // We are no proxy.
    new NodeHandshake({ request, stream: stream as Duplex, head }).refuse(plainResponse(501));
  };
  server.on("request", request as () => void);
  server.on("upgrade", upgrade);
  server.on("connect", connect as () => void);
}

/** RFC 9112, 9.3.2: a server "MUST send the corresponding responses in the same order that the requests were received." */
function waitFor(response: AnyResponse, stream: Duplex, next: () => void): void {
  stream.on("error", () => stream.destroy());
  response.on("close", () => {
    if (!stream.destroyed) next();
  });
}

type AnyRequest = IncomingMessage | Http2ServerRequest;
/** A response of either version of HTTP. */
export type AnyResponse = ServerResponse | Http2ServerResponse;

function isHttp2(request: AnyRequest): request is Http2ServerRequest {
  return request.httpVersionMajor === 2;
}
