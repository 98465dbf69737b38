/** JSON over a socket: what `sendJson`, `receiveJson` and `iterJson` are made of. */

import { BAD_OPTION, InvalidJsonError, MessageTypeError, usageError } from "../errors.ts";
import type { Message } from "../protocol/message.ts";
import { owned } from "./error-owner.ts";
import type { StandardSchema } from "./json-codec.ts";
import { fromJson, toJson, validate } from "./json-codec.ts";
import type { Readable } from "./readings.ts";
import { Iteration, read, readingOf } from "./readings.ts";
import type { Reading, ReceiveOptions } from "./receive-queue.ts";
import type { SocketCore } from "./socket-core.ts";

/** As what JSON travels: text, which every peer reads, or UTF-8 in binary messages. */
export type JsonMode = "text" | "binary";

/** How JSON is received. */
export interface ReceiveJsonOptions extends ReceiveOptions {
  /** The kind of message that it comes in; the other is a `MessageTypeError`. @default "text" */
  readonly mode?: JsonMode | undefined;
}

/**
 * What to do with a message that is no JSON, of the wrong kind, or not what the schema wants: `throw` the error, `skip`
 * the message, `close` the socket with 1003 or 1007, or a function that is told and after which reading goes on.
 */
export type OnInvalid =
  | "throw"
  | "skip"
  | "close"
  | ((error: InvalidJsonError | MessageTypeError) => void | Promise<void>);

/** How JSON is iterated over. */
export interface IterJsonOptions<Schema extends StandardSchema | undefined = undefined> {
  /** @default "text" */
  readonly mode?: JsonMode | undefined;
  /** @default "throw" */
  readonly onInvalid?: OnInvalid | undefined;
  /** Any Standard Schema: what it gives is what is iterated over. @default none */
  readonly schema?: Schema | undefined;
}

/** The message that says `value`. */
export function toJsonMessage({ config }: SocketCore, value: unknown, mode: JsonMode = "text"): Message {
  checkMode(mode);
  const text = toJson(config.json, "sendJson", value);
  return mode === "text" ? text : config.platform.text.encode(text);
}

/** Takes the next message as what it says, or what the schema makes of that. */
export function jsonReading(
  { config: { json, platform } }: SocketCore,
  call: string,
  { mode = "text", schema }: { readonly mode?: JsonMode | undefined; readonly schema?: StandardSchema | undefined },
): Reading<Promise<unknown>> {
  checkMode(mode);
  const { take, end } = readingOf(call, mode);
  return {
    call,
    async take(data, owner) {
      take(data, owner);
      try {
        const value = fromJson(json, platform.text, data);
        return schema ? await validate(schema, value, data) : value;
      } catch (error) {
        throw error instanceof InvalidJsonError ? owned(owner, error) : error;
      }
    },
    end,
  };
}

/** All messages, as what they say. */
export function iterJson(
  core: SocketCore,
  socket: object,
  options: IterJsonOptions<StandardSchema | undefined>,
): AsyncIterableIterator<unknown> {
  const { onInvalid = "throw" } = options;
  const messages = new Iteration(socket, jsonReading(core, "iterJson", options));
  checkOnInvalid(onInvalid);
  messages.next = async () => {
    for (;;) {
      try {
        const { done, value } = await (socket as Readable)[read](messages);
        return { done, value: await value } as IteratorResult<Promise<unknown>, undefined>;
      } catch (error) {
        const isInvalid = error instanceof InvalidJsonError || error instanceof MessageTypeError;
        if (!isInvalid || onInvalid === "throw") throw error;
        if (onInvalid === "close") core.close(error.closeCode, "");
        else if (onInvalid !== "skip") await onInvalid(error);
      }
    }
  };
  return messages;
}

/** Throws a `UsageError` for what `onInvalid` cannot be. */
export function checkOnInvalid(onInvalid: unknown): void {
  if (typeof onInvalid !== "function" && !["throw", "skip", "close"].includes(onInvalid as string)) {
    throw usageError(BAD_OPTION, "onInvalid", String(onInvalid), "throw, skip, close or a function");
  }
}

/** Throws a `UsageError` for what is no mode. */
export function checkMode(mode: JsonMode = "text"): void {
  if (mode !== "text" && mode !== "binary") throw usageError(BAD_OPTION, "mode", String(mode), "text or binary");
}
