/** A wire around a WebSocket of Bun's own server, which frames, compresses and answers pings and goodbyes by itself. */

import type { ProtocolError } from "../../errors.ts";
import { MESSAGE_TOO_BIG, protocolError } from "../../errors.ts";
import type { CloseInfo } from "../../protocol/engine-sink.ts";
import type { Message } from "../../protocol/message.ts";
import type { PreparedBatch } from "../../protocol/prepared-batch.ts";
import type { PreparedMessage } from "../../protocol/prepared-message.ts";
import type { OpeningResponse } from "../../server/host.ts";
import type { Wire, WireSink } from "../../socket/wire.ts";
import { WIRE_HIGH_WATER } from "../../socket/wire.ts";
import { toEnd } from "./bun-end.ts";
import type { BunEvents, BunSocket } from "./bun-runtime.ts";
import { Flushes } from "./flushes.ts";
import type { Group, GroupMember, Groups } from "./groups.ts";
import type { HeardClock, Stretch } from "./heard-clock.ts";

/** What the WebSockets of a server share. */
export interface BunShared {
  readonly clock: HeardClock;
  readonly groups: Groups;
}

/** Bun opens it in the call that sends the 101. */
export class BunWire implements Wire, BunEvents, GroupMember {
  readonly #how: OpeningResponse;
  /** Bytes of a message that is let in, and of one that is worth compressing. */
  readonly #largest: number;
  readonly threshold: number;
  readonly #groups: Groups;
  readonly serial: number;
  groups: readonly Group[] = NO_GROUPS;
  waiting: PreparedBatch | undefined;
  /** From when it is open on; `undefined` if the client had left. */
  #socket: BunSocket | undefined;
  #sink!: WireSink;
  #state: "open" | "closing" | "closed" = "open";
  readonly #clock: HeardClock;
  /** When the last message came. */
  #heardIn: Stretch;
  /** When it was opened, or the last ping or pong came. */
  #sign: number;
  /** Whether Bun holds more for the peer than we give it. */
  #isFull = false;
  /** Bytes that went by a group since that was looked at. */
  #unseen = 0;
  readonly #flushes = new Flushes();
  #reading: "on" | "paused" = "on";
  /** What Bun had read when it was paused, and gave all the same. */
  #held: Message[] = NOTHING;
  /** The end, while it waits for what is held. */
  #end: CloseInfo | undefined;
  /** Why we end it. */
  #failure: ProtocolError | undefined;
  #cancelDeadline: (() => void) | undefined;

  constructor(how: OpeningResponse, { clock, groups }: BunShared) {
    this.#how = how;
    this.#groups = groups;
    this.serial = groups.serial();
    this.#largest = how.limits.messageSize;
    this.threshold = how.deflate?.threshold ?? Number.POSITIVE_INFINITY;
    this.#clock = clock;
    this.#heardIn = NEVER;
    this.#sign = how.clock.now();
  }

