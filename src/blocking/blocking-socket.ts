/** A blocking socket as users hold it: the same names as elsewhere, without `await`. Its connection is in another thread. */

import type { inspect as inspectValue } from "node:util";
import { NOT_A_MESSAGE, RECEIVE_TIMEOUT, TimeoutError, usageError } from "../errors.ts";
import type { CloseInfo } from "../protocol/engine-sink.ts";
import type { Message } from "../protocol/message.ts";
import { checkNames } from "../socket/check-options.ts";
import type { JsonCodec, OutputOf, StandardSchema } from "../socket/json-codec.ts";
import { isSchema } from "../socket/json-codec.ts";
import type { JsonMode } from "../socket/json-messages.ts";
import { type Bytes, toBytes, toMessage, toText } from "../socket/message-input.ts";
import { ofKind } from "../socket/readings.ts";
import type { SendOptions } from "../socket/socket.ts";
import type { SocketState } from "../socket/socket-state.ts";
import { type BlockingIterJsonOptions, type BlockingReceiveJsonOptions, JsonMessages } from "./json-messages.ts";
import type { Caller } from "./lane/caller.ts";
import { toCloseInfo } from "./lane/error-record.ts";
import { withHint } from "./own-server.ts";
import { type BlockingReceiveOptions, toTimeout } from "./receive-options.ts";

/** How a message is sent; `key` is for servers, see `SendOptions`. */
export type BlockingSendOptions = Pick<SendOptions, "compress">;

/** One WebSocket, for scripts that wait. Made by `connect`, and by `serve` for each connection. */
export abstract class BlockingSocket implements Iterable<Message> {
  /** For those who open sockets. */
  protected readonly caller: Caller;
  readonly #json: JsonMessages;

