/** One connection's way through the app: middleware, handler, and every kind of end. Cleans up after all of them. */

import {
  type AntiphonError,
  APP_CLOSING,
  FAILED_BEFORE_ACCEPT,
  InvalidJsonError,
  MessageTypeError,
  NOT_ACCEPTED,
} from "../errors.ts";
import type { CloseInfo } from "../protocol/engine-sink.ts";
import { isErrorOf } from "../socket/error-owner.ts";
import { Link } from "../socket/link.ts";
import type { AppConfig } from "./app-options.ts";
import type { Entrant } from "./entrant.ts";
import { runEvents } from "./event-route.ts";
import type { Host, Visit } from "./host.ts";
import type { Hub, Place, Running } from "./hub.ts";
import { ConnectionRecord } from "./observing/connection-record.ts";
import type { ErrorPlace } from "./observing/observer.ts";
import { runOnion } from "./onion.ts";
import type { OpeningListener } from "./opening.ts";
import { Opening } from "./opening.ts";
import type { AnyRoute, Routes } from "./routes.ts";
import { ServerSocket } from "./server-socket.ts";

/** What all connections of an app share. */
export interface ConnectionContext {
  readonly config: AppConfig;
  readonly host: Host;
  readonly routes: Routes;
  readonly hub: Hub;
  /** User code threw: for `onError`. */
  readonly onError: (error: unknown, socket: ServerSocket, route: AnyRoute) => void;
}

/** From the handshake to the end of everything that it began. */
export class Connection implements OpeningListener, Running, Visit {
  /** Resolves when middleware and handler have settled and the wire is closed. Never rejects. */
  ended: Promise<void> = Promise.resolve();
  readonly #context: ConnectionContext;
  readonly #entrant: Entrant;
  readonly #link: Link;
  readonly #opening: Opening;
  readonly #socket: ServerSocket;
  readonly #record: ConnectionRecord;
  readonly #place: Place;
  readonly #reported = new Set<unknown>();
  hasSettled = false;
  fault: AntiphonError | undefined;
  #giveUp: (() => void) | undefined;
  #isGivenUp = false;

