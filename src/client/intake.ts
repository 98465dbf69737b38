/** What came and waits to be read, across connections. While it is full, the connection at hand is held back. */

import type { ProtocolError } from "../errors.ts";
import { protocolError, READ_IN_EVENTS_STYLE, RECEIVE_QUEUE_FULL, usageError } from "../errors.ts";
import type { Message } from "../protocol/message.ts";
import type { Clock } from "../protocol/run/clock.ts";
import { quiet } from "../socket/quiet.ts";
import type { Reading, ReadingOwner, ReceiveOptions } from "../socket/receive-queue.ts";
import { ReceiveQueue } from "../socket/receive-queue.ts";
import type { SocketLimits } from "../socket/socket-limits.ts";
import type { Wire } from "../socket/wire.ts";

/** Whose messages these are. */
export interface IntakeOwner extends ReadingOwner {
  readonly config: {
    readonly clock: Clock;
    readonly limits: Pick<SocketLimits, "receiveMessages" | "receiveBytes" | "receiveFullTimeout">;
  };
  /** The connection at hand. */
  readonly wire?: Wire | undefined;
  /** It has been full for too long. */
  fail(error: ProtocolError): void;
}

/** The receiving half of a client's socket, whatever connection it has. */
export class Intake extends ReceiveQueue<IntakeOwner> {
  #isIgnored = false;
  /** While it is full. */
  isPaused = false;
  #cancel = () => {};

  constructor(owner: IntakeOwner) {
    super(owner, null);
  }

  /** Reading goes on at half, so that it does not stop and go with each message. */
  protected override onTaken(): void {
    if (!this.#holds(2)) this.resume();
  }

  /** There is a connection. */
  attach(): void {
    if (this.isPaused) this.#pause();
  }

  /** It is gone. */
  detach(): void {
    this.#cancel();
  }

  override push(data: Message): void {
    if (this.#isIgnored) return;
    super.push(data);
    if (!this.isPaused && this.#holds(1)) this.#pause();
  }

  override read<Result>(reading: Reading<Result>, options?: ReceiveOptions): Promise<Result> {
    if (!this.#isIgnored) return super.read(reading, options);
    return quiet(Promise.reject(usageError(READ_IN_EVENTS_STYLE, reading.call)));
  }

  /** Messages go nowhere from now on. */
  ignore(): void {
    this.#isIgnored = true;
    this.clear();
    this.resume();
  }

  /** Reads on, whatever waits. */
  resume(): void {
    if (!this.isPaused) return;
    this.isPaused = false;
    this.#cancel();
    this.owner.wire?.resume?.();
  }

  #pause(): void {
    const { wire, config } = this.owner;
    const { receiveFullTimeout } = config.limits;
    this.isPaused = true;
    wire?.pause?.();
    this.#cancel = config.clock.after(receiveFullTimeout, () => {
      this.owner.fail(protocolError(RECEIVE_QUEUE_FULL, this.length, receiveFullTimeout));
    });
  }

  /** Whether as much waits as may, or a part of that. */
  #holds(parts: number): boolean {
    const { receiveMessages, receiveBytes } = this.owner.config.limits;
    return this.length * parts >= receiveMessages || this.bytes * parts >= receiveBytes;
  }
}
