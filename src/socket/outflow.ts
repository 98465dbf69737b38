/** The sending half of a socket while nothing is in its way. What is in its way waits in a `SendQueue`, as long as there is any. */

import type { Message } from "../protocol/message.ts";
import type { PreparedBatch } from "../protocol/prepared-batch.ts";
import type { PreparedMessage } from "../protocol/prepared-message.ts";
import { quiet } from "./quiet.ts";
import { dataOf, isSentAsItLies, sizeOf } from "./send-entry.ts";
import type { SendQueueOwner } from "./send-queue.ts";
import { SendQueue } from "./send-queue.ts";
import type { SocketConfig } from "./socket-config.ts";
import type { SocketState } from "./socket-state.ts";
import type { Traffic } from "./traffic.ts";
import type { Wire, WireStreamOptions } from "./wire.ts";
import { WIRE_HIGH_WATER } from "./wire.ts";

/**
 * Both halves are what a `Link` is made of, not what it has: of fifteen thousand idle connections each is one object, where
 * three would be a third more to hold.
 */
export abstract class Outflow implements SendQueueOwner {
  readonly config: SocketConfig;
  /** What its user holds, by which `config.toMany` knows it. */
  face: object | undefined;
  /** From open on. */
  protected wire: Wire | undefined;
  #sentMessages = 0;
  #sentBytes = 0;
  #queue: SendQueue | undefined;

  constructor(config: SocketConfig) {
    this.config = config;
  }

  abstract readonly id: string;
  abstract readonly state: SocketState;
  abstract close(code: number, reason: string): void;
  abstract disconnectError(call: string): Error;
  abstract sendQueueOnOverflow(size: number): void;
  abstract sendQueueOnRelieved(): void;
  abstract sendQueueOnMoved(): void;
  /** A message goes out. */
  protected abstract active(): void;

  /** What has been handed to the transport. */
  get sent(): Traffic {
    return { messages: this.#sentMessages, bytes: this.#sentBytes };
  }

  /** Messages that the policy for slow consumers dropped. */
  get dropped(): number {
    return this.#queue?.dropped ?? 0;
  }

  /** Bytes that wait, here and in the transport. */
  get bufferedAmount(): number {
    return this.#queue?.bufferedAmount ?? this.wire?.bufferedAmount ?? 0;
  }

  /** The same as exactly as the transport knows. */
  protected get unsent(): number {
    return this.#queue?.unsent() ?? this.wire!.unsent();
  }

  /** What is in the way. */
  get sending(): SendQueue {
    this.#queue ??= new SendQueue(this, this.wire!);
    return this.#queue;
  }

  /** Sends a message; the promise is the backpressure. Hot path (bench: `server`). */
  send(message: Message | PreparedMessage, compress: boolean, key?: string): Promise<void> {
    if (!this.catchUp()) return quiet(Promise.reject(this.disconnectError("send")));
    this.active();
    if (this.#queue !== undefined || isSentAsItLies(message)) return this.sending.send(message, compress, key);
    return this.hand(message, compress) ? DONE : this.sending.filled();
  }

  stream(chunks: Iterable<Message> | AsyncIterable<Message>, options: WireStreamOptions): Promise<void> {
    if (!this.catchUp()) return quiet(Promise.reject(this.disconnectError("sendStream")));
    this.active();
    return this.sending.stream(chunks, options);
  }

  /** Sends messages of a room's, when the turn ends; nothing unless open. */
  deliver(batch: PreparedBatch): void {
    if (this.state !== "open") return;
    this.active();
    const wire = this.wire!;
    // What is more than the transport is handed has to stay in messages, which a policy can act on.
    const goesWhole = this.#queue === undefined && batch.size <= WIRE_HIGH_WATER && wire.sendBatch !== undefined;
    if (!goesWhole) return this.sending.deliver(batch);
    if (!wire.sendBatch!(batch)) this.sending.becomeFull();
    this.count(batch);
  }

  /** Whether it is open, and nothing waits before what is sent now. */
  get takesAtOnce(): boolean {
    if (this.state !== "open" || this.wire!.takesAtOnce !== true) return false;
    return this.#queue === undefined || this.#queue.isFlowing;
  }

  /** The same where that is so: they are on their way when it returns. Tells no observer. Hot path (bench: `rooms`). */
  deliverAtOnce(batch: PreparedBatch): void {
    this.active();
    if (batch.size > WIRE_HIGH_WATER) return this.sending.deliver(batch);
    if (!this.wire!.sendBatchAtOnce!(batch)) this.sending.becomeFull();
    this.#sentMessages += batch.messages.length;
    this.#sentBytes += batch.size;
  }

  /** Gives the message to the wire, and whether that has room for more. */
  hand(message: Message | PreparedMessage, compress: boolean): boolean {
    const { reporter } = this.config;
    const room = this.wire!.send(message, compress);
    this.countStream();
    this.#sentBytes += sizeOf(message);
    const { messageSent } = reporter;
    if (messageSent !== undefined) messageSent(this.id, dataOf(message));
    return room;
  }

  /** A message went out whose bytes nobody has counted. */
  countStream(): void {
    this.#sentMessages++;
  }

  /** These went out together. */
  count({ messages, size }: PreparedBatch): void {
    this.#sentMessages += messages.length;
    this.#sentBytes += size;
    const { messageSent } = this.config.reporter;
    if (messageSent === undefined) return;
    for (const { data } of messages) messageSent(this.id, data);
  }

  /** Nothing is in its way any more. */
  sendQueueOnEmpty(): void {
    this.#queue = undefined;
  }

  /** Calls `done` once all that waits is with the transport. */
  protected afterAll(done: () => void): void {
    if (this.#queue === undefined) done();
    else this.#queue.last(done);
  }

  /** Something has left the transport. */
  protected pump(): void {
    this.#queue?.pump();
  }

  /** Gives up what waits. */
  protected dropWaiting(): void {
    this.#queue?.drop();
  }

  /** It is over: whoever waits is told. */
  protected endSending(): void {
    this.#queue?.end();
  }

  /** What was sent to many before goes first: the order is that of the calls. Gives whether it is open after that. */
  protected catchUp(): boolean {
    const { toMany } = this.config;
    if (this.state === "open" && toMany?.waits && this.face !== undefined) toMany.catchUp(this.face);
    return this.state === "open";
  }
}

/** Every send for which there is room gives this one. */
const DONE = Promise.resolve();
