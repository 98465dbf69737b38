/** A socket as users hold it: send, receive, iterate, ping, close. Knows neither how it was opened nor what carries it. */

import { NOT_ON_THIS_WIRE, usageError } from "../errors.ts";
import type { CloseInfo } from "../protocol/engine-sink.ts";
import type { Message } from "../protocol/message.ts";
import type { PreparedMessage } from "../protocol/prepared-message.ts";
import type { OutputOf, StandardSchema } from "./json-codec.ts";
import { isSchema } from "./json-codec.ts";
import type { IterJsonOptions, JsonMode, ReceiveJsonOptions } from "./json-messages.ts";
import { iterJson, jsonReading, toJsonMessage } from "./json-messages.ts";
import type { Bytes } from "./message-input.ts";
import { toBytes, toMessage, toText } from "./message-input.ts";
import { quiet } from "./quiet.ts";
import { Iteration, read, readingOf } from "./readings.ts";
import type { Reading, ReceiveOptions } from "./receive-queue.ts";
import type { SocketCore } from "./socket-core.ts";
import type { SocketState } from "./socket-state.ts";

/** How a message is sent. */
export interface SendOptions {
  /** `false` spares what is compressed already, where compression was agreed on. @default true */
  readonly compress?: boolean | undefined;
  /**
   * What the message is about. A server whose `slowConsumer` is `latest-by-key` keeps only the newest of a key for a peer
   * that is slow. @default none: it is kept
   */
  readonly key?: string | undefined;
}

/** How a stream is sent. */
export interface SendStreamOptions extends Pick<SendOptions, "compress"> {
  /** What an iterable that gives nothing is sent as. @default "binary" */
  readonly emptyAs?: "text" | "binary" | undefined;
}

/** How long a ping waits for its pong. */
export interface PingOptions {
  /** Milliseconds, then the promise rejects with a `TimeoutError`. @default the heartbeat's timeout, 20 000 */
  readonly timeout?: number | undefined;
}

/** One WebSocket. Safe to use from anywhere: what comes too late is told, and nothing is thrown at the process. */
export abstract class Socket implements AsyncIterable<Message> {
  readonly #link: SocketCore;

  /** For those who open sockets. */
  protected constructor(link: SocketCore) {
    this.#link = link;
  }

  /** Called before anything is sent or received while the state is `connecting`. */
  protected abstract begin(): void;

  /** The subprotocol in use, `""` if none. */
  abstract readonly protocol: string;

  /** A random name, the same for life: for logs and lists. */
  get id(): string {
    return this.#link.id;
  }

  /** Where it stands: `connecting`, `open`, `closing` (by this side) or `closed`. */
  get state(): SocketState {
    return this.#link.state;
  }

  /** Whether messages can be sent. */
  get open(): boolean {
    return this.#link.state === "open";
  }

  /** Resolves when the connection is over, with its close code, reason, and whether it ended cleanly. Never rejects. */
  get closed(): Promise<CloseInfo> {
    return this.#link.closed;
  }

  /** Aborts when the connection is over: hand it to whatever works for this socket only. */
  get signal(): AbortSignal {
    return this.#link.signal;
  }

  /** Milliseconds that the last ping took there and back; `undefined` before the first pong. */
  get latency(): number | undefined {
    return this.#link.latency;
  }

  /** Bytes that were sent and are not out. Text that has not been framed yet counts its characters. */
  get bufferedAmount(): number {
    return this.#link.bufferedAmount;
  }

  /**
   * Sends a message: a string as text, bytes as binary, or what was prepared for many. Resolves when the socket can take
   * more: await it to send no faster than the peer reads. Bytes must not change until then. Rejects with a
   * `DisconnectError`; if nobody awaits it, nothing happens. Throws a `UsageError` for what is no message.
   */
  send(message: Message | Bytes | PreparedMessage, options?: SendOptions): Promise<void> {
    const data = toMessage(message);
    return this.#begun().send(data, options?.compress !== false, options?.key);
  }

  /** Sends text; else as `send`. */
  sendText(text: string, options?: SendOptions): Promise<void> {
    return this.send(toText("sendText", text), options);
  }

  /** Sends bytes; else as `send`. */
  sendBytes(bytes: Bytes, options?: SendOptions): Promise<void> {
    return this.send(toBytes("sendBytes", bytes), options);
  }

