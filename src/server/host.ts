/** What the app needs of a runtime, and what it offers to one. Each runtime has its host; the app itself knows none. */

import type { DeflateAgreement } from "../protocol/deflate/agreement.ts";
import type { HeaderFields } from "../protocol/handshake/headers.ts";
import type { UpgradeRequest } from "../protocol/handshake/server.ts";
import type { Limits } from "../protocol/limits.ts";
import type { Platform } from "../protocol/platform.ts";
import type { Clock } from "../protocol/run/clock.ts";
import type { Wire } from "../socket/wire.ts";
import type { AppClock } from "./app-clock.ts";
import type { ErrorSignal, Observer } from "./observing/observer.ts";

/** A runtime, as the app sees it. */
export interface Host {
  readonly platform: Platform;
  readonly clock: Clock;
  /** Hear of everything, besides those that the user gives. */
  readonly observers: readonly Observer[];
  /** Makes what answers requests for files below `folder`; throws a `UsageError` if there is no such folder. */
  serveFiles(folder: string | URL, options: StaticOptions): FileServer;
  /** Remembers the asynchronous context of this moment: what the result runs, runs in it. `undefined`: there is none to keep. */
  captureContext(): RunInContext | undefined;
}

/** Runs work in a context that was remembered. */
export type RunInContext = <Result>(work: () => Result) => Result;

/** How files are served. */
export interface StaticOptions {
  /** What stands for a folder. `false`: nothing. @default "index.html" */
  readonly index?: string | false;
  /** How long a browser may keep a file without asking, in milliseconds. @default 0: it asks each time, and a 304 is cheap */
  readonly maxAge?: number;
  /** Whether files and folders whose name begins with a dot are served. @default false: there lie `.env` and `.git` */
  readonly dotfiles?: boolean;
}

/**
 * Answers a request for a file, or gives `undefined` when there is none. `path` is what follows the URL prefix, as the
 * browser sent it, still percent-encoded; `env` is what the host handed to `Hosted.fetch`.
 */
export type FileServer = (request: Request, path: string, env: unknown) => Promise<Response | undefined>;

/** One request to open a WebSocket that has not been answered yet. */
export interface Handshake {
  /** The request, as the protocol reads it. */
  readonly upgrade: UpgradeRequest;
  /** The request target as it was sent: path and query. */
  readonly target: string;
  /** The peer of the transport connection: an IP address, or `""` (a Unix socket, memory). */
  readonly peerAddress: string;
  /** Whether the transport connection is encrypted. */
  readonly secure: boolean;
  /** Names, in any case, and values in turn, if the host has them so: they are kept then without making fields of them. */
  readonly rawHeaders?: readonly string[];
  /** All header fields, for `socket.headers`. Names in lower case. */
  headerFields(): HeaderFields;
  /** Sends the response that opens the WebSocket, in this call, and gives the wire. Once, and then neither method again. */
  accept(response: OpeningResponse): Wire;
  /** Sends another response, and ends the connection. */
  refuse(response: HttpResponse): void;
  /** Calls `listener` if the peer leaves before an answer. */
  onGone(listener: () => void): void;
}

/** The response that opens a WebSocket, and what holds on it. */
export interface OpeningResponse {
  readonly status: number;
  readonly headers: HeaderFields;
  readonly deflate: DeflateAgreement | null;
  readonly limits: Limits;
  /** Milliseconds. */
  readonly closeTimeout: number;
  /** What the engine of this WebSocket runs on. */
  readonly platform: Platform;
  readonly clock: Clock;
}

/** Any other response. */
export interface HttpResponse {
  readonly status: number;
  /** Without `Connection`, which the host adds where it belongs. */
  readonly headers: HeaderFields;
  readonly body: string | Uint8Array;
}

/** By this, an app gives what it offers to hosts: `app[HOSTED]`. */
export const HOSTED: unique symbol = Symbol("hosted");

/** What an app offers to the host that it runs on. */
export interface Hosted {
  /** Answers the request, now or later. Never throws. Gives the visit, unless it was refused at the door. */
  handshake(handshake: Handshake): Visit | undefined;
  /** Whether a request for this target, over WebSocket, would find a route. */
  hasRoute(target: string): boolean;
  /** Answers a plain HTTP request: HTTP routes, then static files, then 426 or 404. `env` comes back to `FileServer`. */
  fetch(request: Request, env: unknown, peerAddress?: string): Response | Promise<Response>;
  /** The limits that the host itself has to hold. */
  readonly hostLimits: HostLimits;
  /** Tells the observers. */
  readonly observer: Observer;
  /** The time by which the app and its connections live. */
  readonly clock: AppClock;
  /** Calls `hear` for every error that observers are told of, until the result is called. */
  watchErrors(hear: (signal: ErrorSignal) => void): () => void;
  /** How many listeners of `onJoin` and `onLeave` there are at each topic. */
  roomListeners(): ReadonlyMap<string, number>;
  /**
   * Takes note of what has to stop when the app closes. The result forgets it: it has ended by itself. Throws a
   * `UsageError`, and closes it, if the app has been closed.
   */
  addListener(listener: Stoppable): () => void;
}

/** Somebody who was let in to middleware and handler. */
export interface Visit {
  /** That of the socket. */
  readonly id: string;
  /** The path of the route, as it was registered. */
  readonly route: string;
  /** Whether the handler, or the middleware that let nobody through, has nothing more to do. The wire may be open still. */
  readonly hasSettled: boolean;
  /** What the peer sent that the handler did not want, if it let that end the connection. */
  readonly fault: unknown;
  /** Resolves when middleware and handler have settled and the wire is closed. Never rejects. */
  readonly ended: Promise<void>;
}

/** Limits on connections that have not become WebSockets, and on what a server that is not ours reads of those that have. */
export interface HostLimits {
  /** Bytes of the head of a request. */
  readonly headBytes: number;
  /** Header fields of a request. */
  readonly headers: number;
  /** Milliseconds for the head to arrive. */
  readonly handshakeTimeout: number;
  /** TCP connections at one time that have not sent a whole request yet. */
  readonly handshakes: number;
  /** Bytes of the largest message that any route takes. */
  readonly messageSize: number;
}

/** Something that listens. */
export interface Stoppable {
  /** Takes no new connection any more, at once. Open WebSockets stay. */
  stop(): void;
  /** After `stop`: resolves when no plain HTTP request is under way any more. It may take for ever. */
  idle?(): Promise<void>;
  /** Resolves when it is gone, with all its connections: those left are ended. Never rejects. */
  close(): Promise<void>;
}
