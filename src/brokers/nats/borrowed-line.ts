/** A line over a connection that the user has made, and keeps: its client connects again by itself, as it was told to. */

import { setTimeout as wait } from "node:timers/promises";
import { BROKER_SILENT, BROKER_UNREACHABLE, brokerError } from "../../errors.ts";
import { followStatus } from "./client-status.ts";
import { DialTimeout, whyNot } from "./dial-failure.ts";
import { inTime } from "./in-time.ts";
import type { Line, LineListener } from "./line.ts";
import { LineCalls } from "./line-calls.ts";
import type { NatsConnectionLike } from "./nats-client.ts";
import { Pulse, SILENCE } from "./pulse.ts";

/** Closes nothing, drains nothing. */
export class BorrowedLine implements Line {
  readonly #client: NatsConnectionLike;
  readonly #listener: LineListener;
  readonly #calls: LineCalls;
  readonly #pulse: Pulse;
  readonly #stopStatus: () => void;
  #state: "here" | "away" | "ended" = "here";

  private constructor(client: NatsConnectionLike, listener: LineListener) {
    this.#client = client;
    this.#listener = listener;
    this.#calls = new LineCalls(() => this.place);
    this.#pulse = new Pulse(() => client.flush(), {
      pulseOnSilence: () => this.#lose(brokerError(BROKER_SILENT, undefined, "ping", "nats", this.place, SILENCE)),
      pulseOnAnswer: () => this.#return(),
    });
    this.#stopStatus = followStatus(client, ({ type, error }) => this.#onStatus(type, error));
    this.#pulse.start();
  }

  /** Waits for a sign of life of the server. Rejects with a `BrokerError`, or with the signal's reason. */
  static async open(
    client: NatsConnectionLike,
    milliseconds: number,
    listener: LineListener,
    signal: AbortSignal,
  ): Promise<BorrowedLine> {
    signal.throwIfAborted();
    const over = new AbortController();
    try {
      await inTime(untilAnswer(client, over.signal), { milliseconds, late: () => new DialTimeout(), signal });
    } catch (error) {
      over.abort();
      signal.throwIfAborted();
      const why = client.isClosed()
        ? "the connection that nats() was given is closed"
        : whyNot(error, { timeout: milliseconds });
      throw brokerError(BROKER_UNREACHABLE, error, "nats", placeOf(client), why);
    }
    const line = new BorrowedLine(client, listener);
    listener.lineOnClient(client);
    return line;
  }

  get place(): string {
    return placeOf(this.#client);
  }

  /**
   * While it is not connected, the client would keep what it is given, and send it later. Its `info` is gone as soon as it
   * dials, which is sooner than its `status()` can say so; what it was given before that, it drops itself.
   */
  get client(): NatsConnectionLike | undefined {
    return this.#state === "here" && this.#client.info !== undefined ? this.#client : undefined;
  }

  flush(call: string): Promise<void> {
    return this.#calls.flush(call, this.client);
  }

  ask<Value>(call: string, ask: (client: NatsConnectionLike) => Promise<Value>): Promise<Value> {
    return this.#calls.ask(call, this.client, ask);
  }

  async close(): Promise<void> {
    this.#end();
    this.#calls.close();
  }

  #onStatus(type: string, error: unknown): void {
    switch (type) {
      case "disconnect":
        return this.#lose(this.#lostError("the connection was lost"));
      case "reconnect":
        // What the ping brings back is that the server knows the subscriptions, which the client has sent before it.
        return this.#pulse.beat();
      case "close":
        this.#lose(this.#lostError("the connection that nats() was given was closed"));
        return this.#end();
      case "error":
        return this.#listener.lineOnError(error);
    }
  }

  #lose(error: unknown): void {
    if (this.#state !== "here") return;
    this.#state = "away";
    this.#calls.lose(error);
    this.#listener.lineOnLost(error);
  }

  #return(): void {
    if (this.#state !== "away") return;
    this.#state = "here";
    this.#listener.lineOnBack();
  }

  #end(): void {
    this.#state = "ended";
    this.#pulse.stop();
    this.#stopStatus();
  }

  #lostError(why: string) {
    return brokerError(BROKER_UNREACHABLE, undefined, "nats", this.place, why);
  }
}

/** Its client may be dialling just now. */
async function untilAnswer(client: NatsConnectionLike, over: AbortSignal): Promise<void> {
  for (;;) {
    try {
      return await client.flush();
    } catch (error) {
      if (client.isClosed() || over.aborted) throw error;
      await wait(RETRY, undefined, { signal: over });
    }
  }
}

/** Milliseconds. */
const RETRY = 100;

/** Where a connection leads. */
export function placeOf(client: NatsConnectionLike): string {
  return `nats://${client.getServer()}`;
}
