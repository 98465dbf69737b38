/** Calls that go over a line: rejected when the line is away, lost meanwhile, or closed. */

import { BROKER_AWAY, BROKER_CLOSED, BrokerError, brokerError } from "../../errors.ts";
import type { NatsConnectionLike } from "./nats-client.ts";
import { PendingCalls } from "./pending-calls.ts";

/** What both kinds of line have in common. */
export class LineCalls {
  readonly #place: () => string;
  readonly #pending = new PendingCalls();
  #state: "open" | "closed" = "open";
  #ping: Promise<void> | undefined;

  constructor(place: () => string) {
    this.#place = place;
  }

  /** `client`: `undefined` while the line is away. */
  async ask<Value>(
    call: string,
    client: NatsConnectionLike | undefined,
    ask: (client: NatsConnectionLike) => Promise<Value>,
  ): Promise<Value> {
    if (client === undefined) throw this.#error(call, undefined);
    try {
      return await this.#pending.wait(ask(client));
    } catch (error) {
      throw error instanceof LineLost ? this.#error(call, error.cause) : error;
    }
  }

  /** Resolves when the server has taken all that was handed to the client. */
  async flush(call: string, client: NatsConnectionLike | undefined): Promise<void> {
    try {
      await this.ask(call, client, (client) => this.#pingSoon(client));
    } catch (error) {
      throw error instanceof BrokerError ? error : this.#error(call, error);
    }
  }

  /** The line is lost: what waits is rejected. */
  lose(cause: unknown): void {
    this.#pending.rejectAll(new LineLost(cause));
  }

  /** No more calls. */
  close(): void {
    this.#state = "closed";
    this.lose(undefined);
  }

  /** One ping for all that is handed over by the calls of now. */
  #pingSoon(client: NatsConnectionLike): Promise<void> {
    this.#ping ??= Promise.resolve().then(() => {
      this.#ping = undefined;
      return client.flush();
    });
    return this.#ping;
  }

  #error(call: string, cause: unknown): BrokerError {
    if (this.#state === "closed") return brokerError(BROKER_CLOSED, cause, call);
    return brokerError(BROKER_AWAY, cause, call, "nats", this.#place());
  }
}

/** Ends the wait. Whoever waits makes its own error of it, with a name for what it did. */
class LineLost extends Error {
  constructor(cause: unknown) {
    super("the connection is lost", { cause });
  }
}
