/** Pings that were sent and wait for their pong: the round trip, for the heartbeat and for users. */

import { PING_TIMEOUT, TimeoutError } from "../errors.ts";
import type { Clock } from "../protocol/run/clock.ts";

interface Waiting {
  readonly id: number;
  readonly sentAt: number;
  readonly resolve: (roundTrip: number) => void;
  readonly reject: (error: Error) => void;
}

/** The pings of one socket. */
export class Pings {
  readonly #clock: Clock;
  #lastId = 0;
  #lastSentAt = 0;
  #waiting: Waiting[] | null = null;
  /** The last round trip in milliseconds. */
  latency: number | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The payload of a ping that goes out now. */
  next(): Uint8Array {
    this.#lastId++;
    this.#lastSentAt = this.#clock.now();
    const payload = new Uint8Array(4);
    new DataView(payload.buffer).setUint32(0, this.#lastId);
    return payload;
  }

  /** Resolves with the round trip of the ping that went out last. */
  roundTrip(timeout: number): Promise<number> {
    const id = this.#lastId;
    return new Promise((resolve, reject) => {
      const waiting = { id, sentAt: this.#lastSentAt, resolve: settle(resolve), reject: settle(reject) };
      const cancel = this.#clock.after(timeout, () => {
        this.#waiting = (this.#waiting ?? []).filter((other) => other !== waiting);
        reject(new TimeoutError(PING_TIMEOUT.code, PING_TIMEOUT.sentence(timeout)));
      });
      function settle<Value>(then: (value: Value) => void) {
        return (value: Value) => {
          cancel();
          then(value);
        };
      }
      this.#waiting ??= [];
      this.#waiting.push(waiting);
    });
  }

  /** A pong came. One answers all pings up to its own (RFC 6455, 5.5.3); others are no answer to ours. */
  pong(payload: Uint8Array): void {
    if (payload.length !== 4) return;
    const id = new DataView(payload.buffer, payload.byteOffset).getUint32(0);
    if (id === 0 || id > this.#lastId) return;
    const now = this.#clock.now();
    if (id === this.#lastId) this.latency = now - this.#lastSentAt;
    const answered = this.#waiting?.filter((waiting) => waiting.id <= id) ?? [];
    if (answered.length === 0) return;
    this.#waiting = this.#waiting!.filter((waiting) => waiting.id > id);
    for (const { sentAt, resolve } of answered) resolve(now - sentAt);
  }

  /** The connection is over. */
  end(error: () => Error): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = null;
    for (const { reject } of waiting) reject(error());
  }
}
