/** JSON over a socket: what `sendJson`, `receiveJson` and `iterJson` are made of. */

import {
  BAD_OPTION,
  InvalidJsonError,
  MessageTypeError,
  usageError,
  ValidationError,
  WRONG_MESSAGE_TYPE,
} from "../errors.ts";
import type { Message } from "../protocol/message.ts";
import { owned } from "./error-owner.ts";
import type { StandardSchema } from "./json-codec.ts";
import { fromJson, toJson, validate } from "./json-codec.ts";
import type { Link } from "./link.ts";
import { quiet } from "./quiet.ts";
import type { ReceiveOptions } from "./receive-queue.ts";

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
export function toJsonMessage(link: Link, value: unknown, mode: JsonMode = "text"): Message {
  const { json, platform } = link.config;
  checkMode(mode);
  const text = toJson(json, "sendJson", value);
  return mode === "text" ? text : platform.text.encode(text);
}

/** The next message, as what it says. */
export function receiveJson(link: Link, schema: StandardSchema | undefined, options: ReceiveJsonOptions = {}) {
  checkMode(options.mode);
  const end = () => {
    throw link.disconnectError("receiveJson");
  };
  const value = link.read({ call: "receiveJson", take: toValue(link, "receiveJson", options.mode), end }, options);
  return quiet(schema === undefined ? value.then(({ value }) => value) : value.then(checkedBy(link, schema)));
}

/** All messages, as what they say. */
export function iterJson(
  link: Link,
  { mode, onInvalid = "throw", schema }: IterJsonOptions<StandardSchema | undefined>,
): AsyncIterableIterator<unknown> {
  checkMode(mode);
  if (typeof onInvalid !== "function" && !["throw", "skip", "close"].includes(onInvalid)) {
    throw usageError(BAD_OPTION, "onInvalid", String(onInvalid), "throw, skip, close or a function");
  }
  const check = schema === undefined ? undefined : checkedBy(link, schema);
  const reading = { call: "iterJson", take: toValue(link, "iterJson", mode), end: () => undefined };
  const next = async (): Promise<IteratorResult<unknown>> => {
    for (;;) {
      try {
        const read = await link.read(reading);
        if (read === undefined) return { done: true, value: undefined };
        return { done: false, value: check === undefined ? read.value : await check(read) };
      } catch (error) {
        const isInvalid = error instanceof InvalidJsonError || error instanceof MessageTypeError;
        if (!isInvalid || onInvalid === "throw") throw error;
        if (onInvalid === "close") link.close(error.closeCode, "");
        else if (onInvalid !== "skip") await onInvalid(error);
      }
    }
  };
  return iteratorOf(next);
}

/** An iterator over what `next` gives. Breaking off does nothing to the socket. */
export function iteratorOf<Value>(next: () => Promise<IteratorResult<Value>>): AsyncIterableIterator<Value> {
  return {
    next,
    return: () => Promise.resolve({ done: true, value: undefined }),
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

interface Read {
  readonly value: unknown;
  readonly data: Message;
}

function toValue(link: Link, call: string, mode: JsonMode = "text"): (data: Message) => Read {
  const { json, platform } = link.config;
  return (data) => {
    if ((typeof data === "string") !== (mode === "text")) throw wrongType({ link, call }, mode, data);
    try {
      return { value: fromJson(json, platform.text, data), data };
    } catch (error) {
      throw owned(link, error as Error);
    }
  };
}

function checkedBy(link: Link, schema: StandardSchema): (read: Read) => Promise<unknown> {
  return async ({ value, data }) => {
    try {
      return await validate(schema, value, data);
    } catch (error) {
      throw error instanceof ValidationError ? owned(link, error) : error;
    }
  };
}

/** The error for a message of the wrong kind. */
export function wrongType(
  { link, call }: { readonly link: Link; readonly call: string },
  wanted: "text" | "binary",
  data: Message,
): MessageTypeError {
  const came = typeof data === "string" ? "text" : "bytes";
  const sentence = WRONG_MESSAGE_TYPE.sentence(call, wanted === "text" ? "text" : "bytes", came);
  return owned(link, new MessageTypeError(WRONG_MESSAGE_TYPE.code, sentence, data));
}

function checkMode(mode: JsonMode | undefined): void {
  if (mode === undefined || mode === "text" || mode === "binary") return;
  throw usageError(BAD_OPTION, "mode", String(mode), "text or binary");
}
