/** The inner life of a socket: between the wire and the user's methods, it keeps the state, the deadlines and the end. */

import type { DisconnectError, ProtocolError } from "../errors.ts";
import { HEARTBEAT_TIMEOUT, protocolError, READ_IN_EVENTS_STYLE, SEND_BUFFER_FULL, usageError } from "../errors.ts";
import { encodeClosePayload } from "../protocol/close-code.ts";
import type { CloseInfo } from "../protocol/engine-sink.ts";
import type { Message } from "../protocol/message.ts";
import { Inflow } from "./inflow.ts";
import { LinkEnd } from "./link-end.ts";
import { Pings } from "./pings.ts";
import { quiet } from "./quiet.ts";
import type { Reading, ReceiveOptions } from "./receive-queue.ts";
import type { SocketCore } from "./socket-core.ts";
import type { SocketLimits } from "./socket-limits.ts";
import type { SocketState } from "./socket-state.ts";
import { Watch, type WatchOwner } from "./watch.ts";
import type { WheelItem, WheelMarks } from "./wheel.ts";
import type { Wire, WireSink } from "./wire.ts";

/** One connection, from before it is open to after its end. What an idle one does not need, it has not got. */
export class Link extends Inflow implements SocketCore, WireSink, WatchOwner, WheelItem {
  wheelTick: number | undefined;
  wheelNext: WheelMarks | undefined;
  wheelBefore: WheelMarks | undefined;
  #id: string | undefined;
  #state: SocketState = "connecting";
  /** While there is more to remember than that its peer is to be looked after. */
  #watch: Watch | undefined;
  #pings: Pings | undefined;
  #end: LinkEnd | undefined;

  get id(): string {
    this.#id ??= crypto.randomUUID();
    return this.#id;
  }

  get state(): SocketState {
    return this.#state;
  }

  get closed(): Promise<CloseInfo> {
    return this.#ending.closed;
  }

  get signal(): AbortSignal {
    return this.#ending.signal;
  }

  get latency(): number | undefined {
    return this.#pings?.latency;
  }

  get lastHeard(): number {
    return this.wire!.lastHeard;
  }

  get reading(): "on" | "paused" {
    return this.isHeld ? "paused" : "on";
  }

  get canPing(): boolean {
    return this.wire?.ping !== undefined;
  }

  get canStream(): boolean {
    return this.wire === undefined || this.wire.sendStream !== undefined;
  }

  /** Called once when it is over, before its user hears of it. */
  protected linkOnEnd(_info: CloseInfo): void {}

  /** The connection is open, on this wire. */
  open(wire: Wire): void {
    this.#state = "open";
    this.wire = wire;
    wire.open(this);
    const { clock, heartbeat, limits, wheel } = this.config;
    const expiresAt = this.#end?.expiresAt;
    if (expiresAt !== undefined) this.#watching.expires(expiresAt);
    else if (isTimed(limits)) this.#watch = new Watch(this, this);
    else if (heartbeat !== null) wheel.put(this, clock.now() + heartbeat.interval);
  }

  read<Result>(reading: Reading<Result>, options?: ReceiveOptions): Promise<Result> {
    if (this.isPulled) return this.queue.read(reading, options);
    return quiet(Promise.reject(usageError(READ_IN_EVENTS_STYLE, reading.call)));
  }

  protected override active(): void {
    // Most have no such limit, and a thousand watches would have to be fetched to hear it.
    if (this.config.limits.idleTimeout !== Number.POSITIVE_INFINITY) this.#watch!.active();
  }

