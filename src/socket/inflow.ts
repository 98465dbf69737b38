/** The receiving half of a socket: counts what comes, holds it back when too much waits, gives it to a reader or to events. */

import type { ProtocolError } from "../errors.ts";
import { protocolError, TOO_MANY_BYTES, TOO_MANY_MESSAGES } from "../errors.ts";
import type { CloseInfo } from "../protocol/engine-sink.ts";
import type { Message } from "../protocol/message.ts";
import { Hold } from "./hold.ts";
import { Outflow } from "./outflow.ts";
import { ReceiveQueue } from "./receive-queue.ts";
import type { SocketConfig } from "./socket-config.ts";
import type { Traffic } from "./traffic.ts";

/** Where messages go in events style. What one of these returns, if it is a promise, holds back the next. One may be for many. */
export interface InflowListener {
  /** First. */
  open(inflow: Inflow): unknown;
  /** A message came; without this, messages are thrown away. */
  readonly message: ((data: Message, inflow: Inflow) => unknown) | undefined;
  /** `open` or `message` threw, or its promise rejected. No message comes after it. */
  failed(error: unknown, inflow: Inflow): void;
  /** The connection is over and all messages were given. Once, and last. */
  end(info: CloseInfo, inflow: Inflow): void;
}

/** From the first message to the last. A `Link` is one, since it is a sending half. */
export abstract class Inflow extends Outflow {
  #messages = 0;
  #bytes = 0;
  #mode: "pull" | "events" | "discard" = "pull";
  #listener: InflowListener | undefined;
  #isBusy = false;
  #stopped = false;
  #info: CloseInfo | undefined;
  #queue: InflowQueue | undefined;
  /** What holds it back, or may. */
  #hold: Hold | undefined;

  constructor(config: SocketConfig) {
    super(config);
    if (Hold.hasRates(config.limits)) this.#hold = new Hold(config.limits);
  }

  /** The peer passed a limit. */
  abstract fail(error: ProtocolError): void;
  /** Reads no further. */
  protected abstract hold(): void;
  /** Goes on reading. */
  protected abstract release(): void;
  /** The queue is full since now, or has room again. */
  protected abstract inflowOnFull(isFull: boolean): void;