  /**
   * Sends a value as JSON, in a text message or (`mode: "binary"`) as UTF-8 in a binary one; else as `send`. Throws a
   * `UsageError` for what has no JSON, such as `undefined`, and what the codec throws.
   */
  sendJson(value: unknown, options: SendOptions & { readonly mode?: JsonMode | undefined } = {}): Promise<void> {
    return this.send(toJsonMessage(this.#link, value, options.mode), options);
  }

  /**
   * Sends all that `chunks` gives as one message, piece by piece, as the peer takes it: text if it gives strings, binary
   * if it gives bytes. Other messages wait until it has ended. Resolves when all of it was sent. If `chunks` fails, the
   * promise rejects with its error, and the socket is closed with 1011, since half a message cannot be taken back.
   */
  sendStream(
    chunks: Iterable<Message> | AsyncIterable<Message>,
    { compress = true, emptyAs = "binary" }: SendStreamOptions = {},
  ): Promise<void> {
    const link = this.#begun();
    if (!link.canStream) throw usageError(NOT_ON_THIS_WIRE, "sendStream");
    return link.stream(chunks, { compress, emptyAs });
  }

  /**
   * The next message. Rejects with a `DisconnectError` when the connection has ended and all messages were read, with a
   * `TimeoutError` after `timeout` milliseconds, with the signal's reason when that aborts; no message is lost then.
   */
  receive(options?: ReceiveOptions): Promise<Message> {
    return this[read](RECEIVE, options);
  }

  /** The next message, if it is text; bytes are a `MessageTypeError`, which carries them. Else as `receive`. */
  receiveText(options?: ReceiveOptions): Promise<string> {
    return this[read](RECEIVE_TEXT, options);
  }

  /** The next message, if it is binary; text is a `MessageTypeError`, which carries it. Else as `receive`. */
  receiveBytes(options?: ReceiveOptions): Promise<Uint8Array> {
    return this[read](RECEIVE_BYTES, options);
  }

  /**
   * The value that the next message holds as JSON; with a schema (zod, valibot, arktype: any Standard Schema), checked
   * and typed by it. Rejects with an `InvalidJsonError`, or a `ValidationError` with the schema's issues, which carry
   * the message and leave the socket as it is. Else as `receive`.
   */
  receiveJson<Schema extends StandardSchema>(schema: Schema, options?: ReceiveJsonOptions): Promise<OutputOf<Schema>>;
  receiveJson<Value = unknown>(options?: ReceiveJsonOptions): Promise<Value>;
  receiveJson(first?: StandardSchema | ReceiveJsonOptions, second?: ReceiveJsonOptions): Promise<unknown> {
    const [schema, options] = isSchema(first) ? [first, second] : [undefined, first];
    return quiet(this[read](jsonReading(this.#link, "receiveJson", { ...options, schema }), options));
  }

  /** All messages, text and bytes, until the connection ends. Breaking off closes nothing. */
  [Symbol.asyncIterator](): AsyncIterableIterator<Message> {
    return new Iteration(this, ITERATE);
  }

  /** All messages, which have to be text: bytes are a `MessageTypeError`. */
  iterText(): AsyncIterableIterator<string> {
    return new Iteration(this, ITERATE_TEXT);
  }

  /** All messages, which have to be binary: text is a `MessageTypeError`. */
  iterBytes(): AsyncIterableIterator<Uint8Array> {
    return new Iteration(this, ITERATE_BYTES);
  }

  /** All messages as the values that they hold as JSON. `onInvalid` says what becomes of those that hold none. */
  iterJson<Schema extends StandardSchema>(
    options: IterJsonOptions<Schema> & { readonly schema: Schema },
  ): AsyncIterableIterator<OutputOf<Schema>>;
  iterJson<Value = unknown>(options?: IterJsonOptions): AsyncIterableIterator<Value>;
  iterJson(options: IterJsonOptions<StandardSchema | undefined> = {}): AsyncIterableIterator<unknown> {
    return iterJson(this.#link, this, options);
  }

  /** Whatever comes from now on is thrown away: for a socket that only sends. Without it, what nobody reads fills the queue. */
  ignoreMessages(): void {
    this.#link.ignoreMessages();
  }

  /** Sends a ping; resolves with the round trip in milliseconds. Rejects with a `TimeoutError` or a `DisconnectError`. */
  ping({ timeout = this.#link.config.heartbeat?.timeout ?? 20_000 }: PingOptions = {}): Promise<number> {
    const link = this.#begun();
    if (this.open && !link.canPing) throw usageError(NOT_ON_THIS_WIRE, "ping");
    return quiet(link.roundTrip(timeout));
  }

  /**
   * Closes, behind everything that was sent; resolves when the connection is over. A peer that does not answer has
   * `limits.closeTimeout`. Call it as often as you like, also after the end. A reason is cut to 123 bytes, at a
   * character. Throws a `UsageError` for a code that may not be sent: 1000 to 1003, 1007 to 1014 and 3000 to 4999 may.
   */
  close(code = 1000, reason = ""): Promise<CloseInfo> {
    this.#link.close(code, reason);
    return this.closed;
  }

  /** Ends the connection at once, without a closing handshake: 1006 for both sides. */
  terminate(): void {
    this.#link.terminate();
  }

  /** `await using socket = …`: closes with 1000 at the end of the block. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** What lies below, which is asked to open if it has not yet. */
  #begun(): SocketCore {
    if (this.#link.state === "connecting") this.begin();
    return this.#link;
  }

  /** By which its iterators read, too. */
  protected [read]<Result>(reading: Reading<Result>, options?: ReceiveOptions): Promise<Result> {
    return this.#begun().read(reading, options);
  }
}

const RECEIVE = readingOf<Message>("receive");
const RECEIVE_TEXT = readingOf<string>("receiveText", "text");
const RECEIVE_BYTES = readingOf<Uint8Array>("receiveBytes", "binary");
const ITERATE = readingOf<Message>("for await");
const ITERATE_TEXT = readingOf<string>("iterText", "text");
const ITERATE_BYTES = readingOf<Uint8Array>("iterBytes", "binary");
