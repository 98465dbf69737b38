/** One connection's way through the app: middleware, handler, and every kind of end. Cleans up after all of them. */

import { APP_CLOSING, FAILED_BEFORE_ACCEPT, InvalidJsonError, MessageTypeError, NOT_ACCEPTED } from "../errors.ts";
import type { CloseInfo } from "../protocol/engine-sink.ts";
import { isErrorOf } from "../socket/error-owner.ts";
import type { SocketState } from "../socket/socket-state.ts";
import type { EventConnection, EventRoute } from "./event-route.ts";
import type { RunInContext, Visit } from "./host.ts";
import type { ErrorPlace } from "./observing/observer.ts";
import { OneAtATime } from "./one-at-a-time.ts";
import { runOnion } from "./onion.ts";
import type { Opening } from "./opening.ts";
import { RequestLink } from "./request-link.ts";
import type { AnyMiddleware } from "./routes.ts";
import type { Running } from "./running.ts";

/** From the handshake to the end of everything that it began. */
export class Connection extends RequestLink implements EventConnection, Running, Visit {
  /** Begins, in this call. */
  start(middleware: readonly AnyMiddleware[]): void {
    const { hub } = this.context;
    hub.enter(this.countedAddress);
    if (middleware.length > 0) void this.#runMiddleware(middleware);
    else this.#runRoute();
    this.#stayKnown();
    this.#rest();
    // What is decided in this turn needs no timer.
    if (this.isPending) this.work!.opening!.startDeadline();
  }

  get ended(): Promise<void> {
    return this.working.ended();
  }

  get hasSettled(): boolean {
    return this.work?.hasSettled ?? false;
  }

  get fault(): unknown {
    return this.work?.fault;
  }

  get inContext(): RunInContext | undefined {
    return this.work?.inContext;
  }

  get line(): OneAtATime | undefined {
    return this.work?.line;
  }

  protected override linkOnEnd(info: CloseInfo): void {
    super.linkOnEnd(info);
    this.#finish();
  }

  override wireOnClose(info: CloseInfo): void {
    super.wireOnClose(info);
    this.#stayKnown();
  }

  override sendQueueOnRelieved(): void {
    const { value } = this.matched;
    if (value.type === "events") value.events.drain(this);
  }

  /** The app is closing: what was not accepted will not be. */
  refuse(): void {
    this.work?.opening?.refuse(APP_CLOSING.status, APP_CLOSING.sentence());
  }

  /** At the deadline of a drain: whatever still runs counts as settled. */
  giveUp(): void {
    const work = this.working;
    work.isGivenUp = true;
    this.refuse();
    this.terminate();
    if (!work.hasSettled) this.#conclude("handler");
    work.onGivenUp?.();
  }

  async #runMiddleware(middleware: readonly AnyMiddleware[]): Promise<void> {
    const work = this.work!;
    work.hasMiddleware = true;
    const fail = (error: unknown) => void this.#fail(error, "middleware");
    const core = { run: () => this.#runCore(), onEarlyFailure: fail };
    const givenUp = new Promise<void>((resolve) => {
      work.onGivenUp = resolve;
    });
    await Promise.race([runOnion(middleware, this.socket, core).catch(fail), givenUp]);
    work.hasMiddleware = false;
    this.#conclude("middleware");
  }

  /** The handler, and the end that it brings. Rejects with what it threw. */
  #runCore(): Promise<CloseInfo> {
    if (this.state === "closed") return this.closed;
    return new Promise((resolve, reject) => {
      this.work!.next = { resolve, reject };
      this.#runRoute();
    });
  }

  #runRoute(): void {
    const route = this.matched.value;
    if (route.type === "events") return this.#runEvents(route.events);
    try {
      const running: unknown = route.handler(this.socket);
      // Smaller than closures, and held for as long as the handler runs.
      Promise.resolve(running).then(this.#conclude.bind(this, "handler"), this.#handlerFailed.bind(this));
    } catch (error) {
      this.#handlerFailed(error);
    }
  }

  #runEvents(route: EventRoute): void {
    const work = this.work!;
    work.inContext = this.context.host.captureContext();
    if (route.events.drain !== undefined) work.line = new OneAtATime();
    const failed = (error: unknown) => {
      route.fail(error, this);
      this.#conclude("handler");
    };
    try {
      const asked: unknown = route.events.upgrade?.(this.socket);
      if (asked === undefined) this.#acceptEvents(route);
      else
        void Promise.resolve(asked)
          .then(() => this.#acceptEvents(route))
          .catch(failed);
    } catch (error) {
      failed(error);
    }
  }

  #acceptEvents(route: EventRoute): void {
    if (this.state === "closed") return this.#conclude("handler");
    this.accept();
    this.listen(route);
    this.#rest();
  }

  override openingOnAccept(opening: Opening): void {
    super.openingOnAccept(opening);
    if (this.matched.value.type !== "events") this.#rest();
  }

  /** It waits for its peer, and needs no more than that. */
  #rest(): void {
    if ((this.state as SocketState) === "closed" || !this.work?.isDone) return;
    this.work = undefined;
    this.context.hub.connections.delete(this);
  }

  eventFailed(error: unknown): boolean {
    const isFailure = this.#fail(error, "event");
    if (isFailure) this.working.failure ??= { error };
    return isFailure;
  }

  eventsEnded(): void {
    this.#conclude("handler");
  }

  #handlerFailed(error: unknown): void {
    if (this.#fail(error, "handler")) this.working.failure ??= { error };
    // Of what was given up nobody waits for the end any more.
    this.#conclude("handler");
  }

  /** Nobody has anything more to do: closes what is open, refuses what was never accepted. */
  #conclude(who: "handler" | "middleware"): void {
    const work = this.working;
    work.hasSettled = true;
    if (this.isPending) work.opening!.refuse(403, NOT_ACCEPTED.sentence(who));
    if (this.state !== "closed") this.close(1000, "");
    this.#finish();
  }

  /** When the connection is over, too, nothing of it is left. */
  #finish(): void {
    const work = this.working;
    if (!work.hasSettled || this.state !== "closed" || work.isOver) return;
    const { next, failure } = work;
    work.next = undefined;
    if (failure !== undefined) next?.reject(failure.error);
    else next?.resolve(this.closed);
    if (work.hasMiddleware) return;
    this.context.hub.connections.delete(this);
    work.end();
  }

  /** Ends the connection for what user code threw, and reports it once; `false` if that was no error at all. */
  #fail(error: unknown, where: ErrorPlace): boolean {
    const work = this.working;
    if (work.reported?.has(error)) return true;
    if (this.isOwnEnd(error)) return false;
    work.reported ??= new Set();
    work.reported.add(error);
    if (isErrorOf(this, error) && (error instanceof InvalidJsonError || error instanceof MessageTypeError)) {
      work.fault = error;
      this.close(error.closeCode, "");
      return true;
    }
    if (this.isPending) work.opening!.refuse(500, FAILED_BEFORE_ACCEPT.sentence(where));
    else this.close(1011, "");
    const { config, onError } = this.context;
    config.observer.error?.({ id: this.id, path: this.request.target, error, where });
    onError(error, this.socket, this.matched.value);
    return true;
  }

  /** What is not over yet, the end of the app has to know of. */
  #stayKnown(): void {
    if (this.work?.isOver === false) this.context.hub.connections.add(this);
  }
}
