/** One app's connection with Redis: one link at a time, and another whenever that is lost. */

import { BROKER_CLOSED, BrokerError, brokerError } from "../../errors.ts";
import type { BrokerConnection, BrokerListener, Publication } from "../../rooms/broker.ts";
import type { Commands } from "./driver.ts";
import { away, refused, unreachable } from "./failures.ts";
import type { LinkListener } from "./fleet.ts";
import { Keys } from "./keys.ts";
import type { Link } from "./link.ts";
import { atMost, backoff, pause } from "./patience.ts";
import type { Place } from "./place.ts";
import { RedisPresence } from "./redis-presence.ts";
import { Subscriptions } from "./subscriptions.ts";

export interface RedisConnectionOptions {
  readonly process: string;
  readonly listener: BrokerListener;
  readonly where: Place;
  readonly namespace: string;
  readonly lease: number;
  readonly connectTimeout: number;
  /** Opens a link; one attempt. */
  readonly open: (listener: LinkListener, signal: AbortSignal) => Promise<Link>;
}

export class RedisConnection implements BrokerConnection, LinkListener {
  readonly presence: RedisPresence;
  readonly #options: RedisConnectionOptions;
  readonly #keys: Keys;
  readonly #subscriptions: Subscriptions;
  readonly #closing = new AbortController();
  #state: "connecting" | "connected" | "away" | "closed" = "connecting";
  /** What is asked goes here; there is none while away. */
  #link: Link | undefined;
  #closed: Promise<void> | undefined;
  /** Calls that wait for an answer, and what hears when there are none. */
  #asked = 0;
  #onAnswered: () => void = () => {};

  private constructor(options: RedisConnectionOptions) {
    const { process, namespace, lease } = options;
    this.#options = options;
    this.#keys = new Keys(namespace);
    this.#subscriptions = new Subscriptions(this.#keys);
    const ask = <Answer>(call: string, use: (commands: Commands) => Promise<Answer>) =>
      this.#ask(call, ({ commands }) => use(commands));
    this.presence = new RedisPresence({ process, keys: this.#keys, lease, ask });
  }

  /** One attempt. Rejects with what the client says, or the signal. */
  static async connect(options: RedisConnectionOptions, signal: AbortSignal): Promise<RedisConnection> {
    const connection = new RedisConnection(options);
    const link = await options.open(connection, signal);
    await connection.#subscriptions.moveTo(link);
    if (link.ended) throw new Error("Socket closed unexpectedly");
    connection.#link = link;
    connection.#state = "connected";
    return connection;
  }

  publish(publications: readonly Publication[]): Promise<void> {
    return this.#ask("publish", async (link) => {
      await Promise.all(
        publications.map(({ topic, envelope }) => {
          const message = Buffer.from(envelope.buffer, envelope.byteOffset, envelope.byteLength);
          return link.publish(this.#keys.channel(topic), message);
        }),
      );
    });
  }

  subscribe(topics: readonly string[]): Promise<void> {
    return this.#subscribing("subscribe", () => this.#subscriptions.want(topics));
  }

  unsubscribe(topics: readonly string[]): Promise<void> {
    return this.#subscribing("unsubscribe", () => this.#subscriptions.drop(topics));
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  linkOnMessage(channel: string, message: Uint8Array): void {
    // None is wanted after the end.
    const topic = this.#subscriptions.topicOf(channel);
    if (topic !== undefined) this.#options.listener.brokerOnMessage(topic, message);
  }

  linkOnEnd(error: unknown): void {
    // One that was lost before all subscriptions were on it was never told of.
    if (this.#state !== "connected") return;
    this.#state = "away";
    this.#link = undefined;
    this.#subscriptions.leave();
    const { where, listener } = this.#options;
    listener.brokerOnLost(unreachable(where, error));
    void this.#comeBack();
  }

  async #comeBack(): Promise<void> {
    const { signal } = this.#closing;
    for (let attempt = 0; this.#state === "away"; attempt++) {
      await pause(backoff(attempt), signal);
      if (signal.aborted) return;
      const link = await this.#options.open(this, signal).catch(() => undefined);
      if (link === undefined) continue;
      if (await this.#adopt(link)) return;
    }
  }

  /** Whether that was the end of it. */
  async #adopt(link: Link): Promise<boolean> {
    try {
      await this.#subscriptions.moveTo(link);
    } catch (error) {
      link.end(error);
    }
    if (this.#state === "closed") {
      link.retire();
      return true;
    }
    if (link.ended) {
      this.#subscriptions.leave();
      return false;
    }
    this.#link = link;
    this.#state = "connected";
    this.#options.listener.brokerOnBack();
    return true;
  }

  async #close(): Promise<void> {
    const link = this.#link;
    this.#state = "closed";
    this.#link = undefined;
    this.#closing.abort();
    this.#subscriptions.close(brokerError(BROKER_CLOSED, undefined, "subscribe"));
    if (link === undefined) return;
    await atMost(this.#options.connectTimeout, this.#answered()).catch(() => {});
    link.retire();
  }

  /** Resolves when nothing waits for an answer any more. */
  #answered(): Promise<void> {
    return new Promise((resolve) => {
      this.#onAnswered = resolve;
      if (this.#asked === 0) resolve();
    });
  }

  async #ask<Answer>(call: string, use: (link: Link) => Promise<Answer>): Promise<Answer> {
    const { where } = this.#options;
    if (this.#state === "closed") throw brokerError(BROKER_CLOSED, undefined, call);
    const link = this.#link;
    if (link === undefined) throw away(call, where);
    this.#asked++;
    try {
      return await use(link);
    } catch (error) {
      if (isOfTheCluster(error)) link.end(error);
      throw link.ended ? away(call, where, error) : refused(call, where, error);
    } finally {
      if (--this.#asked === 0) this.#onAnswered();
    }
  }

  async #subscribing(call: string, use: () => Promise<void>): Promise<void> {
    if (this.#state === "closed") throw brokerError(BROKER_CLOSED, undefined, call);
    try {
      await use();
    } catch (error) {
      throw error instanceof BrokerError ? error : refused(call, this.#options.where, error);
    }
  }
}

/** Another node serves the slot now, or nobody does: a new link finds out. */
function isOfTheCluster(error: unknown): boolean {
  const message = String(Object(error).message);
  return /^(MOVED|ASK|CLUSTERDOWN) /.test(message) || message === "Too many Cluster redirections";
}
