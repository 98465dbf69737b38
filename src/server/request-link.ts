/** A link on the server: what was asked, how it was answered, and the socket that is its face. Runs none of the user's code. */

import { REJECT_AFTER_ACCEPT, usageError } from "../errors.ts";
import type { CloseInfo } from "../protocol/engine-sink.ts";
import type { Rooms } from "../rooms/rooms.ts";
import { Link } from "../socket/link.ts";
import type { AppConfig } from "./app-options.ts";
import type { Entrant } from "./entrant.ts";
import type { RemoteAddress } from "./guards/remote-address.ts";
import type { Host } from "./host.ts";
import type { RejectBody } from "./http-answer.ts";
import type { Hub } from "./hub.ts";
import { type AskedRequest, KeptRequest, packRequest, toDirectRequest } from "./kept-request.ts";
import { tellClosed, tellOpened, tellRejected } from "./observing/connection-record.ts";
import type { AcceptOptions, OpeningListener } from "./opening.ts";
import { checkNothingChosen, checkRejectStatus, Opening } from "./opening.ts";
import type { AnyRoute, Routes } from "./routes.ts";
import type { Route } from "./routing/route-table.ts";
import type { Running } from "./running.ts";
import { ServerSocket } from "./server-socket.ts";
import { Work } from "./work.ts";

/** What all connections of an app share. */
export interface ConnectionContext {
  readonly config: AppConfig;
  readonly host: Host;
  readonly routes: Routes;
  readonly hub: Hub;
  /** User code threw: for `onError`. */
  readonly onError: (error: unknown, socket: ServerSocket, route: AnyRoute) => void;
}

/**
 * It is its link, not beside it: while it is idle, all that the server has of a connection is this one object, and the socket
 * that its user holds.
 */
export abstract class RequestLink extends Link implements OpeningListener, Running {
  protected readonly context: ConnectionContext;
  /** The route that was found. */
  protected readonly matched: Route<AnyRoute>;
  /** The values in the path. */
  readonly params: object;
  protected work: Work | undefined = new Work();
  /** The request, once it was accepted. */
  #kept = "";
  /** When that was; -1 if nobody wanted to hear of it. */
  #openedAt = -1;

  constructor(context: ConnectionContext, { handshake, upgrade, match }: Entrant) {
    const { config } = context;
    const { settings } = match.value;
    super(settings.socketConfig);
    this.context = context;
    this.matched = match.route;
    this.params = match.params;
    const { compression, json } = config;
    this.work!.opening = new Opening({ handshake, upgrade, link: this, settings, compression, json }, this);
    this.face = new ServerSocket(this);
  }

  abstract readonly ended: Promise<void>;
  abstract readonly fault: unknown;
  abstract refuse(): void;
  abstract giveUp(): void;

  get socket(): ServerSocket {
    return this.face as ServerSocket;
  }

  get route(): string {
    return this.matched.pattern.text;
  }

  get rooms(): Rooms<ServerSocket> {
    return this.context.hub.rooms;
  }

  /** What was asked: the handshake, and once that was accepted what was kept of it. */
  get request(): AskedRequest {
    return this.work?.opening?.handshake ?? new KeptRequest(this.#kept);
  }

  /** The client, as far as trusted proxies tell. */
  remoteOf(request: AskedRequest): RemoteAddress {
    return this.context.config.remote(toDirectRequest(request));
  }

  /** The subprotocol in use, `""` if none, or not accepted yet. */
  get protocol(): string {
    return this.#kept === "" ? "" : new KeptRequest(this.#kept).protocol;
  }

  /** Sends the 101. */
  accept(options: AcceptOptions = {}): void {
    const opening = this.work?.opening;
    if (opening !== undefined) return opening.accept(options);
    checkNothingChosen(options);
  }

  /** Whatever needs an open connection accepts it. */
  begin(): void {
    if (this.isPending) this.accept();
  }

  /** Sends another answer. */
  reject(status: number, body: RejectBody | undefined, headers: AcceptOptions["headers"]): void {
    checkRejectStatus(status);
    const opening = this.work?.opening;
    if (opening === undefined) throw usageError(REJECT_AFTER_ACCEPT, status);
    opening.reject(status, body, headers);
  }

  openingOnAccept(opening: Opening): void {
    const { hub, config, host } = this.context;
    this.#kept = packRequest(opening.handshake, opening);
    this.work!.opening = undefined;
    hub.answered();
    hub.rooms.enter(this.socket);
    if (tellOpened(config.observer, this, opening)) this.#openedAt = Math.round(host.clock.now());
  }

  openingOnRefuse(status: number, reason: string): void {
    const { hub, config } = this.context;
    hub.answered();
    tellRejected(config.observer, this, { status, reason });
  }

  openingOnGone(): void {
    this.openingOnRefuse(499, "the client left before it was answered");
  }

  protected override linkOnEnd(info: CloseInfo): void {
    const { hub, config, host } = this.context;
    hub.leave(this.countedAddress);
    hub.rooms.exit(this.socket);
    const duration = Math.round(host.clock.now()) - this.#openedAt;
    if (this.#openedAt >= 0) tellClosed(config.observer, this, { info, duration });
  }

  /** Whether the handshake waits for its answer. */
  protected get isPending(): boolean {
    return this.work?.opening?.isPending === true;
  }

  /** What is under way, from now on. */
  protected get working(): Work {
    this.work ??= new Work();
    return this.work;
  }

  /** For the limit of connections from one address, if there is one. */
  protected get countedAddress(): string {
    return this.context.hub.countsAddresses ? this.remoteOf(this.request).address : "";
  }
}
