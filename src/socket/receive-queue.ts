/** What came and waits to be read, and the one who waits for it: messages and readers meet here, in order. */

import { CONCURRENT_READ, RECEIVE_TIMEOUT, TimeoutError, usageError } from "../errors.ts";
import type { Message } from "../protocol/message.ts";
import type { Clock } from "../protocol/run/clock.ts";
import type { ByteBudget } from "./byte-budget.ts";
import { MessageQueue } from "./message-queue.ts";
import { quiet } from "./quiet.ts";

/** How long a receive waits. */
export interface ReceiveOptions {
  /** Milliseconds, then the promise rejects with a `TimeoutError`; no message is lost. @default Infinity */
  readonly timeout?: number | undefined;
  /** Rejects with the signal's reason when it aborts; no message is lost. */
  readonly signal?: AbortSignal | undefined;
}

/** Whose messages are read. */
export interface ReadingOwner {
  /** The error for a call that the end has overtaken. */
  disconnectError(call: string): Error;
}

/**
 * What a reader makes of a message, or of the end. Either may throw: then its promise rejects with that. One may be
 * for all sockets.
 */
export interface Reading<Result> {
  /** For errors: what the user called. */
  readonly call: string;
  take(data: Message, owner: ReadingOwner): Result;
  end(owner: ReadingOwner): Result;
}

/** Whose queue it is. */
export interface ReceiveQueueOwner extends ReadingOwner {
  readonly config: { readonly clock: Clock };
}

/** The receiving half of a socket, for one reader at a time. */
export abstract class ReceiveQueue<Owner extends ReceiveQueueOwner> extends MessageQueue<Message> {
  protected readonly owner: Owner;
  /** Of who waits: what for, and what settles the promise. Not in an object of its own, which each message would need. */
  #reading: Reading<unknown> | undefined;
  #promise: Promise<unknown> | undefined;
  #resolve: typeof kept;
  /** What to undo then. */
  #tidy: (() => void) | undefined;
  #ended = false;

  constructor(owner: Owner, budget: ByteBudget | null) {
    super(budget, sizeOf);
    this.owner = owner;
  }

  /** A message has left the queue. */
  protected abstract onTaken(): void;

  /** A message came: to who waits for one, or into the queue. Hot path (bench: `handlers`). */
  override push(data: Message): void {
    const reading = this.#reading;
    if (reading) this.#settle(() => reading.take(data, this.owner));
    else super.push(data);
  }

  /** Takes a message. */
  override shift(): Message | undefined {
    const data = super.shift();
    if (data !== undefined) this.onTaken();
    return data;
  }

  /** Nothing will come any more. What waits can still be read. */
  end(): void {
    this.#ended = true;
    // Who holds the socket may never read them; then the garbage collector has them, and tells nobody.
    this.leaveBudget();
    const reading = this.#reading;
    if (reading) this.#settle(() => reading.end(this.owner));
  }

  /** The next message, or the end, once it is there. Rejects with a `UsageError` while another reader waits. Hot path. */
  read<Result>(reading: Reading<Result>, options?: ReceiveOptions): Promise<Result> {
    try {
      if (this.#reading) throw usageError(CONCURRENT_READ, reading.call);
      options?.signal?.throwIfAborted();
      const data = this.shift();
      if (data !== undefined) return Promise.resolve(reading.take(data, this.owner));
      if (this.#ended) return Promise.resolve(reading.end(this.owner));
    } catch (error) {
      return quiet(Promise.reject(error));
    }
    const promise = new Promise<Result>(keepResolve);
    this.#reading = reading;
    this.#promise = promise;
    this.#resolve = kept;
    if (options) this.#bound(reading.call, options);
    return promise;
  }

  /** Who waits gives up some day. Apart from `read`, where its closures would cost each message something. */
  #bound(call: string, { timeout, signal }: ReceiveOptions): void {
    const giveUp = (error: unknown) =>
      this.#settle((): never => {
        throw error;
      });
    const onAbort = () => giveUp(signal!.reason);
    const cancel =
      timeout !== undefined &&
      this.owner.config.clock.after(timeout, () => {
        giveUp(new TimeoutError(RECEIVE_TIMEOUT.code, RECEIVE_TIMEOUT.sentence(call, timeout)));
      });
    signal?.addEventListener("abort", onAbort);
    this.#tidy = () => {
      if (cancel) cancel();
      signal?.removeEventListener("abort", onAbort);
    };
  }

  /** Who waits gets what `result` gives or throws. */
  #settle(result: () => unknown): void {
    const promise = this.#promise!;
    const resolve = this.#resolve!;
    this.#tidy?.();
    this.#tidy = undefined;
    // What `result` runs may read anew.
    this.#reading = undefined;
    try {
      resolve(result());
    } catch (error) {
      quiet(promise);
      resolve(Promise.reject(error));
    }
  }
}

/** What settles the promise that was made last. Its twin, which rejects, is not kept: whoever waits would hold it, too. */
let kept: ((value: unknown) => void) | undefined;

const keepResolve = (resolve: (value: never) => void) => {
  kept = resolve as typeof kept;
};

const sizeOf = (data: Message) => data.length;
