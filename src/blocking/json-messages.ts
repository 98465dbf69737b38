/** JSON over a blocking socket: what `sendJson`, `receiveJson` and `iterJson` are made of. */

import { InvalidJsonError, MessageTypeError, SCHEMA_IS_ASYNC, usageError } from "../errors.ts";
import type { Message } from "../protocol/message.ts";
import { nodePlatform } from "../protocol/node/platform.ts";
import { owned } from "../socket/error-owner.ts";
import type { JsonCodec, StandardSchema } from "../socket/json-codec.ts";
import { fromJson, outputOf, toJson } from "../socket/json-codec.ts";
import type { IterJsonOptions, JsonMode } from "../socket/json-messages.ts";
import { checkMode, checkOnInvalid } from "../socket/json-messages.ts";
import { ofKind } from "../socket/readings.ts";
import type { BlockingReceiveOptions } from "./receive-options.ts";
import { toTimeout } from "./receive-options.ts";

/** How JSON is received. */
export interface BlockingReceiveJsonOptions extends BlockingReceiveOptions {
  /** The kind of message that it comes in; the other is a `MessageTypeError`. @default "text" */
  readonly mode?: JsonMode | undefined;
}

/** How JSON is iterated over: as on other sockets, but a function in `onInvalid` is not awaited. */
export type BlockingIterJsonOptions<Schema extends StandardSchema | undefined = undefined> = Omit<
  IterJsonOptions<Schema>,
  "onInvalid"
> & {
  /**
   * What to do with a message that is no JSON, of the wrong kind, or not what the schema wants: `throw` the error, `skip`
   * the message, `close` the socket with 1003 or 1007, or a function that is told, after which reading goes on.
   * @default "throw"
   */
  readonly onInvalid?: "throw" | "skip" | "close" | ((error: InvalidJsonError | MessageTypeError) => void) | undefined;
};

/** What the messages come from. */
export interface JsonSource {
  /** Whose errors they are. */
  readonly owner: object;
  take(call: string, options?: BlockingReceiveOptions): Message | null;
  close(code: number): void;
}

/** The JSON of one socket. */
export class JsonMessages {
  readonly #codec: JsonCodec;
  readonly #source: JsonSource;

  constructor(codec: JsonCodec, source: JsonSource) {
    this.#codec = codec;
    this.#source = source;
  }

  /** The message that says `value`. */
  toMessage(call: string, value: unknown, mode: JsonMode = "text"): Message {
    checkMode(mode);
    const text = toJson(this.#codec, call, value);
    return mode === "text" ? text : nodePlatform.text.encode(text);
  }

  /** The value of the next message; `null` at the end. */
  receive(schema: StandardSchema | undefined, options: BlockingReceiveJsonOptions = {}): unknown {
    const { mode = "text" } = options;
    checkMode(mode);
    const timeout = toTimeout("receiveJson", options, ["timeout", "mode"]);
    const data = this.#source.take("receiveJson", { timeout });
    return data === null ? null : this.#valueOf("receiveJson", data, { mode, schema });
  }

  /** The values of all messages. */
  iterate({ mode = "text", schema, onInvalid = "throw" }: BlockingIterJsonOptions<StandardSchema | undefined>) {
    checkMode(mode);
    checkOnInvalid(onInvalid);
    return this.#iterate({ mode, schema, onInvalid });
  }

  *#iterate({ onInvalid, ...how }: Wanted & Required<Pick<BlockingIterJsonOptions, "onInvalid">>): Generator<unknown> {
    for (;;) {
      const data = this.#source.take("iterJson");
      if (data === null) return;
      let value: unknown;
      try {
        value = this.#valueOf("iterJson", data, how);
      } catch (error) {
        const isInvalid = error instanceof InvalidJsonError || error instanceof MessageTypeError;
        if (!isInvalid || onInvalid === "throw") throw error;
        if (onInvalid === "close") this.#source.close(error.closeCode);
        else if (typeof onInvalid === "function") onInvalid(error);
        continue;
      }
      yield value;
    }
  }

  #valueOf(call: string, data: Message, { mode, schema }: Wanted): unknown {
    const { owner } = this.#source;
    ofKind(owner, call, data, mode);
    try {
      const value = fromJson(this.#codec, nodePlatform.text, data);
      if (schema === undefined) return value;
      const result = schema["~standard"].validate(value);
      if (result instanceof Promise) {
        result.catch(() => {});
        throw usageError(SCHEMA_IS_ASYNC, call);
      }
      return outputOf(result, data);
    } catch (error) {
      throw error instanceof InvalidJsonError ? owned(owner, error) : error;
    }
  }
}

interface Wanted {
  readonly mode: JsonMode;
  readonly schema: StandardSchema | undefined;
}
