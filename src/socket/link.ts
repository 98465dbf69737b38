/** The inner life of a socket: between the wire and the user's methods, it keeps the state, the deadlines and the end. */

import type { DisconnectError, ProtocolError } from "../errors.ts";
import { HEARTBEAT_TIMEOUT, protocolError, READ_IN_EVENTS_STYLE, SEND_BUFFER_FULL, usageError } from "../errors.ts";
import { encodeClosePayload } from "../protocol/close-code.ts";
import type { CloseInfo } from "../protocol/engine-sink.ts";
import type { Message } from "../protocol/message.ts";
import type { PreparedBatch } from "../protocol/prepared-batch.ts";
import type { PreparedMessage } from "../protocol/prepared-message.ts";
import { Inflow, type InflowListener, type InflowOwner } from "./inflow.ts";
import { LinkEnd } from "./link-end.ts";
import { Pings } from "./pings.ts";
import { quiet } from "./quiet.ts";
import type { Reading, ReceiveOptions } from "./receive-queue.ts";
import { SendQueue, type SendQueueOwner } from "./send-queue.ts";
import type { SocketConfig } from "./socket-config.ts";
import type { SocketCore } from "./socket-core.ts";
import type { SocketState } from "./socket-state.ts";
import type { Traffic } from "./traffic.ts";
import { Watch, type WatchOwner } from "./watch.ts";
import type { Wire, WireSink, WireStreamOptions } from "./wire.ts";

/** One connection, from before it is open to after its end. */
export class Link implements SocketCore, WireSink, SendQueueOwner, InflowOwner, WatchOwner {
  readonly config: SocketConfig;
  /** Called once when it is over, before its user hears of it. */
  onEnd: ((info: CloseInfo) => void) | undefined;
  /** Called when there is room to send again. */
  onRelieved: (() => void) | undefined;
  /** What its user holds, by which `config.toMany` knows it. */
  face: object | undefined;
  #id: string | undefined;
  #state: SocketState = "connecting";
  #wire: Wire | undefined;
  #sending: SendQueue | undefined;
  #watch: Watch | undefined;
  #pings: Pings | undefined;
  readonly #inflow: Inflow;
  readonly #end = new LinkEnd(this);
  /** When the permission ends, if that was said before it was open. */
  #expiresAt: number | undefined;
  /** While it is closing: what was left to be sent. */
  #left = 0;

  constructor(config: SocketConfig) {
    this.config = config;
    this.#inflow = new Inflow(this);
  }

  get id(): string {
    this.#id ??= crypto.randomUUID();
    return this.#id;
  }

  get state(): SocketState {
    return this.#state;
  }

  get closed(): Promise<CloseInfo> {
    return this.#end.closed;
  }

  get signal(): AbortSignal {
    return this.#end.signal;
  }

  get latency(): number | undefined {
    return this.#pings?.latency;
  }

  get received(): Traffic {
    return this.#inflow.received;
  }

  get bufferedAmount(): number {
    return this.#sending?.bufferedAmount ?? 0;
  }

  /** The sending half; `undefined` before it is open. */
  get sending(): SendQueue | undefined {
    return this.#sending;
  }

  get lastHeard(): number {
    return this.#wire!.lastHeard;
  }

  get reading(): "on" | "paused" {
    return this.#inflow.isHeld ? "paused" : "on";
  }

  get canPing(): boolean {
    return this.#wire?.ping !== undefined;
  }

  get canStream(): boolean {
    return this.#wire === undefined || this.#wire.sendStream !== undefined;
  }

  get queuedMessages(): number {
    return this.#inflow.queue.length;
  }

