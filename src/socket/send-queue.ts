/** What waits for the peer: at most 64 KiB lie with the transport, the rest here, as whole messages that a policy can act on. */

import { NOT_OPEN, UsageError } from "../errors.ts";
import { CloseCode } from "../protocol/close-code.ts";
import type { Message } from "../protocol/message.ts";
import type { PreparedBatch } from "../protocol/prepared-batch.ts";
import type { PreparedMessage } from "../protocol/prepared-message.ts";
import { ENTRY } from "../protocol/send-order.ts";
import { checkChunks } from "../protocol/send-stream.ts";
import { quiet } from "./quiet.ts";
import type { QueuedMessage } from "./send-entry.ts";
import { isSentAsItLies } from "./send-entry.ts";
import type { SocketConfig } from "./socket-config.ts";
import type { SocketState } from "./socket-state.ts";
import type { Traffic } from "./traffic.ts";
import { WaitingLine } from "./waiting-line.ts";
import type { Wire, WireStreamOptions } from "./wire.ts";
import { WIRE_HIGH_WATER } from "./wire.ts";

/** Whose messages these are. */
export interface SendQueueOwner {
  readonly id: string;
  readonly state: SocketState;
  readonly config: SocketConfig;
  /** The peer is too slow, and the policy is to close: more than the limit would wait. */
  sendQueueOnOverflow(size: number): void;
  /** There is room again. */
  sendQueueOnRelieved(): void;
  /** A piece of a stream is out. */
  sendQueueOnMoved(): void;
  close(code: number, reason: string): void;
  /** The error for a send that will not come about. */
  disconnectError(call: string): Error;
  /** Gives a message to the wire, and whether that has room for more. */
  hand(message: Message | PreparedMessage, compress: boolean): boolean;
  /** These went out together. */
  count(batch: PreparedBatch): void;
  /** A stream went out. */
  countStream(): void;
  /** Nothing waits any more, and nothing is to be remembered: this queue is not needed. */
  sendQueueOnEmpty(): void;
  /** What has been handed to the transport. */
  readonly sent: Traffic;
}

interface Deferred {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** The sending half of a socket, as long as something waits. */
export class SendQueue {
  readonly #owner: SendQueueOwner;
  readonly #wire: Wire;
  readonly #line: WaitingLine;
  /** `held`: somebody has the wire for themselves. */
  #state: "flowing" | "full" | "held" | "ended" = "flowing";
  /** Whether it was told that it is full; a stream fills nothing. */
  #isReported = false;
  /** Those who wait for room. */
  #waiting: Deferred[] = NOBODY;
  /** Those who wait for their bytes, or their stream, to be out. */
  #lent: Set<Deferred> | null = null;

  constructor(owner: SendQueueOwner, wire: Wire) {
    this.#owner = owner;
    this.#wire = wire;
    this.#line = new WaitingLine(owner);
  }

  /** What has been handed to the transport. */
  get sent(): Traffic {
    return this.#owner.sent;
  }

  /** Bytes that wait, here and in the transport. Text that waits here counts its characters. */
  get bufferedAmount(): number {
    return this.#line.bytes - this.#line.length * ENTRY + this.#wire.bufferedAmount;
  }

  /** The same as exactly as the transport knows. */
  unsent(): number {
    return this.#line.bytes + this.#wire.unsent();
  }

