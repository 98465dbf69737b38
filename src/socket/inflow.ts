/** The receiving half of a socket: counts what comes, holds it back when too much waits, gives it to a reader or to events. */

import type { ProtocolError } from "../errors.ts";
import { protocolError, TOO_MANY_BYTES, TOO_MANY_MESSAGES } from "../errors.ts";
import type { CloseInfo } from "../protocol/engine-sink.ts";
import type { Message } from "../protocol/message.ts";
import { ReceiveQueue } from "./receive-queue.ts";
import type { SocketConfig } from "./socket-config.ts";
import { TokenBucket } from "./token-bucket.ts";
import type { Traffic } from "./traffic.ts";

/** Whose messages these are. */
export interface InflowOwner {
  readonly id: string;
  readonly config: SocketConfig;
  /** Bytes that wait for the peer. */
  readonly bufferedAmount: number;
  /** Reads no further. */
  hold(): void;
  /** Goes on reading. */
  release(): void;
  /** The queue is full since now, or has room again. */
  inflowOnFull(isFull: boolean): void;
  /** The peer passed a limit. */
  fail(error: ProtocolError): void;
}

/** Where messages go in events style. What one of these returns, if it is a promise, holds back the next. */
export interface InflowListener {
  /** First. */
  open(): unknown;
  /** A message came; without this, messages are thrown away. */
  readonly message: ((data: Message) => unknown) | undefined;
  /** `open` or `message` threw, or its promise rejected. No message comes after it. */
  failed(error: unknown): void;
  /** The connection is over and all messages were given. Once, and last. */
  end(info: CloseInfo): void;
}

/** From the first message to the last. */
export class Inflow {
  readonly received: Traffic = { messages: 0, bytes: 0 };
  readonly queue: ReceiveQueue;
  readonly #owner: InflowOwner;
  #listener: InflowListener | null = null;
  #mode: "pull" | "events" | "discard" = "pull";
  #isBusy = false;
  #isFull = false;
  /** The peer's, which waits; with a deadline. */
  #goodbye: { readonly cancel: () => void } | null = null;
  /** While the peer is read more slowly: ends that. */
  #cancelSlow: (() => void) | null = null;
  #stopped = false;
  #info: CloseInfo | undefined;
  readonly #messageRate: TokenBucket | null;
  readonly #byteRate: TokenBucket | null;

