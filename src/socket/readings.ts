/** What `receive` and `iter…` make of messages of one kind or of both. Nothing is made anew for each message. */

import { MessageTypeError, WRONG_MESSAGE_TYPE } from "../errors.ts";
import type { Message } from "../protocol/message.ts";
import { owned } from "./error-owner.ts";
import type { Reading, ReadingOwner, ReceiveOptions } from "./receive-queue.ts";

/** By which readings reach a socket. */
export const read = Symbol("read");

/** A socket, as those see it that read from it: it is opened if it is not. Users do not read like this: there, it is protected. */
export interface Readable {
  [read]<Result>(reading: Reading<Result>, options?: ReceiveOptions): Promise<Result>;
}

/** The next message, of one kind or of both; after the end, an error. `call` is what the user called. */
export function readingOf<Kind extends Message>(call: string, kind?: "text" | "binary") {
  return {
    call,
    take: (data: Message, owner: ReadingOwner) => ofKind(owner, call, data, kind) as Kind,
    end(owner: ReadingOwner): never {
      throw owner.disconnectError(call);
    },
  };
}

/** An iterator: breaking off does nothing to the socket. It is its own reading: a loop that waits holds one object. */
export class Iteration<Value> implements AsyncIterableIterator<Value>, Reading<IteratorResult<Value, undefined>> {
  readonly #socket: Readable;
  readonly #reading: Reading<Value>;

  /** `socket`: one that is `Readable`. */
  constructor(socket: object, reading: Reading<Value>) {
    this.#socket = socket as Readable;
    this.#reading = reading;
  }

  get call(): string {
    return this.#reading.call;
  }

  next(): Promise<IteratorResult<Value, undefined>> {
    return this.#socket[read](this);
  }

  take(data: Message, owner: ReadingOwner): IteratorResult<Value, undefined> {
    return { done: false, value: this.#reading.take(data, owner) };
  }

  end(): IteratorResult<Value, undefined> {
    return { done: true, value: undefined };
  }

  async return(): Promise<IteratorResult<Value, undefined>> {
    return this.end();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

/** The message, of one kind or of both. Throws a `MessageTypeError`, which belongs to `owner`, for one of the other. */
export function ofKind(owner: object, call: string, data: Message, kind?: "text" | "binary"): Message {
  const came = typeof data === "string" ? "text" : "binary";
  if (!kind || kind === came) return data;
  const sentence = WRONG_MESSAGE_TYPE.sentence(call, kind, came);
  throw owned(owner, new MessageTypeError(WRONG_MESSAGE_TYPE.code, sentence, data));
}
