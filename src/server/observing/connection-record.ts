/** What the observer hears of one connection: opened and closed, or rejected. Makes nothing that nobody hears of. */

import type { CloseInfo } from "../../protocol/engine-sink.ts";
import type { Traffic } from "../../socket/traffic.ts";
import type { RemoteAddress } from "../guards/remote-address.ts";
import type { Answered, AskedRequest, KeptRequest } from "../kept-request.ts";
import type { ConnectionOpened, Observer } from "./observer.ts";

/** One connection, as far as it is told of. */
export interface RecordedConnection {
  readonly id: string;
  readonly route: string;
  readonly request: AskedRequest;
  readonly received: Traffic;
  readonly sent: Traffic;
  readonly dropped: number;
  /** What the peer sent that the handler did not want. */
  readonly fault: unknown;
  remoteOf(request: AskedRequest): RemoteAddress;
}

/** The 101 is on its way. Gives whether somebody wants to hear of it, and of the end. */
export function tellOpened(observer: Observer, connection: RecordedConnection, answered: Answered): boolean {
  if (observer.connectionOpened === undefined && observer.connectionClosed === undefined) return false;
  observer.connectionOpened?.(toOpened(connection, answered));
  return true;
}

/** It was answered with another status, or (499) the client left first. */
export function tellRejected(
  observer: Observer,
  connection: RecordedConnection,
  { status, reason }: { readonly status: number; readonly reason: string },
): void {
  const { request } = connection;
  const remoteAddress = connection.remoteOf(request).address;
  observer.connectionRejected?.({ path: request.target, remoteAddress, status, reason });
}

/** One that was told of is over. */
export function tellClosed(
  observer: Observer,
  connection: RecordedConnection,
  { info, duration }: { readonly info: CloseInfo; readonly duration: number },
): void {
  if (observer.connectionClosed === undefined) return;
  const { code, reason, wasClean } = info;
  const error = connection.fault ?? info.error;
  const { received, sent, dropped } = connection;
  const opened = toOpened(connection, connection.request as KeptRequest);
  const event = { ...opened, code, reason, wasClean, duration, received, sent, dropped };
  observer.connectionClosed(error === undefined ? event : { ...event, error });
}

function toOpened(connection: RecordedConnection, { protocol, compressed }: Answered): ConnectionOpened {
  const { id, route, request } = connection;
  return {
    id,
    path: request.target,
    route,
    remoteAddress: connection.remoteOf(request).address,
    protocol,
    httpVersion: request.upgrade.httpVersion,
    compression: compressed,
  };
}