  /** What has come. */
  get received(): Traffic {
    return { messages: this.#messages, bytes: this.#bytes };
  }

  /** Whether messages wait for whoever asks for them. */
  protected get isPulled(): boolean {
    return this.#mode === "pull";
  }

  /** How many wait. */
  get queuedMessages(): number {
    return this.#queue?.length ?? 0;
  }

  /** Where they wait. */
  protected get queue(): InflowQueue {
    if (this.#queue === undefined) {
      this.#queue = new InflowQueue(this, this.config.budget);
      if (this.#info !== undefined) this.#queue.end();
    }
    return this.#queue;
  }

  /** Whether we do not read for now. */
  protected get isHeld(): boolean {
    const hold = this.#hold;
    return hold !== undefined && (hold.isFull || hold.cancelSlow !== undefined);
  }

  /** A message came. Hot path (bench: `server`). */
  protected take(data: Message): void {
    if (this.#stopped) return;
    this.#messages++;
    this.#bytes += data.length;
    const { messageReceived } = this.config.reporter;
    if (messageReceived !== undefined) messageReceived(this.id, data);
    if (this.#hold?.hasRates) this.#checkRates(this.#hold, data);
    if (this.#stopped || this.#mode === "discard") return;
    if (this.#mode === "events" && !this.#isBusy) return this.#give(data);
    this.queue.push(data);
    this.#checkFull();
  }

  /** Messages go to the listener from now on; first those that wait. */
  listen(listener: InflowListener): void {
    this.#listener = listener;
    this.#mode = "events";
    if (listener.message === undefined) this.ignoreMessages();
    this.#isBusy = true;
    try {
      this.#afterEvent(listener.open(this));
    } catch (error) {
      this.#failed(error);
    }
    this.#giveWaiting();
  }

  /** Messages go nowhere from now on. */
  ignoreMessages(): void {
    this.#mode = "discard";
    this.#queue?.clear();
    this.#relieve();
  }

  /** This side has closed: what still comes is of no interest, but has to be read to find the peer's Close frame. */
  protected stopReading(): void {
    this.#stopped = true;
    if (this.#hold !== undefined) {
      this.#hold.isFull = false;
      this.#hold.end();
    }
    this.release();
  }

  /**
   * The peer says goodbye. What it sent just before may not even have reached its reader: so the goodbye waits a turn, in
   * which it can still be answered; and in events style, while an event waits for the peer to take what was sent to it:
   * our own goodbye would wait behind that, too.
   */
  protected holdGoodbye(): boolean {
    if (this.#stopped || this.#messages === 0) return false;
    const { platform, clock, limits } = this.config;
    this.#hold ??= new Hold(this.config.limits);
    const hold = this.#hold;
    hold.goodbye = { cancel: () => {} };
    platform.defer(() => {
      if (hold.goodbye === undefined) return;
      if (!this.#isAnswering) return this.#releaseGoodbye();
      hold.goodbye = { cancel: clock.after(limits.closeTimeout, () => this.#releaseGoodbye()) };
    });
    return true;
  }

  /** Something that was sent has left. */
  protected roomForGoodbye(): void {
    if (this.#hold?.goodbye === undefined) return;
    this.config.platform.defer(() => {
      if (!this.#isAnswering) this.#releaseGoodbye();
    });
  }

  get #isAnswering(): boolean {
    return this.#mode === "events" && this.#isBusy && this.bufferedAmount > 0;
  }

  /** The connection is over. */
  protected endReading(info: CloseInfo): void {
    this.#stopped = true;
    this.#info = info;
    this.#hold?.end();
    // Also in other styles: somebody may have begun to wait before.
    this.#queue?.end();
    if (this.#mode !== "pull" && !this.#isBusy) this.#giveWaiting();
  }

  #give(data: Message): void {
    this.#isBusy = true;
    try {
      this.#afterEvent(this.#listener!.message!(data, this));
    } catch (error) {
      this.#failed(error);
    }
  }

  /** One event has been; if it goes on, it holds back the next one until it has ended. */
  #afterEvent(result: unknown): void {
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
      const data = this.#queue?.shift();
      this.#isBusy = false;
      if (data === undefined) break;
      this.#give(data);
    }
    if (!this.#isBusy && this.#mode === "events") this.#releaseGoodbye();
    if (this.#isBusy || this.#info === undefined) return;
    const listener = this.#listener;
    this.#listener = undefined;
    listener?.end(this.#info, this);
  }

  #releaseGoodbye(): void {
    if (this.#hold?.goodbye === undefined) return;
    this.#hold.forgetGoodbye();
    this.release();
  }

  #failed(error: unknown): void {
    this.ignoreMessages();
    this.#isBusy = false;
    this.#listener?.failed(error, this);
    if (this.#info !== undefined) this.#giveWaiting();
  }

  #checkFull(): void {
    const { limits } = this.config;
    const isFull = this.queue.length >= limits.receiveMessages || this.queue.bytes >= limits.receiveBytes;
    if (!isFull || this.#hold?.isFull === true) return;
    this.#hold ??= new Hold(this.config.limits);
    this.#hold.isFull = true;
    this.hold();
    this.#tellFull(true);
  }

  /** Reading goes on at half, so that it does not stop and go with each message. */
  queueOnTaken(): void {
    if (this.#hold?.isFull !== true) return;
    const { limits } = this.config;
    if (this.queue.length * 2 <= limits.receiveMessages && this.queue.bytes * 2 <= limits.receiveBytes) this.#relieve();
  }

  #relieve(): void {
    if (this.#hold?.isFull !== true) return;
    this.#hold.isFull = false;
    this.#tellFull(false);
    if (this.#hold.cancelSlow === undefined) this.release();
  }

  #tellFull(isFull: boolean): void {
    this.inflowOnFull(isFull);
    const { reporter } = this.config;
    if (reporter.backpressure === undefined) return;
    const { length: messages, bytes } = this.queue;
    const state = isFull ? "full" : "relieved";
    reporter.backpressure(this.id, { direction: "receive", state, messages, bytes });
  }

  #checkRates(hold: Hold, data: Message): void {
    const { clock, limits, overRate } = this.config;
    const { length } = data;
    const now = clock.now();
    const byMessages = hold.messageRate?.take(now, 1) ?? 0;
    const byBytes = hold.byteRate?.take(now, length) ?? 0;
    const wait = Math.max(byMessages, byBytes);
    if (wait === 0) return;
    if (overRate === "close") {
      if (byMessages > 0) this.fail(protocolError(TOO_MANY_MESSAGES, limits.messagesPerSecond));
      else this.fail(protocolError(TOO_MANY_BYTES, limits.bytesPerSecond));
      return;
    }
    // This message has come, and is paid for by those that wait.
    if (byMessages > 0) hold.messageRate!.owe(now, 1);
    if (byBytes > 0) hold.byteRate!.owe(now, length);
    if (hold.cancelSlow !== undefined) return;
    this.hold();
    hold.cancelSlow = clock.after(wait, () => {
      hold.cancelSlow = undefined;
      if (!hold.isFull) this.release();
    });
  }
}

/** A queue that its inflow hears of. */
class InflowQueue extends ReceiveQueue<Inflow> {
  protected override onTaken(): void {
    this.owner.queueOnTaken();
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function";
}
