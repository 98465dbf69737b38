/** A server that is not ours, with one set of listeners for all apps that are attached to it. */

import type { IncomingMessage, Server } from "node:http";
import type {
  Http2SecureServer,
  Http2Server,
  Http2ServerRequest,
  Http2ServerResponse,
  IncomingHttpHeaders,
  ServerHttp2Stream,
} from "node:http2";
import type { Duplex } from "node:stream";
import { listHolds } from "../../protocol/http-token.ts";
import type { Hosted } from "../../server/host.ts";
import { giveUpgrade, handOver, plainResponse } from "./hand-over.ts";
import type { ConnectEvent } from "./http2-handshake.ts";
import { Http2Handshake } from "./http2-handshake.ts";
import type { UpgradeEvent } from "./node-handshake.ts";
import { NodeHandshake } from "./node-handshake.ts";
import { answerAsPlainHttp, asksForWebSocket } from "./plain-upgrade.ts";
import { targetBelow, toOriginForm } from "./request-target.ts";

/** Any of Node's servers for HTTP: `http`, `https`, `http2`. */
export type AnyServer = Server | Http2Server | Http2SecureServer;

/** An app at a place. */
export interface Mount {
  readonly app: Hosted;
  /** Without a slash at the end; `""` is the root. */
  readonly prefix: string;
  /** The app was given a stream. */
  took(stream: Duplex): void;
}

/** The one listener that a server has of ours. */
export function sharedServer(server: AnyServer): SharedServer {
  const known = sharedServers.get(server);
  if (known !== undefined) return known;
  const shared = new SharedServer(server);
  sharedServers.set(server, shared);
  return shared;
}

const sharedServers = new WeakMap<AnyServer, SharedServer>();

/** Asks the mounts in order, and listens only while there are any. */
export class SharedServer {
  readonly #server: AnyServer;
  #mounts: readonly Mount[] = [];

  constructor(server: AnyServer) {
    this.#server = server;
  }

  /** From now on, `mount` is asked after those that are there. */
  add(mount: Mount): void {
    this.#mounts = [...this.#mounts, mount];
    if (this.#mounts.length > 1) return;
    this.#server.on("upgrade", this.#onUpgrade);
    if (!isHttp2Server(this.#server)) return;
    this.#server.on("connect", this.#onConnect);
    this.#server.on("stream", this.#onStream);
    // RFC 8441, 3: without it, no client tries. It holds for connections to come.
    this.#server.updateSettings({ enableConnectProtocol: true });
  }

  /** Nothing is asked of `mount` any more. */
  remove(mount: Mount): void {
    this.#mounts = this.#mounts.filter((other) => other !== mount);
    if (this.#mounts.length > 0) return;
    this.#server.off("upgrade", this.#onUpgrade);
    this.#server.off("connect", this.#onConnect as () => void);
    this.#server.off("stream", this.#onStream as () => void);
  }

  readonly #onUpgrade = (request: IncomingMessage, stream: Duplex, head: Buffer): void => {
    const event = { request, stream, head };
    const hasOthers = this.#server.listenerCount("upgrade") > 1;
    if (hasOthers && (!asksForWebSocket(request) || isVites(request.headers["sec-websocket-protocol"]))) return;
    if (!asksForWebSocket(request)) return answerAsPlainHttp(this.#server, event);
    const claim = this.#claim(toOriginForm(request.url ?? ""), hasOthers);
    if (claim !== undefined) return giveUpgradeTo(claim, event);
    if (!hasOthers) new NodeHandshake(event).refuse(plainResponse(404));
  };

  /** What is no WebSocket goes as it would without us: a server with a listener for `connect` answers it itself. */
  readonly #onConnect = (request: Http2ServerRequest, response: Http2ServerResponse): void => {
    const hasOthers = this.#server.listenerCount("connect") > 1;
    if (request.httpVersionMajor === 2 && isWebSocket(request.headers)) return this.#connect(request, hasOthers);
    if (hasOthers) return;
    if (request.httpVersionMajor === 2) response.writeHead(405).end();
    else (response as unknown as Duplex).destroy();
  };

  /** For servers that work with streams alone. */
  readonly #onStream = (
    stream: ServerHttp2Stream,
    headers: IncomingHttpHeaders,
    _flags: number,
    rawHeaders: readonly string[],
  ): void => {
    const isCompatible = this.#server.listenerCount("request") > 0;
    if (isCompatible || !isWebSocket(headers)) return;
    this.#connect({ stream, headers, rawHeaders }, this.#server.listenerCount("stream") > 1);
  };

  #connect(event: ConnectEvent, hasOthers: boolean): void {
    const claim = this.#claim(event.headers[":path"] ?? "", hasOthers);
    if (claim !== undefined) return giveConnect(claim, event);
    if (!hasOthers) new Http2Handshake(event).refuse(plainResponse(404));
  }

  /** Who has a route for it. If nobody else can answer, also who only has the place: its 404 is reported there. */
  #claim(target: string, hasOthers: boolean): Claim | undefined {
    const near: Claim[] = [];
    for (const mount of this.#mounts) {
      const local = targetBelow(mount.prefix, target);
      if (local === undefined) continue;
      if (mount.app.hasRoute(local)) return { mount, local };
      near.push({ mount, local });
    }
    return hasOthers ? undefined : near[0];
  }
}

interface Claim {
  readonly mount: Mount;
  /** The target as the app shall see it. */
  readonly local: string;
}

function giveUpgradeTo({ mount, local }: Claim, event: UpgradeEvent): void {
  mount.took(event.stream);
  giveUpgrade(mount.app, new NodeHandshake(event, local), event.request.rawHeaders);
}

function giveConnect({ mount, local }: Claim, event: ConnectEvent): void {
  mount.took(event.stream);
  handOver(mount.app, new Http2Handshake(event, local), event.rawHeaders);
}

/** Vite's page talks to its server by these subprotocols, on any path that Vite is configured for: also one of ours. */
function isVites(protocols: string | undefined): boolean {
  return listHolds(protocols, "vite-hmr") || listHolds(protocols, "vite-ping");
}

function isHttp2Server(server: AnyServer): server is Http2Server | Http2SecureServer {
  return "updateSettings" in server;
}

function isWebSocket(headers: IncomingHttpHeaders): boolean {
  return headers[":method"] === "CONNECT" && headers[":protocol"] === "websocket";
}