  ping(): void {
    this.#pings ??= new Pings(this.config.clock);
    this.wire!.ping?.(this.#pings.next());
  }

  roundTrip(timeout: number): Promise<number> {
    if (this.#state !== "open") return Promise.reject(this.disconnectError("ping"));
    this.ping();
    return this.#pings!.roundTrip(timeout);
  }

  /** The permission ends in so many milliseconds. */
  expires(milliseconds: number): void {
    const time = this.config.clock.now() + milliseconds;
    if (this.#state === "connecting") this.#ending.expiresAt = time;
    if (this.#state === "open") this.#watching.expires(time);
  }

  /** Begins the closing handshake behind all that was sent; before it is open, ends it. Throws a `UsageError` for a bad code. */
  close(code: number, reason: string): void {
    encodeClosePayload(this.config.role, code, reason, this.config.platform.text);
    if (this.#state === "connecting") return this.terminate();
    if (this.catchUp()) this.#beginClosing(code, reason);
  }

  #beginClosing(code: number, reason: string): void {
    this.#state = "closing";
    this.#ending.info = { code, reason, wasClean: false };
    this.#ending.left = this.bufferedAmount;
    this.#watching.ending();
    this.stopReading();
    this.afterAll(() => this.#sayGoodbye());
  }

  /** From here on the wire has a deadline of its own. */
  #sayGoodbye(): void {
    this.#stopWatching();
    const { code, reason } = this.#end!.info!;
    this.wire!.close(code, reason);
  }

  /** Closes for a rule or limit of ours that was passed. The peer gets the code, and no word of ours. */
  fail(error: ProtocolError): void {
    if (this.#state !== "open") return;
    this.#ending.failure = error;
    // What waits to go to many and to it is given up, too: nothing may follow what is dropped.
    this.dropWaiting();
    this.#beginClosing(error.closeCode, "");
  }

  /** Ends at once, without a handshake. */
  terminate(): void {
    if (this.wire === undefined) this.wireOnClose({ code: 1006, reason: "", wasClean: false });
    else this.wire.terminate();
  }

  /** The error for a call that the end has overtaken. */
  disconnectError(call: string): DisconnectError {
    return this.#ending.disconnectError(call);
  }

  /** Whether an error says no more than that this connection has ended. */
  isOwnEnd(error: unknown): boolean {
    return this.#ending.isOwn(error);
  }

  wireOnMessage(data: Message): void {
    this.#watch?.active();
    this.take(data);
  }

  wireOnPong(payload: Uint8Array): void {
    this.#pings?.pong(payload);
    if (this.#watch?.isPlain) this.#watch = undefined;
  }

  wireOnRoom(): void {
    this.roomForGoodbye();
    this.pump();
  }

  wireOnGoodbye(): boolean {
    return this.holdGoodbye();
  }

  wireOnClose(info: CloseInfo): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    const end = this.#ending.set(info);
    this.#stopWatching();
    this.endSending();
    this.#pings?.end(() => this.disconnectError("ping"));
    this.linkOnEnd(end);
    this.#ending.tell();
    this.endReading(end);
  }

  sendQueueOnOverflow(size: number): void {
    this.fail(protocolError(SEND_BUFFER_FULL, size, this.config.limits.sendBuffer));
  }

  sendQueueOnRelieved(): void {}

  sendQueueOnMoved(): void {
    this.#watch?.active();
    this.#watch?.moved();
  }

  protected override hold(): void {
    this.wire?.pause?.();
  }

  protected override release(): void {
    // What begins to watch only now begins to wait only now.
    this.#watch?.resumed();
    this.wire?.resume?.();
  }

  protected override inflowOnFull(isFull: boolean): void {
    if (isFull) this.#watching.full();
    else this.#watch?.relieved();
  }

  wheelOnTime(now: number): number | undefined {
    const next = this.#watching.wheelOnTime(now);
    if (this.#watch?.isPlain) this.#watch = undefined;
    return next;
  }

  watchOnDead(silence: number): void {
    this.#ending.failure = protocolError(HEARTBEAT_TIMEOUT, Math.round(silence));
    this.wire!.terminate();
  }

  watchOnStuck(): void {
    const left = this.unsent;
    if (left >= this.#ending.left) return this.wire!.terminate();
    // A slow peer, but it reads.
    this.#ending.left = left;
    this.#watching.ending();
  }

  get #ending(): LinkEnd {
    this.#end ??= new LinkEnd(this);
    return this.#end;
  }

  get #watching(): Watch {
    this.#watch ??= new Watch(this, this);
    return this.#watch;
  }

  #stopWatching(): void {
    this.config.wheel.remove(this);
    this.#watch = undefined;
  }
}

/** Whether its time is counted from the first moment. */
function isTimed({ lifetime, idleTimeout }: SocketLimits): boolean {
  return lifetime !== Number.POSITIVE_INFINITY || idleTimeout !== Number.POSITIVE_INFINITY;
}