  /** The connection is open, on this wire. */
  open(wire: Wire): void {
    this.#state = "open";
    this.#wire = wire;
    this.#sending = new SendQueue(this, wire);
    wire.open(this);
    this.#watch = new Watch(this);
    if (this.#expiresAt !== undefined) this.#watch.expires(this.#expiresAt);
  }

  read<Result>(reading: Reading<Result>, options?: ReceiveOptions): Promise<Result> {
    if (this.#inflow.isPulled) return this.#inflow.queue.read(reading, options);
    return quiet(Promise.reject(usageError(READ_IN_EVENTS_STYLE, reading.call)));
  }

  /** Messages go to the listener from now on. */
  listen(listener: InflowListener): void {
    this.#inflow.listen(listener);
  }

  ignoreMessages(): void {
    this.#inflow.discard();
  }

  send(message: Message | PreparedMessage, compress: boolean, key?: string): Promise<void> {
    if (!this.#catchUp()) return quiet(Promise.reject(this.disconnectError("send")));
    return this.#active().send(message, compress, key);
  }

  stream(chunks: Iterable<Message> | AsyncIterable<Message>, options: WireStreamOptions): Promise<void> {
    if (!this.#catchUp()) return quiet(Promise.reject(this.disconnectError("sendStream")));
    return this.#active().stream(chunks, options);
  }

  /** Sends messages of a room's, when the turn ends; nothing unless open. */
  deliver(batch: PreparedBatch): void {
    if (this.#state === "open") this.#active().deliver(batch);
  }

  /** Whether it is open, and nothing waits before what is sent now. */
  get takesAtOnce(): boolean {
    return this.#state === "open" && this.#sending!.takesAtOnce;
  }

  /** The same where that is so: they are on their way when it returns. */
  deliverAtOnce(batch: PreparedBatch): void {
    this.#active().deliverAtOnce(batch);
  }

  #active(): SendQueue {
    // Most have no such limit, and a thousand watches would have to be fetched to hear it.
    if (this.config.limits.idleTimeout !== Number.POSITIVE_INFINITY) this.#watch!.active();
    return this.#sending!;
  }

  /** What was sent to many before goes first: the order is that of the calls. Gives whether it is open after that. */
  #catchUp(): boolean {
    const { toMany } = this.config;
    if (this.#state === "open" && toMany?.waits && this.face !== undefined) toMany.catchUp(this.face);
    return this.#state === "open";
  }

  ping(): void {
    this.#pings ??= new Pings(this.config.clock);
    this.#wire!.ping?.(this.#pings.next());
  }

  roundTrip(timeout: number): Promise<number> {
    if (this.#state !== "open") return Promise.reject(this.disconnectError("ping"));
    this.ping();
    return this.#pings!.roundTrip(timeout);
  }

  /** The permission ends in so many milliseconds. */
  expires(milliseconds: number): void {
    const time = this.config.clock.now() + milliseconds;
    if (this.#state === "connecting") this.#expiresAt = time;
    if (this.#state === "open") this.#watch!.expires(time);
  }

  /** Begins the closing handshake behind all that was sent; before it is open, ends it. Throws a `UsageError` for a bad code. */
  close(code: number, reason: string): void {
    encodeClosePayload(this.config.role, code, reason, this.config.platform.text);
    if (this.#state === "connecting") return this.terminate();
    if (this.#catchUp()) this.#beginClosing(code, reason);
  }

  #beginClosing(code: number, reason: string): void {
    this.#state = "closing";
    this.#end.info = { code, reason, wasClean: false };
    this.#left = this.#sending!.bufferedAmount;
    this.#watch!.ending();
    this.#inflow.stop();
    this.#sending!.last(() => this.#sayGoodbye());
  }

  /** From here on the wire has a deadline of its own. */
  #sayGoodbye(): void {
    this.#watch!.stop();
    this.#wire!.close(this.#end.info!.code, this.#end.info!.reason);
  }

  /** Closes for a rule or limit of ours that was passed. The peer gets the code, and no word of ours. */
  fail(error: ProtocolError): void {
    if (this.#state !== "open") return;
    this.#end.failure = error;
    // What waits to go to many and to it is given up, too: nothing may follow what is dropped.
    this.#sending!.drop();
    this.#beginClosing(error.closeCode, "");
  }

  /** Ends at once, without a handshake. */
  terminate(): void {
    if (this.#wire === undefined) this.wireOnClose({ code: 1006, reason: "", wasClean: false });
    else this.#wire.terminate();
  }

  /** The error for a call that the end has overtaken. */
  disconnectError(call: string): DisconnectError {
    return this.#end.disconnectError(call);
  }

  /** Whether an error says no more than that this connection has ended. */
  isOwnEnd(error: unknown): boolean {
    return this.#end.isOwn(error);
  }

  wireOnMessage(data: Message): void {
    this.#watch?.active();
    this.#inflow.message(data);
  }

  wireOnPong(payload: Uint8Array): void {
    this.#pings?.pong(payload);
  }

  wireOnRoom(): void {
    this.#inflow.room();
    this.#sending!.pump();
  }

  wireOnGoodbye(): boolean {
    return this.#inflow.holdGoodbye();
  }

  wireOnClose(info: CloseInfo): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    const end = this.#end.set(info);
    this.#watch?.stop();
    this.#sending?.end();
    this.#pings?.end(() => this.disconnectError("ping"));
    this.onEnd?.(end);
    this.#end.tell();
    this.#inflow.end(end);
  }

  sendQueueOnOverflow(size: number): void {
    this.fail(protocolError(SEND_BUFFER_FULL, size, this.config.limits.sendBuffer));
  }

  sendQueueOnRelieved(): void {
    this.onRelieved?.();
  }

  sendQueueOnMoved(): void {
    this.#watch?.active();
    this.#watch?.moved();
  }

  hold(): void {
    this.#wire?.pause?.();
  }

  release(): void {
    this.#watch?.resumed();
    this.#wire?.resume?.();
  }

  inflowOnFull(isFull: boolean): void {
    if (isFull) this.#watch?.full();
    else this.#watch?.relieved();
  }

  watchOnDead(silence: number): void {
    this.#end.failure = protocolError(HEARTBEAT_TIMEOUT, Math.round(silence));
    this.#wire!.terminate();
  }

  watchOnStuck(): void {
    const left = this.#sending!.unsent();
    if (left >= this.#left) return this.#wire!.terminate();
    // A slow peer, but it reads.
    this.#left = left;
    this.#watch!.ending();
  }
}