  constructor(context: ConnectionContext, entrant: Entrant) {
    const { config, host, hub } = context;
    const { handshake, upgrade, remote, match } = entrant;
    const { settings } = match.value;
    const link = new Link(settings.socketConfig);
    const { compression, json } = config;
    this.#context = context;
    this.#entrant = entrant;
    this.#link = link;
    this.#place = hub.enter(remote.address);
    this.#opening = new Opening({ handshake, upgrade, link, settings, compression, json }, this);
    this.#record = new ConnectionRecord({ observer: config.observer, clock: host.clock, entrant, link });
    this.#socket = new ServerSocket({
      link,
      handshake,
      opening: this.#opening,
      remote,
      protocols: upgrade.protocols,
      params: match.params,
      route: match.pattern.text,
      rooms: hub.rooms,
    });
    link.onEnd = (info) => this.#linkOnEnd(info);
  }

  get id(): string {
    return this.#link.id;
  }

  get route(): string {
    return this.#entrant.match.pattern.text;
  }

  /** Begins, in this call. */
  start(): void {
    const { connections } = this.#context.hub;
    connections.add(this);
    this.ended = this.#run().then(() => void connections.delete(this));
  }

  openingOnAccept(): void {
    const { hub } = this.#context;
    this.#place.answered();
    hub.rooms.enter(this.#socket);
    this.#record.accepted(this.#opening);
  }

  openingOnRefuse(status: number, reason: string): void {
    this.#place.answered();
    this.#record.rejected(status, reason);
  }

  openingOnGone(): void {
    this.#place.answered();
    this.#record.rejected(499, "the client left before it was answered");
  }

  async #run(): Promise<void> {
    const fail = (error: unknown) => void this.#fail(error, "middleware");
    const core = { run: () => this.#core(), onEarlyFailure: fail };
    const settled = runOnion(this.#entrant.middleware, this.#socket, core).catch(fail);
    // What is decided in this turn needs no timer.
    if (this.#opening.isPending) this.#opening.startDeadline();
    await this.#orGivenUp(settled);
    await this.#conclude("middleware");
  }

  #linkOnEnd(info: CloseInfo): void {
    const { hub } = this.#context;
    this.#place.leave();
    hub.rooms.exit(this.#socket);
    this.#record.ended(info, this.fault);
  }

  /** The app is closing: what was not accepted will not be. */
  refuse(): void {
    this.#opening.refuse(APP_CLOSING.status, APP_CLOSING.sentence());
  }

  /** At the deadline of a drain: whatever still runs counts as settled. */
  giveUp(): void {
    this.#isGivenUp = true;
    this.refuse();
    this.#link.terminate();
    this.#giveUp?.();
  }

  /** The handler, and the end that it brings. Rejects with what it threw. */
  async #core(): Promise<CloseInfo> {
    const link = this.#link;
    const route = this.#entrant.match.value;
    if (link.state === "closed") return link.closed;
    if (route.type === "events") await this.#runEvents(route.events);
    else {
      try {
        await this.#orGivenUp(Promise.resolve(route.handler(this.#socket)));
      } catch (error) {
        if (this.#fail(error, "handler")) {
          this.hasSettled = true;
          await link.closed;
          throw error;
        }
      }
    }
    return this.#conclude("handler");
  }

  async #runEvents(events: (AnyRoute & { type: "events" })["events"]): Promise<void> {
    const link = this.#link;
    const inContext = this.#context.host.captureContext();
    let failure: { readonly error: unknown } | undefined;
    const onFailure = (error: unknown) => {
      const isFailure = this.#fail(error, "event");
      if (isFailure) failure ??= { error };
      return isFailure;
    };
    await this.#orGivenUp(runEvents({ events, socket: this.#socket, link, inContext, onFailure }));
    if (failure !== undefined) {
      this.hasSettled = true;
      await link.closed;
      throw failure.error;
    }
  }

  /** Nobody has anything more to do: closes what is open, refuses what was never accepted. */
  #conclude(who: "handler" | "middleware"): Promise<CloseInfo> {
    this.hasSettled = true;
    if (this.#opening.isPending) this.#opening.refuse(403, NOT_ACCEPTED.sentence(who));
    this.#link.close(1000, "");
    return this.#link.closed;
  }

  /** Ends the connection for what user code threw, and reports it once; `false` if that was no error at all. */
  #fail(error: unknown, where: ErrorPlace): boolean {
    const link = this.#link;
    if (this.#reported.has(error)) return true;
    if (link.isOwnEnd(error)) return false;
    this.#reported.add(error);
    if (isErrorOf(link, error) && (error instanceof InvalidJsonError || error instanceof MessageTypeError)) {
      this.fault = error;
      link.close(error.closeCode, "");
      return true;
    }
    if (this.#opening.isPending) this.#opening.refuse(500, FAILED_BEFORE_ACCEPT.sentence(where));
    else link.close(1011, "");
    this.#report(error, where);
    return true;
  }

  #report(error: unknown, where: ErrorPlace): void {
    const { config, onError } = this.#context;
    const { handshake, match } = this.#entrant;
    config.observer.error?.({ id: this.#link.id, path: handshake.target, error, where });
    onError(error, this.#socket, match.value);
  }

  /** The promise, or nothing once the drain has given up on it. */
  #orGivenUp(work: Promise<unknown>): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#isGivenUp) return resolve();
      const before = this.#giveUp;
      this.#giveUp = () => {
        before?.();
        resolve();
      };
      work.then(
        () => resolve(),
        (error) => {
          // Nobody waits any more, and it shall not be lost in silence.
          if (this.#isGivenUp) this.#fail(error, "handler");
          else reject(error);
        },
      );
    });
  }
}
