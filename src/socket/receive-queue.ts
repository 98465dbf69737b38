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

/** What a reader makes of a message, or of the end. Either may throw: then its promise rejects with that. */
export interface Reading<Result> {
  /** For errors: what the user called. */
  readonly call: string;
  readonly take: (data: Message) => Result;
  readonly end: () => Result;
}

/** The receiving half of a socket, for one reader at a time. */
export class ReceiveQueue {
  readonly #clock: Clock;
  readonly #messages: MessageQueue<Message>;
  readonly #onTaken: () => void;
  /** Settles the promise of who waits with what this makes of their reading, or throws. */
  #reader: ((settle: (reading: Reading<unknown>) => unknown) => void) | null = null;
  #ended = false;

  /** `onTaken` is called when a message has left the queue. */
  constructor(options: { clock: Clock; budget: ByteBudget | null; onTaken: () => void }) {
    this.#clock = options.clock;
    this.#messages = new MessageQueue(options.budget, (data) => data.length);
    this.#onTaken = options.onTaken;
  }

  /** How many messages wait. */
  get length(): number {
    return this.#messages.length;
  }

  /** Their bytes; characters, for text. */
  get bytes(): number {
    return this.#messages.bytes;
  }

  /** A message came: to who waits for one, or into the queue. */
  push(data: Message): void {
    if (this.#reader === null) this.#messages.push(data);
    else this.#reader(({ take }) => take(data));
  }

  /** Takes a message. */
  shift(): Message | undefined {
    const data = this.#messages.shift();
    if (data !== undefined) this.#onTaken();
    return data;
  }

  /** Nothing will come any more. What waits can still be read. */
  end(): void {
    this.#ended = true;
    // Who holds the socket may never read them; then the garbage collector has them, and tells nobody.
    this.#messages.leaveBudget();
    this.#reader?.(({ end }) => end());
  }

  /** Throws away what waits. */
  clear(): void {
    this.#messages.clear();
  }

  /** The next message, or the end, once it is there. Rejects with a `UsageError` while another reader waits. */
  read<Result>(reading: Reading<Result>, { timeout, signal }: ReceiveOptions = NONE): Promise<Result> {
    try {
      if (this.#reader !== null) throw usageError(CONCURRENT_READ, reading.call);
      signal?.throwIfAborted();
      const data = this.shift();
      if (data !== undefined) return Promise.resolve(reading.take(data));
      if (this.#ended) return Promise.resolve(reading.end());
    } catch (error) {
      return quiet(Promise.reject(error));
    }
    let tidy: (() => void) | undefined;
    const promise = new Promise<Result>((resolve, reject) => {
      this.#reader = (settle) => {
        this.#reader = null;
        tidy?.();
        try {
          resolve(settle(reading as Reading<unknown>) as Result);
        } catch (error) {
          quiet(promise);
          reject(error);
        }
      };
    });
    if (timeout === undefined && signal === undefined) return promise;

    const giveUp = (error: unknown) =>
      this.#reader!(() => {
        throw error;
      });
    const onAbort = () => giveUp(signal!.reason);
    const cancel =
      timeout !== undefined &&
      this.#clock.after(timeout, () => {
        giveUp(new TimeoutError(RECEIVE_TIMEOUT.code, RECEIVE_TIMEOUT.sentence(reading.call, timeout)));
      });
    signal?.addEventListener("abort", onAbort);
    tidy = () => {
      if (cancel) cancel();
      signal?.removeEventListener("abort", onAbort);
    };
    return promise;
  }
}

const NONE: ReceiveOptions = {};