  /** Sends a message; the promise is the backpressure. Hot path (bench: `server`). */
  send(message: Message | PreparedMessage, compress: boolean, key?: string): Promise<void> {
    if (this.#state === "ended") return this.#refuse();
    if (isSentAsItLies(message)) return this.#lend({ message, compress, key });
    if (this.#state === "flowing") {
      if (this.#owner.hand(message, compress)) return DONE;
      this.becomeFull();
    } else this.#admit({ type: "message", message, compress, key, out: undefined });
    return this.#hasEnded() ? this.#refuse() : this.#untilRoom();
  }

  /** The wire has just had enough. Resolves when it can take more. */
  filled(): Promise<void> {
    this.becomeFull();
    return this.#hasEnded() ? this.#refuse() : this.#untilRoom();
  }

  /** Whether nothing waits before what is sent now. */
  get isFlowing(): boolean {
    return this.#state === "flowing";
  }

  /** Sends messages that nobody waits for, when the turn ends; nothing after the end. */
  deliver(batch: PreparedBatch): void {
    const { sendBatch } = this.#wire;
    const goesWhole = this.#state === "flowing" && batch.size <= WIRE_HIGH_WATER;
    if (sendBatch === undefined || !goesWhole) return this.#deliverEach(batch);
    if (!sendBatch.call(this.#wire, batch)) this.becomeFull();
    this.#owner.count(batch);
  }

  #deliverEach({ messages }: PreparedBatch): void {
    for (const message of messages) {
      // Asked anew each time: a full line may have closed the connection.
      if (this.#owner.state !== "open") return;
      const { key } = message;
      if (this.#state !== "flowing") this.#admit({ type: "message", message, compress: true, key, out: undefined });
      else if (!this.#owner.hand(message, true)) this.becomeFull();
    }
    this.#leaveIfEmpty();
  }

  /** Messages that the policy dropped. */
  get dropped(): number {
    return this.#line.dropped;
  }

  /** Sends one message out of many pieces, when those before it are with the transport. Those after it wait. */
  stream(chunks: Iterable<Message> | AsyncIterable<Message>, options: WireStreamOptions): Promise<void> {
    checkChunks(chunks);
    const promise = new Promise<void>((resolve, reject) => {
      // The end is told at once, also to whoever waits for a turn or for bytes that will never be out.
      const deferred = { resolve, reject: () => reject(this.#owner.disconnectError("sendStream")) };
      this.#lent ??= new Set();
      this.#lent.add(deferred);
      const settled = () => {
        this.#lent?.delete(deferred);
        this.#leaveIfEmpty();
      };
      this.#stream(chunks, options).then(resolve, reject).finally(settled);
    });
    return quiet(promise);
  }

  async #stream(chunks: Iterable<Message> | AsyncIterable<Message>, options: WireStreamOptions): Promise<void> {
    await this.#turn();
    try {
      await this.#wire.sendStream!(chunks, { ...options, onMoved: () => this.#owner.sendQueueOnMoved() });
      this.#owner.countStream();
    } catch (error) {
      if (this.#hasEnded() || isNotOpen(error)) throw this.#owner.disconnectError("sendStream");
      if (this.#owner.state === "open") {
        // Half a message cannot be taken back, and nothing can follow it.
        this.drop();
        this.#owner.close(CloseCode.internalError, "");
      }
      throw error;
    } finally {
      if (this.#state === "held") {
        this.#state = "full";
        this.pump();
      }
    }
  }

  /** Something has left the transport. */
  pump(): void {
    while (this.#state === "full" && this.#wire.bufferedAmount < WIRE_HIGH_WATER) {
      const entry = this.#line.shift();
      if (entry === undefined) return this.#becomeFlowing();
      if (entry.type === "turn") {
        this.#state = "held";
        entry.begin();
        return;
      }
      this.#owner.hand(entry.message, entry.compress);
      if (entry.out !== undefined) this.#wire.flushed(entry.out);
    }
  }

  /** Calls `done` once all that waits is with the transport; for a Close frame, behind which nothing comes. */
  last(done: () => void): void {
    if (this.#state === "flowing") done();
    else if (this.#state !== "ended") this.#line.wait(done);
  }

  /** Gives up all that waits, and the stream at hand: only a Close frame may follow. Whoever waits is told at the end. */
  drop(): void {
    if (this.#state === "ended") return;
    this.#line.clear();
    this.#state = "flowing";
  }

  /** It is over: whoever waits is told. */
  end(): void {
    this.#state = "ended";
    this.#line.clear();
    const waiting = [...this.#waiting, ...(this.#lent ?? [])];
    this.#waiting = NOBODY;
    this.#lent = null;
    if (waiting.length === 0) return;
    const error = this.#owner.disconnectError("send");
    for (const { reject } of waiting) reject(error);
  }

  #admit(entry: QueuedMessage): void {
    this.#line.admit(entry, this.#wire.bufferedAmount);
  }

  /** Bytes that are sent as they lie are the caller's again once they are out: that is when the promise resolves. */
  #lend({ message, compress, key }: Pick<QueuedMessage, "message" | "compress" | "key">): Promise<void> {
    const promise = new Promise<void>((resolve, reject) => {
      const deferred = { resolve, reject };
      this.#lent ??= new Set();
      this.#lent.add(deferred);
      const out = (isOut: boolean) => {
        // What will never be out is told by `end`.
        if (isOut && this.#lent?.delete(deferred)) resolve();
        this.#leaveIfEmpty();
      };
      if (this.#state !== "flowing") return this.#admit({ type: "message", message, compress, key, out });
      if (!this.#owner.hand(message, compress)) this.becomeFull();
      this.#wire.flushed(out);
    });
    return quiet(promise);
  }

  /** Waits until the wire is the caller's alone; for ever, if the end comes first. */
  #turn(): Promise<void> {
    if (this.#state === "ended") return this.#refuse();
    if (this.#state === "flowing") {
      this.#state = "held";
      return DONE;
    }
    return new Promise((resolve) => this.#line.wait(resolve));
  }

  #untilRoom(): Promise<void> {
    if (this.#waiting === NOBODY) this.#waiting = [];
    return quiet(new Promise((resolve, reject) => this.#waiting.push({ resolve, reject })));
  }

  /** The wire has had enough. */
  becomeFull(): void {
    this.#state = "full";
    this.#isReported = true;
    this.#report("full");
  }

  #becomeFlowing(): void {
    this.#state = "flowing";
    const waiting = this.#waiting;
    this.#waiting = NOBODY;
    for (const { resolve } of waiting) resolve();
    if (this.#isReported) this.#report("relieved");
    this.#isReported = false;
    this.#owner.sendQueueOnRelieved();
    this.#leaveIfEmpty();
  }

  /** What was dropped is remembered to the end. */
  #leaveIfEmpty(): void {
    if (this.#state !== "flowing" || this.#waiting.length > 0 || (this.#lent?.size ?? 0) > 0) return;
    if (this.dropped === 0) this.#owner.sendQueueOnEmpty();
  }

  #report(state: "full" | "relieved"): void {
    const { reporter } = this.#owner.config;
    if (reporter.backpressure === undefined) return;
    const { length: messages } = this.#line;
    reporter.backpressure(this.#owner.id, { direction: "send", state, messages, bytes: this.bufferedAmount });
  }

  #refuse(): Promise<never> {
    return quiet(Promise.reject(this.#owner.disconnectError("send")));
  }

  /** Asked anew: what was called in between may have ended it. */
  #hasEnded(): boolean {
    return this.#state === "ended" || this.#owner.state === "closed";
  }
}

/** Every send for which there is room gives this one. */
const DONE = Promise.resolve();
const NOBODY: Deferred[] = [];

/** The connection closed before the stream could end. */
function isNotOpen(error: unknown): boolean {
  return error instanceof UsageError && error.code === NOT_OPEN.code;
}