  /** For those who open sockets. */
  protected constructor(caller: Caller, json: JsonCodec) {
    this.caller = caller;
    this.#json = new JsonMessages(json, {
      owner: caller,
      take: (call, options) => this.#take(call, options),
      close: (code) => void this.close(code),
    });
  }

  /** The subprotocol in use, `""` if none. */
  abstract readonly protocol: string;

  /** Where it is connected to. */
  abstract readonly url: URL;

  /** Where it stands: `connecting`, `open`, `closing` (by this side) or `closed`. */
  get state(): SocketState {
    return this.caller.state;
  }

  /** Whether messages can be sent. */
  get open(): boolean {
    return this.state === "open";
  }

  /** How the connection ended: its close code, reason, and whether it ended cleanly; `undefined` before. */
  get closed(): CloseInfo | undefined {
    const { end } = this.caller;
    return end && toCloseInfo(end);
  }

  /** Milliseconds that the last ping took there and back; `undefined` before the first pong. */
  get latency(): number | undefined {
    return this.caller.latency;
  }

  /** Bytes that were sent and are not out. */
  get bufferedAmount(): number {
    const { inFlight } = this.caller;
    return this.caller.askUnlessOver(() => Math.max(inFlight, this.caller.ask("bufferedAmount") as number)) ?? 0;
  }

  /**
   * Sends a message: a string as text, bytes as binary. Returns when the socket can take more, most often at once; bytes
   * may change then. Throws a `DisconnectError` after the end, and a `UsageError` for what is no message.
   */
  send(message: Message | Bytes, { compress = true }: BlockingSendOptions = {}): void {
    const data = toMessage(message);
    if (typeof data !== "string" && !(data instanceof Uint8Array))
      throw usageError(NOT_A_MESSAGE, "send", "a prepared one");
    this.caller.send(data, compress);
  }

  /** Sends text; else as `send`. */
  sendText(text: string, options?: BlockingSendOptions): void {
    this.send(toText("sendText", text), options);
  }

  /** Sends bytes; else as `send`. */
  sendBytes(bytes: Bytes, options?: BlockingSendOptions): void {
    this.send(toBytes("sendBytes", bytes), options);
  }

  /** Sends a value as JSON, in a text message or (`mode: "binary"`) as UTF-8 in a binary one; else as `send`. */
  sendJson(value: unknown, options: BlockingSendOptions & { readonly mode?: JsonMode | undefined } = {}): void {
    this.send(this.#json.toMessage("sendJson", value, options.mode), options);
  }

  /**
   * The next message; `null` when the connection has ended and all messages were read, whatever the close code
   * (`socket.closed` has it). Throws a `TimeoutError` after `timeout` milliseconds.
   */
  receive(options?: BlockingReceiveOptions): Message | null {
    return this.#take("receive", options);
  }

  /** The next message, if it is text; bytes are a `MessageTypeError`, which carries them. Else as `receive`. */
  receiveText(options?: BlockingReceiveOptions): string | null {
    return this.#takeOf("text", "receiveText", options) as string | null;
  }

  /** The next message, if it is binary; text is a `MessageTypeError`, which carries it. Else as `receive`. */
  receiveBytes(options?: BlockingReceiveOptions): Uint8Array | null {
    return this.#takeOf("binary", "receiveBytes", options) as Uint8Array | null;
  }

  /**
   * The value that the next message holds as JSON; with a schema (zod, valibot, arktype: any Standard Schema), checked
   * and typed by it. `null` at the end, and for the JSON `null`: `iterJson` tells them apart. Throws an
   * `InvalidJsonError`, or a `ValidationError` with the schema's issues, which carry the message. Else as `receive`.
   */
  receiveJson<Schema extends StandardSchema>(
    schema: Schema,
    options?: BlockingReceiveJsonOptions,
  ): OutputOf<Schema> | null;
  receiveJson<Value = unknown>(options?: BlockingReceiveJsonOptions): Value | null;
  receiveJson(first?: StandardSchema | BlockingReceiveJsonOptions, second?: BlockingReceiveJsonOptions): unknown {
    const [schema, options] = isSchema(first) ? [first, second] : [undefined, first];
    return this.#json.receive(schema, options);
  }

  /** All messages, text and bytes, until the connection ends, whatever the close code. Breaking off closes nothing. */
  *[Symbol.iterator](): IterableIterator<Message> {
    for (let message = this.#take("for"); message !== null; message = this.#take("for")) yield message;
  }

  /** All messages, which have to be text: bytes are a `MessageTypeError`. */
  *iterText(): IterableIterator<string> {
    for (let text = this.receiveText(); text !== null; text = this.receiveText()) yield text;
  }

  /** All messages, which have to be binary: text is a `MessageTypeError`. */
  *iterBytes(): IterableIterator<Uint8Array> {
    for (let bytes = this.receiveBytes(); bytes !== null; bytes = this.receiveBytes()) yield bytes;
  }

  /** All messages as the values that they hold as JSON. `onInvalid` says what becomes of those that hold none. */
  iterJson<Schema extends StandardSchema>(
    options: BlockingIterJsonOptions<Schema> & { readonly schema: Schema },
  ): IterableIterator<OutputOf<Schema>>;
  iterJson<Value = unknown>(options?: BlockingIterJsonOptions): IterableIterator<Value>;
  iterJson(options: BlockingIterJsonOptions<StandardSchema | undefined> = {}): IterableIterator<unknown> {
    return this.#json.iterate(options);
  }

  /** Whatever comes from now on is thrown away: for a socket that only sends. Without it, what nobody reads fills the queue. */
  ignoreMessages(): void {
    this.caller.askUnlessOver(() => this.caller.ask("ignoreMessages"));
  }

  /** Sends a ping; gives the round trip in milliseconds. Throws a `TimeoutError` or a `DisconnectError`. */
  ping(options: { readonly timeout?: number | undefined } = {}): number {
    checkNames(options, ["timeout"], "ping");
    return this.caller.ask("ping", options) as number;
  }

  /**
   * Closes, behind everything that was sent; returns when the connection is over, with how. Call it as often as you like,
   * also after the end. A peer that does not answer has `limits.closeTimeout`. Throws a `UsageError` for a code that may
   * not be sent: 1000 to 1003, 1007 to 1014 and 3000 to 4999 may.
   */
  close(code = 1000, reason = ""): CloseInfo {
    this.caller.askUnlessOver(() => this.caller.ask("close", code, reason));
    return toCloseInfo(this.caller.untilEnd("close", Infinity)!);
  }

  /** Ends the connection at once, without a closing handshake: 1006 for both sides. */
  terminate(): void {
    this.caller.askUnlessOver(() => this.caller.ask("terminate"));
    this.caller.untilEnd("terminate", Infinity);
  }

  /** `using socket = …`: closes with 1000 at the end of the block. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** In the REPL and by `console.log`: what it is, not what it is made of. */
  [Symbol.for("nodejs.util.inspect.custom")](_depth: number, options: object, inspect: typeof inspectValue): string {
    const { state, protocol, closed } = this;
    return `${this.constructor.name} ${inspect({ url: this.url.href, state, protocol, ...(closed && { closed }) }, options)}`;
  }

  #takeOf(kind: JsonMode, call: string, options?: BlockingReceiveOptions): Message | null {
    const data = this.#take(call, options);
    return data === null ? null : ofKind(this.caller, call, data, kind);
  }

  #take(call: string, options?: BlockingReceiveOptions): Message | null {
    const timeout = options === undefined ? Infinity : toTimeout(call, options);
    const message = this.caller.next(call, timeout);
    if (message !== undefined) return message;
    throw new TimeoutError(RECEIVE_TIMEOUT.code, withHint(RECEIVE_TIMEOUT.sentence(call, timeout)));
  }
}
