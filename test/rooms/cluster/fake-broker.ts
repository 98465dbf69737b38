/** A broker whose every answer is the test's: attempts, publications, subscriptions and the store of presence. */

import type {
  Broker,
  BrokerConnection,
  BrokerConnectOptions,
  BrokerListener,
  PresenceStore,
  Publication,
} from "../../../src/rooms/broker.ts";
import type { Deferred } from "../../support/deferred.ts";
import { deferred } from "../../support/deferred.ts";

/** One call, answered by the test, or at once. */
export interface Request extends Deferred<void> {
  /** `publish a b`, `subscribe t`, `close`. */
  readonly what: string;
}

/** Connects when the test says so. */
export class FakeBroker implements Broker {
  readonly name = "fake";
  readonly place = "fake://here";
  readonly attempts: (Deferred<BrokerConnection> & { readonly options: BrokerConnectOptions })[] = [];

  connect(options: BrokerConnectOptions): Promise<BrokerConnection> {
    const attempt = { ...deferred<BrokerConnection>(), options };
    this.attempts.push(attempt);
    return attempt.promise;
  }

  /** The last attempt fails. */
  refuse(error: unknown): void {
    this.attempts.at(-1)!.reject(error);
  }

  /** The last attempt succeeds. */
  accept(store?: PresenceStore): FakeConnection {
    const connection = new FakeConnection(this.listener, store);
    this.attempts.at(-1)!.resolve(connection);
    return connection;
  }

  get listener(): BrokerListener {
    return this.attempts.at(-1)!.options.listener;
  }
}

/** Answers at once, until the test says otherwise. */
export class FakeConnection implements BrokerConnection {
  readonly requests: Request[] = [];
  readonly presence: PresenceStore;
  readonly listener: BrokerListener;
  answersAtOnce = true;
  /** Bytes of the largest envelope that it takes. */
  largest: number | undefined;
  /** All that was published. */
  readonly published: Publication[] = [];

  constructor(listener: BrokerListener, store?: PresenceStore) {
    this.listener = listener;
    this.presence = store ?? (undefined as unknown as PresenceStore);
  }

  /** What it was asked, in order. */
  get whats(): string[] {
    return this.requests.map(({ what }) => what);
  }

  publish(publications: readonly Publication[]): Promise<void> {
    this.published.push(...publications);
    return this.#ask(`publish ${publications.map(({ topic }) => topic).join(" ")}`);
  }

  subscribe(topics: readonly string[]): Promise<void> {
    return this.#ask(`subscribe ${topics.join(" ")}`);
  }

  unsubscribe(topics: readonly string[]): Promise<void> {
    return this.#ask(`unsubscribe ${topics.join(" ")}`);
  }

  close(): Promise<void> {
    return this.#ask("close");
  }

  #ask(what: string): Promise<void> {
    const request = { ...deferred<void>(), what };
    this.requests.push(request);
    if (this.answersAtOnce) request.resolve();
    return request.promise;
  }
}
