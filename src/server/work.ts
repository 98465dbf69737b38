/** What is under way for one connection. One in events style that waits for its peer has none of it. */

import type { CloseInfo } from "../protocol/engine-sink.ts";
import { Waiters } from "../protocol/waiters.ts";
import type { RunInContext } from "./host.ts";
import type { OneAtATime } from "./one-at-a-time.ts";
import type { Opening } from "./opening.ts";

/** From the handshake until a connection in events style is open; again at its end; in other styles, all the time. */
export class Work {
  /** Until it is accepted. */
  opening: Opening | undefined;
  /** The middleware that it passed has not ended. */
  hasMiddleware = false;
  /** Settles what `next` gave. */
  next: { readonly resolve: (info: Promise<CloseInfo>) => void; readonly reject: (error: unknown) => void } | undefined;
  /** Middleware and handler have nothing more to do. */
  hasSettled = false;
  /** It has ended, and so has all that it began. */
  isOver = false;
  /** A drain has given it up. */
  isGivenUp = false;
  onGivenUp: (() => void) | undefined;
  /** What was told to the observer. */
  reported: Set<unknown> | undefined;
  /** What the handler failed with, or an event first did. */
  failure: { readonly error: unknown } | undefined;
  /** What the peer sent that the handler did not want. */
  fault: unknown;
  inContext: RunInContext | undefined;
  line: OneAtATime | undefined;
  #ended: Waiters<void> | undefined;

  /** Resolves when it is over. */
  ended(): Promise<void> {
    if (this.isOver) return Promise.resolve();
    this.#ended ??= new Waiters();
    return this.#ended.wait();
  }

  /** It is over: tells whoever waits. */
  end(): void {
    this.isOver = true;
    this.#ended?.tell();
  }

  /** Whether a connection that waits for its peer can do without. */
  get isDone(): boolean {
    if (this.opening !== undefined || this.hasMiddleware || this.inContext !== undefined) return false;
    if (this.line !== undefined || this.reported !== undefined || this.#ended !== undefined) return false;
    return !this.hasSettled && !this.isGivenUp;
  }
}
