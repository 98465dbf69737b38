/** One app's connection with NATS: what it publishes, what it hears, and its presence. */

import {
  BROKER_AWAY,
  BROKER_CLOSED,
  type BrokerError,
  brokerError,
  NATS_FORBIDDEN,
  NATS_PAYLOAD_TOO_LARGE,
} from "../../errors.ts";
import type {
  BrokerConnection,
  BrokerConnectOptions,
  BrokerListener,
  PresenceStore,
  Publication,
} from "../../rooms/broker.ts";
import { topicName } from "../topic-name.ts";
import { inTime } from "./in-time.ts";
import type { Line, LineListener } from "./line.ts";
import type { NatsConnectionLike } from "./nats-client.ts";
import type { NatsSettings } from "./nats-options.ts";
import { NatsPresence } from "./presence/nats-presence.ts";
import { Subscriptions } from "./subscriptions.ts";

/** Opens a line, and tells the listener what becomes of it. */
export type OpenLine = (listener: LineListener) => Promise<Line>;

/** Publications on their way, and what the server said against one of them. */
interface Publishing {
  readonly publications: readonly Publication[];
  error: BrokerError | undefined;
}

/** Subjects are `<namespace>.<topic>`, both as names of safe characters. */
export class NatsBrokerConnection implements BrokerConnection {
  readonly #listener: BrokerListener;
  readonly #prefix: string;
  readonly #subscriptions: Subscriptions;
  readonly #publishing = new Set<Publishing>();
  #line!: Line;
  #presence!: NatsPresence;
  #waitingForReturn: (() => void)[] = [];
  #closed: Promise<void> | undefined;

  private constructor(listener: BrokerListener, namespace: string) {
    this.#listener = listener;
    this.#prefix = `${topicName(namespace)}.`;
    this.#subscriptions = new Subscriptions((topic) => this.#subjectOf(topic), {
      subscriptionOnMessage: (topic, envelope) => {
        if (this.#closed === undefined) listener.brokerOnMessage(topic, envelope);
      },
    });
  }

  /** Rejects as `openLine` does. */
  static async open(openLine: OpenLine, settings: NatsSettings, { process, listener }: BrokerConnectOptions) {
    const connection = new NatsBrokerConnection(listener, settings.namespace);
    connection.#line = await openLine({
      lineOnClient: (client) => connection.#subscriptions.attach(client),
      lineOnLost: (error) => connection.#onLost(error),
      lineOnBack: () => connection.#onBack(),
      lineOnError: (error) => connection.#onError(error),
    });
    connection.#presence = new NatsPresence(connection.#line, settings, process);
    await connection.#presence.learnLease();
    return connection;
  }

  get presence(): PresenceStore {
    return this.#presence;
  }

  async publish(publications: readonly Publication[]): Promise<void> {
    this.#checkOpen("publish");
    const publishing: Publishing = { publications, error: undefined };
    this.#publishing.add(publishing);
    try {
      const { client } = this.#line;
      if (client !== undefined) this.#hand(client, publishing);
      // What the server forbids it says before it answers to this.
      await this.#line.flush("publish");
    } finally {
      this.#publishing.delete(publishing);
    }
    if (publishing.error !== undefined) throw publishing.error;
  }

  async subscribe(topics: readonly string[]): Promise<void> {
    this.#checkOpen("subscribe");
    this.#add(topics);
    try {
      await this.#line.flush("subscribe");
    } catch {
      await this.#untilBack();
      this.#checkOpen("subscribe");
    }
    for (const topic of topics) {
      const refusal = this.#subscriptions.refusal(topic);
      if (refusal !== undefined) throw this.#forbidden(refusal, "subscribe to", this.#subjectOf(topic));
    }
  }

  async unsubscribe(topics: readonly string[]): Promise<void> {
    for (const topic of topics) this.#subscriptions.remove(topic);
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    const late = () => new Error("the server does not answer");
    await inTime(this.#line.flush("close"), { milliseconds: LAST_ANSWER, late }).catch(() => {});
    this.#subscriptions.removeAll();
    await this.#line.close();
    this.#wakeWaiting();
  }

  #add(topics: readonly string[]): void {
    try {
      for (const topic of topics) this.#subscriptions.add(topic);
    } catch (error) {
      throw this.#away(error, "subscribe");
    }
  }

  /** The server says it when it is connected with. */
  get largest(): number | undefined {
    return this.#line.client?.info?.max_payload;
  }

  /** What the server would not take is left out, and remembered. */
  #hand(client: NatsConnectionLike, publishing: Publishing): void {
    const limit = client.info?.max_payload ?? Number.POSITIVE_INFINITY;
    for (const { topic, envelope } of publishing.publications) {
      const { length } = envelope;
      if (length > limit) {
        publishing.error = brokerError(NATS_PAYLOAD_TOO_LARGE, undefined, length, limit, this.#line.place);
      } else {
        this.#handOne(client, this.#subjectOf(topic), envelope);
      }
    }
  }

  #handOne(client: NatsConnectionLike, subject: string, envelope: Uint8Array): void {
    try {
      client.publish(subject, envelope);
    } catch (error) {
      throw this.#away(error, "publish");
    }
  }

  #onLost(error: unknown): void {
    if (this.#closed === undefined) this.#listener.brokerOnLost(error);
  }

  #onBack(): void {
    this.#wakeWaiting();
    if (this.#closed === undefined) this.#listener.brokerOnBack();
  }

  /** Only what the server says of a publication has nobody who hears of it otherwise. */
  #onError(error: unknown): void {
    const { operation, subject } = Object(error) as { operation?: unknown; subject?: unknown };
    if (operation !== "publish" || typeof subject !== "string" || !subject.startsWith(this.#prefix)) return;
    for (const publishing of this.#publishing) {
      if (publishing.publications.some(({ topic }) => this.#subjectOf(topic) === subject)) {
        publishing.error = this.#forbidden(error, "publish to", subject);
      }
    }
  }

  #untilBack(): Promise<void> {
    return new Promise((resolve) => this.#waitingForReturn.push(resolve));
  }

  #wakeWaiting(): void {
    const waiting = this.#waitingForReturn;
    this.#waitingForReturn = [];
    for (const wake of waiting) wake();
  }

  #checkOpen(call: string): void {
    if (this.#closed !== undefined) throw brokerError(BROKER_CLOSED, undefined, call);
  }

  /** The user's connection has been closed, or is being drained. */
  #away(error: unknown, call: string): BrokerError {
    return brokerError(BROKER_AWAY, error, call, "nats", this.#line.place);
  }

  #forbidden(error: unknown, action: string, subject: string): BrokerError {
    return brokerError(NATS_FORBIDDEN, error, action, subject, this.#line.place);
  }

  #subjectOf(topic: string): string {
    return this.#prefix + topicName(topic);
  }
}

/** Milliseconds that the end waits for the server to take what was published before. */
const LAST_ANSWER = 2_000;
