/** What is subscribed to: the same on each client that serves a line. */

import type { NatsConnectionLike, NatsSubscriptionLike } from "./nats-client.ts";

/** Who hears of it. */
export interface SubscriptionsListener {
  subscriptionOnMessage(topic: string, envelope: Uint8Array): void;
}

/** A topic is in it once. */
export class Subscriptions {
  readonly #subjectOf: (topic: string) => string;
  readonly #listener: SubscriptionsListener;
  /** `undefined` for what no client knows yet. */
  readonly #byTopic = new Map<string, NatsSubscriptionLike | undefined>();
  readonly #refused = new Map<string, unknown>();
  #client: NatsConnectionLike | undefined;

  constructor(subjectOf: (topic: string) => string, listener: SubscriptionsListener) {
    this.#subjectOf = subjectOf;
    this.#listener = listener;
  }

  /** All of them on a new client. The one before is gone, and theirs with it. */
  attach(client: NatsConnectionLike): void {
    this.#client = client;
    for (const topic of this.#byTopic.keys()) this.#byTopic.set(topic, this.#open(topic));
  }

  add(topic: string): void {
    if (this.#byTopic.has(topic)) return;
    this.#refused.delete(topic);
    this.#byTopic.set(topic, undefined);
    this.#byTopic.set(topic, this.#open(topic));
  }

  remove(topic: string): void {
    this.#byTopic.get(topic)?.unsubscribe();
    this.#byTopic.delete(topic);
    this.#refused.delete(topic);
  }

  removeAll(): void {
    for (const topic of [...this.#byTopic.keys()]) this.remove(topic);
  }

  /** Why the server does not let us subscribe to a topic. It is not subscribed to then. */
  refusal(topic: string): unknown {
    return this.#refused.get(topic);
  }

  #open(topic: string): NatsSubscriptionLike | undefined {
    if (this.#client === undefined || this.#client.isClosed()) return undefined;
    const subscription = this.#client.subscribe(this.#subjectOf(topic), {
      callback: (error, { data }) => {
        // What was on its way when it ended.
        if (this.#byTopic.get(topic) !== subscription) return;
        if (error !== null) this.#refuse(topic, error);
        // A copy: the client's is a view on all that has come with it.
        else this.#listener.subscriptionOnMessage(topic, new Uint8Array(data));
      },
    });
    return subscription;
  }

  #refuse(topic: string, error: unknown): void {
    this.#byTopic.delete(topic);
    this.#refused.set(topic, error);
  }
}
