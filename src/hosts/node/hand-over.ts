/** The last step from Node to the app: a handshake with a head that is not too large. */

import { reasonPhrase } from "../../protocol/handshake/status.ts";
import type { Handshake, Hosted, HttpResponse, Visit } from "../../server/host.ts";
import type { NodeHandshake } from "./node-handshake.ts";

/** Whether there are more header fields than the app takes. `rawHeaders`: names and values in turn. */
export function hasTooManyHeaders(app: Hosted, rawHeaders: readonly string[]): boolean {
  return rawHeaders.length / 2 > app.hostLimits.headers;
}

/** Lets the app answer, or refuses for it. */
export function handOver(app: Hosted, handshake: Handshake, rawHeaders: readonly string[]): Visit | undefined {
  if (!hasTooManyHeaders(app, rawHeaders)) return app.handshake(handshake);
  const { target: path, peerAddress: remoteAddress } = handshake;
  const reason = `${rawHeaders.length / 2} header fields exceed limits.headers (${app.hostLimits.headers})`;
  app.observer.connectionRejected?.({ path, remoteAddress, status: 431, reason });
  handshake.refuse(plainResponse(431));
  return undefined;
}

/** The same over HTTP/1.1: while the app takes its time, the peer is watched. */
export function giveUpgrade(app: Hosted, handshake: NodeHandshake, rawHeaders: readonly string[]): void {
  handOver(app, handshake, rawHeaders);
  handshake.watch();
}

/** A response that says its status and no more. */
export function plainResponse(status: number): HttpResponse {
  const headers = [["Content-Type", "text/plain; charset=utf-8"]] as const;
  return { status, headers, body: `${status} ${reasonPhrase(status)}\n` };
}
