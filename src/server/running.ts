/** A connection, as the end of the app sees it, and the way to it from its socket. */

/** Something that may have to be ended. */
export interface Running {
  /** Resolves when everything that it began has ended. Never rejects. */
  readonly ended: Promise<void>;
  /** Answers it with 503 if it has no answer yet. */
  refuse(): void;
  /** Ends it at once, and waits for nothing of it any more. */
  giveUp(): void;
}

/** By which the end of an app knows the connection of a socket: nobody else's affair. */
export const connectionOf: unique symbol = Symbol("antiphon.connectionOf");