  open(sink: WireSink): void {
    this.#sink = sink;
    if (this.#socket !== undefined) return;
    this.#state = "closed";
    this.#how.platform.defer(() => sink.wireOnClose(GONE));
  }

  get lastHeard(): number {
    return Math.max(this.#sign, this.#clock.timeOf(this.#heardIn));
  }

  get isOpen(): boolean {
    return this.#state === "open";
  }

  get bufferedAmount(): number {
    return this.#socket?.getBufferedAmount() ?? 0;
  }

  unsent(): number {
    return this.bufferedAmount;
  }

  /** Hot path (bench: `echo`). Bun copies bytes at once. */
  send(message: Message | PreparedMessage, compress: boolean): boolean {
    if (this.#state !== "open") return false;
    if (this.waiting !== undefined) this.#groups.flush();
    const data = typeof message === "string" || message instanceof Uint8Array ? message : message.data;
    this.#give(this.#socket!, data, compress);
    return !this.#isFull;
  }

  sendBatch(batch: PreparedBatch): boolean {
    if (this.#state !== "open") return false;
    this.#catchUp();
    this.sendAlone(batch);
    return !this.#isFull;
  }

  get takesAtOnce(): boolean {
    if (this.#state !== "open") return false;
    // What a group was sent tells nothing about each of them.
    if (this.#unseen >= WIRE_HIGH_WATER / 2) this.#look();
    return !this.#isFull;
  }

  /** Hot path (bench: `rooms`). */
  sendBatchAtOnce(batch: PreparedBatch): boolean {
    this.#catchUp();
    this.#groups.send(this, batch);
    return true;
  }

  sendAlone({ messages }: PreparedBatch): void {
    const socket = this.bunSocket;
    if (socket === undefined) return;
    if (messages.length === 1) return this.#give(socket, messages[0]!.data, true);
    socket.cork(() => {
      for (const { data } of messages) this.#give(socket, data, true);
    });
  }

  sentByGroup({ size }: PreparedBatch): void {
    this.#flushes.handed += size;
    this.#unseen += size;
  }

  get bunSocket(): BunSocket | undefined {
    return this.#state === "closed" ? undefined : this.#socket;
  }

  /** What it was sent with others comes before what it is sent alone. */
  #catchUp(): void {
    if (this.waiting !== undefined) this.#groups.flush();
  }

  #look(): void {
    this.#unseen = 0;
    this.#isFull = this.#socket!.getBufferedAmount() >= WIRE_HIGH_WATER;
  }

  #give(socket: BunSocket, data: Message, compress: boolean): void {
    const compressed = compress && data.length >= this.threshold;
    const sent = typeof data === "string" ? socket.sendText(data, compressed) : socket.sendBinary(data, compressed);
    this.#flushes.handed += data.length;
    if (sent === WAITS) this.#isFull = socket.getBufferedAmount() >= WIRE_HIGH_WATER;
  }

  flushed(done: (out: boolean) => void): void {
    this.#catchUp();
    if (this.#state === "closed" || this.bufferedAmount === 0) return done(this.#state !== "closed");
    this.#flushes.add(done);
  }

  ping(payload: Uint8Array): void {
    if (this.#state !== "closed") this.#socket!.ping(payload);
  }

  pause(): void {
    if (this.#reading === "paused" || this.#state === "closed") return;
    this.#reading = "paused";
    this.#socket!.pause();
  }

  resume(): void {
    if (this.#reading === "on") return;
    this.#reading = "on";
    if (!this.#giveHeld()) return;
    if (this.#end !== undefined) this.#tellEnd(this.#end);
    else if (this.#state !== "closed") this.#socket!.resume();
  }

  /** Gives whether all that was held is gone, and it was not paused again. */
  #giveHeld(): boolean {
    while (this.#reading === "on" && this.#held.length > 0) this.#sink.wireOnMessage(this.#held.shift()!);
    return this.#reading === "on";
  }

  /**
   * Bun calls the end an end once its Close frame is with the system: whoever is slow to take what was sent before has his
   * time anew for as long as he takes some of it.
   */
  close(code: number | undefined, reason: string): void {
    if (this.#state !== "open") return;
    this.#catchUp();
    this.#state = "closing";
    this.flushed((out) => {
      if (out) this.#sayGoodbye(code, reason);
    });
    if (this.#isClosing) this.#startDeadline();
  }

  /** Asked anew: the goodbye may have been said by now. */
  get #isClosing(): boolean {
    return this.#state === "closing";
  }

  #sayGoodbye(code: number | undefined, reason: string): void {
    this.#cancelDeadline?.();
    this.#state = "closed";
    this.#socket!.close(code ?? NO_CODE, reason);
    const error = this.#failure;
    const end: CloseInfo = { code: code ?? NO_CODE, reason, wasClean: error === undefined };
    // As on every wire, the end comes in a turn of its own.
    this.#how.platform.defer(() => this.#endWith(error === undefined ? end : { ...end, error }));
  }

  #startDeadline(): void {
    const before = this.bufferedAmount;
    this.#cancelDeadline = this.#how.clock.after(this.#how.closeTimeout, () => {
      if (this.bufferedAmount < before) this.#startDeadline();
      else this.terminate();
    });
  }

  terminate(): void {
    if (this.#state === "closed") {
      if (this.#end !== undefined) this.#tellEnd(GONE);
      return;
    }
    this.#held = NOTHING;
    this.#reading = "on";
    this.#socket!.terminate();
  }

  bunOnOpen(socket: BunSocket): void {
    this.#socket = socket;
    socket.binaryType = "uint8array";
  }

  /** Hot path (bench: `echo`). The bytes are ours. */
  bunOnMessage(data: Message): void {
    this.#heardIn = this.#clock.stretch;
    if (data.length > this.#largest) return this.#fail(data);
    if (this.#reading === "on" && this.#held.length === 0) return this.#sink.wireOnMessage(data);
    if (this.#held === NOTHING) this.#held = [];
    this.#held.push(data);
  }

  bunOnPing(): void {
    this.#sign = this.#how.clock.now();
  }

  bunOnPong(payload: Uint8Array): void {
    this.bunOnPing();
    this.#sink.wireOnPong(payload);
  }

  bunOnDrain(): void {
    const { bufferedAmount } = this;
    this.#isFull = bufferedAmount >= WIRE_HIGH_WATER;
    this.#flushes.left(bufferedAmount);
    if (this.#state !== "closed") this.#sink.wireOnRoom();
  }

  bunOnClose(code: number, reason: string): void {
    // Said by us, and told on its own.
    if (this.#state === "closed") return;
    this.#cancelDeadline?.();
    this.#state = "closed";
    this.#endWith(toEnd(code, reason));
  }

  /** Behind what is held. */
  #endWith(end: CloseInfo): void {
    if (this.#held.length === 0 && this.#reading === "on") this.#tellEnd(end);
    else this.#end = end;
  }

  #tellEnd(end: CloseInfo): void {
    this.#end = undefined;
    this.#groups.left(this);
    this.#sink.wireOnClose(end);
    this.#flushes.end();
  }

  /** Bun holds messages to the largest limit of all routes; this one's is smaller. */
  #fail(data: Message): void {
    if (this.#state !== "open") return;
    this.#failure = protocolError(MESSAGE_TOO_BIG, data.length, this.#largest);
    this.#state = "closing";
    this.#sayGoodbye(this.#failure.closeCode, "");
  }
}

/** What `send` gives when the peer has to take something first. */
const WAITS = -1;
/** RFC 6455, 7.4.1: "1005 … no status code was actually present". Bun sends none for it. */
const NO_CODE = 1005;
const GONE: CloseInfo = { code: 1006, reason: "", wasClean: false };
const NEVER: Stretch = { end: 0 };
const NOTHING: Message[] = [];
const NO_GROUPS: readonly Group[] = [];