  constructor(owner: InflowOwner) {
    const { clock, budget, limits } = owner.config;
    this.#owner = owner;
    this.queue = new ReceiveQueue({ clock, budget, onTaken: () => this.#queueOnTaken() });
    this.#messageRate = bucketOf(limits.messagesPerSecond);
    this.#byteRate = bucketOf(limits.bytesPerSecond);
  }

  /** Whether messages wait for whoever asks for them. */
  get isPulled(): boolean {
    return this.#mode === "pull";
  }

  /** Whether we do not read for now. */
  get isHeld(): boolean {
    return this.#isFull || this.#cancelSlow !== null;
  }

  /** A message came. Hot path (bench: `server`). */
  message(data: Message): void {
    if (this.#stopped) return;
    const { reporter } = this.#owner.config;
    this.received.messages++;
    this.received.bytes += data.length;
    if (reporter.messageReceived !== undefined) reporter.messageReceived(this.#owner.id, data);
    if (this.#messageRate !== null || this.#byteRate !== null) this.#checkRates(data);
    if (this.#stopped || this.#mode === "discard") return;
    if (this.#mode === "events" && !this.#isBusy) return this.#give(data);
    this.queue.push(data);
    this.#checkFull();
  }

  /** Messages go to the listener from now on; first those that wait. */
  listen(listener: InflowListener): void {
    this.#listener = listener;
    this.#mode = "events";
    if (listener.message === undefined) this.discard();
    this.#run(() => listener.open());
    this.#giveWaiting();
  }

  /** Messages go nowhere from now on. */
  discard(): void {
    this.#mode = "discard";
    this.queue.clear();
    this.#relieve();
  }

  /** This side has closed: what still comes is of no interest, but has to be read to find the peer's Close frame. */
  stop(): void {
    this.#stopped = true;
    this.#endSlow();
    this.#isFull = false;
    this.#forgetGoodbye();
    this.#owner.release();
  }

  /**
   * The peer says goodbye. What it sent just before may not even have reached its reader: so the goodbye waits a turn, in
   * which it can still be answered; and in events style, while an event waits for the peer to take what was sent to it:
   * our own goodbye would wait behind that, too.
   */
  holdGoodbye(): boolean {
    if (this.#stopped || this.received.messages === 0) return false;
    const { platform, clock, limits } = this.#owner.config;
    this.#goodbye = { cancel: () => {} };
    platform.defer(() => {
      if (this.#goodbye === null) return;
      if (!this.#isAnswering) return this.#releaseGoodbye();
      this.#goodbye = { cancel: clock.after(limits.closeTimeout, () => this.#releaseGoodbye()) };
    });
    return true;
  }

  /** Something that was sent has left. */
  room(): void {
    if (this.#goodbye === null) return;
    this.#owner.config.platform.defer(() => {
      if (!this.#isAnswering) this.#releaseGoodbye();
    });
  }

  get #isAnswering(): boolean {
    return this.#mode === "events" && this.#isBusy && this.#owner.bufferedAmount > 0;
  }

  /** The connection is over. */
  end(info: CloseInfo): void {
    this.#stopped = true;
    this.#info = info;
    this.#endSlow();
    this.#forgetGoodbye();
    // Also in other styles: somebody may have begun to wait before.
    this.queue.end();
    if (this.#mode !== "pull" && !this.#isBusy) this.#giveWaiting();
  }

  #give(data: Message): void {
    this.#run(() => this.#listener!.message!(data));
  }

  /** Runs one event, and holds back the next one until it has ended. */
  #run(event: () => unknown): void {
    this.#isBusy = true;
    let result: unknown;
    try {
      result = event();
    } catch (error) {
      return this.#failed(error);
    }
    if (!isThenable(result)) {
      this.#isBusy = false;
      return;
    }
    result.then(
      () => {
        this.#isBusy = false;
        this.#giveWaiting();
      },
      (error: unknown) => this.#failed(error),
    );
  }

  #giveWaiting(): void {
    while (!this.#isBusy) {
      // What comes because this one makes room comes behind all others.
      this.#isBusy = true;
      const data = this.queue.shift();
      this.#isBusy = false;
      if (data === undefined) break;
      this.#give(data);
    }
    if (!this.#isBusy && this.#mode === "events") this.#releaseGoodbye();
    if (this.#isBusy || this.#info === undefined) return;
    const listener = this.#listener;
    this.#listener = null;
    listener?.end(this.#info);
  }

  #releaseGoodbye(): void {
    if (this.#goodbye === null) return;
    this.#forgetGoodbye();
    this.#owner.release();
  }

  #forgetGoodbye(): void {
    this.#goodbye?.cancel();
    this.#goodbye = null;
  }

  #failed(error: unknown): void {
    this.discard();
    this.#isBusy = false;
    this.#listener?.failed(error);
    if (this.#info !== undefined) this.#giveWaiting();
  }

  #checkFull(): void {
    const { limits } = this.#owner.config;
    const isFull = this.queue.length >= limits.receiveMessages || this.queue.bytes >= limits.receiveBytes;
    if (!isFull || this.#isFull) return;
    this.#isFull = true;
    this.#owner.hold();
    this.#tellFull(true);
  }

  /** Reading goes on at half, so that it does not stop and go with each message. */
  #queueOnTaken(): void {
    if (!this.#isFull) return;
    const { limits } = this.#owner.config;
    if (this.queue.length * 2 <= limits.receiveMessages && this.queue.bytes * 2 <= limits.receiveBytes) this.#relieve();
  }

  #relieve(): void {
    if (!this.#isFull) return;
    this.#isFull = false;
    this.#tellFull(false);
    if (this.#cancelSlow === null) this.#owner.release();
  }

  #tellFull(isFull: boolean): void {
    this.#owner.inflowOnFull(isFull);
    const { reporter } = this.#owner.config;
    if (reporter.backpressure === undefined) return;
    const { length: messages, bytes } = this.queue;
    const state = isFull ? "full" : "relieved";
    reporter.backpressure(this.#owner.id, { direction: "receive", state, messages, bytes });
  }

  #checkRates(data: Message): void {
    const { clock, limits, overRate } = this.#owner.config;
    const { length } = data;
    const now = clock.now();
    const byMessages = this.#messageRate?.take(now, 1) ?? 0;
    const byBytes = this.#byteRate?.take(now, length) ?? 0;
    const wait = Math.max(byMessages, byBytes);
    if (wait === 0) return;
    if (overRate === "close") {
      if (byMessages > 0) this.#owner.fail(protocolError(TOO_MANY_MESSAGES, limits.messagesPerSecond));
      else this.#owner.fail(protocolError(TOO_MANY_BYTES, limits.bytesPerSecond));
      return;
    }
    // This message has come, and is paid for by those that wait.
    if (byMessages > 0) this.#messageRate!.owe(now, 1);
    if (byBytes > 0) this.#byteRate!.owe(now, length);
    if (this.#cancelSlow !== null) return;
    this.#owner.hold();
    this.#cancelSlow = clock.after(wait, () => {
      this.#cancelSlow = null;
      if (!this.#isFull) this.#owner.release();
    });
  }

  #endSlow(): void {
    this.#cancelSlow?.();
    this.#cancelSlow = null;
  }
}

function bucketOf(perSecond: number): TokenBucket | null {
  return perSecond === Number.POSITIVE_INFINITY ? null : new TokenBucket(perSecond);
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function";
}
