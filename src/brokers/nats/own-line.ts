/** A line of our own: dials, and dials again whenever the connection is lost. */

import { setTimeout as wait } from "node:timers/promises";
import { BROKER_SILENT, BROKER_UNREACHABLE, brokerError } from "../../errors.ts";
import { followStatus } from "./client-status.ts";
import { type DialTarget, dial } from "./dial.ts";
import type { Line, LineListener } from "./line.ts";
import { LineCalls } from "./line-calls.ts";
import type { NatsConnectionLike } from "./nats-client.ts";
import { Pulse, SILENCE } from "./pulse.ts";

/**
 * Each client serves until it is lost, and never connects again by itself: one that does keeps what it is given meanwhile,
 * and sends it later, when it was long reported as failed.
 */
export class OwnLine implements Line {
  readonly #target: DialTarget;
  readonly #listener: LineListener;
  readonly #calls: LineCalls;
  readonly #closing = new AbortController();
  /** The servers that were given, and those of their cluster. */
  readonly #servers: Set<string>;
  #client: NatsConnectionLike | undefined;
  /** The client that is there, whether it can be used yet or not. */
  #served: { readonly client: NatsConnectionLike; readonly stop: () => void } | undefined;

  private constructor(target: DialTarget, listener: LineListener) {
    this.#target = target;
    this.#listener = listener;
    this.#calls = new LineCalls(() => target.place);
    this.#servers = new Set(target.servers);
  }

  /** Connects; rejects as `dial` does. */
  static async open(target: DialTarget, listener: LineListener, signal: AbortSignal): Promise<OwnLine> {
    const client = await dial(target, signal);
    const line = new OwnLine(target, listener);
    line.#serve(client);
    line.#client = client;
    return line;
  }

  get place(): string {
    return this.#target.place;
  }

  get client(): NatsConnectionLike | undefined {
    return this.#client;
  }

  flush(call: string): Promise<void> {
    return this.#calls.flush(call, this.#client);
  }

  ask<Value>(call: string, ask: (client: NatsConnectionLike) => Promise<Value>): Promise<Value> {
    return this.#calls.ask(call, this.#client, ask);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#client = undefined;
    this.#calls.close();
    await this.#drop();
  }

  /** A client that has just connected. */
  #serve(client: NatsConnectionLike): void {
    for (const server of client.info?.connect_urls ?? []) this.#servers.add(server);
    const stopStatus = followStatus(client, ({ type, error }) => {
      if (type === "error") this.#listener.lineOnError(error);
    });
    const pulse = new Pulse(() => client.flush(), {
      pulseOnSilence: () =>
        this.#onGone(client, brokerError(BROKER_SILENT, undefined, "ping", "nats", this.place, SILENCE)),
      pulseOnAnswer: () => {},
    });
    const stop = () => {
      stopStatus();
      pulse.stop();
    };
    this.#served = { client, stop };
    pulse.start();
    client.closed().then((cause) => {
      const why = cause instanceof Error ? `the connection was lost (${cause.message})` : "the connection was lost";
      this.#onGone(client, brokerError(BROKER_UNREACHABLE, cause, "nats", this.place, why));
    });
    this.#listener.lineOnClient(client);
  }

  #onGone(client: NatsConnectionLike, error: unknown): void {
    if (this.#served?.client !== client) return;
    void this.#drop();
    // A client that was lost before it could be used is no second loss.
    if (this.#client === undefined) return;
    this.#client = undefined;
    this.#calls.lose(error);
    this.#listener.lineOnLost(error);
    void this.#return();
  }

  /** Tries until it is back, or closed. Never rejects. */
  async #return(): Promise<void> {
    for (let attempt = 1; !this.#closing.signal.aborted; attempt++) {
      try {
        await wait(delayBefore(attempt), undefined, { signal: this.#closing.signal });
        await this.#tryOnce();
        return;
      } catch {
        await this.#drop();
      }
    }
  }

  async #tryOnce(): Promise<void> {
    const { signal } = this.#closing;
    const client = await dial({ ...this.#target, servers: [...this.#servers] }, signal);
    this.#serve(client);
    await this.#untilFlushed(client);
    signal.throwIfAborted();
    this.#client = client;
    this.#listener.lineOnBack();
  }

  /** Subscriptions are in place; or the client is lost again. */
  async #untilFlushed(client: NatsConnectionLike): Promise<void> {
    const lost = client.closed().then(() => Promise.reject(new Error("lost again")));
    await Promise.race([client.flush(), lost]);
  }

  async #drop(): Promise<void> {
    const served = this.#served;
    this.#served = undefined;
    served?.stop();
    await served?.client.close().catch(() => {});
  }
}

const FIRST_DELAY = 100;
const MAX_DELAY = 2_000;

/** Milliseconds; of each wait the second half is random, so that processes do not come in step. */
function delayBefore(attempt: number): number {
  const most = Math.min(MAX_DELAY, FIRST_DELAY * 2 ** Math.min(attempt - 1, 10));
  return most * (0.5 + Math.random() / 2);
}
