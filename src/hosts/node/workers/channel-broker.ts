/** The broker between the processes of `listen({ workers })`: each connection is a channel to the exchange in the primary. */

import { BROKER_AWAY, BROKER_CLOSED, brokerError } from "../../../errors.ts";
import type {
  Broker,
  BrokerConnection,
  BrokerConnectOptions,
  BrokerListener,
  PresenceStore,
  Publication,
} from "../../../rooms/broker.ts";
import type { FromExchange, Question, Send, ToExchange } from "./channel-messages.ts";
import { packLetters, unpackLetters } from "./letters.ts";

/** Opens a way to the exchange; what comes back by it goes to `hear`. */
export type OpenChannel = (hear: (message: FromExchange) => void) => Send<ToExchange>;

const NAME = "workers";
const PLACE = "this machine";

/** Made by `listen`, for an app that has no broker of its own. It can't be away: the exchange ends with all processes. */
export class ChannelBroker implements Broker {
  readonly name = NAME;
  readonly place = PLACE;
  readonly #open: OpenChannel;

  constructor(open: OpenChannel) {
    this.#open = open;
  }

  async connect({ process, listener, signal }: BrokerConnectOptions): Promise<BrokerConnection> {
    signal.throwIfAborted();
    const connection = new ChannelConnection(this.#open, listener);
    await connection.begin(process);
    return connection;
  }
}

class ChannelConnection implements BrokerConnection {
  readonly #send: Send<ToExchange>;
  readonly #listener: BrokerListener;
  readonly #topics = new Set<string>();
  readonly #waiting = new Map<number, { resolve: (value: never) => void; reject: (error: unknown) => void }>();
  #lease = 0;
  #lastId = 0;
  #closed: Promise<void> | undefined;

  constructor(open: OpenChannel, listener: BrokerListener) {
    this.#listener = listener;
    this.#send = open((message) => this.#hear(message));
  }

  async begin(process: string): Promise<void> {
    this.#lease = await this.#ask<number>({ call: "connect", argument: process });
  }

  get presence(): PresenceStore {
    return {
      lease: this.#lease,
      renew: () => this.#ask({ call: "renew" }),
      write: (changes) => this.#ask({ call: "write", argument: changes }),
      read: (topic) => this.#ask({ call: "read", argument: topic }),
      count: (topic) => this.#ask({ call: "count", argument: topic }),
      look: () => this.#ask({ call: "look" }),
      clear: (gone) => this.#ask({ call: "clear", argument: gone }),
    };
  }

  publish(publications: readonly Publication[]): Promise<void> {
    if (this.#closed !== undefined) return Promise.reject(brokerError(BROKER_CLOSED, undefined, "publish"));
    return new Promise((resolve, reject) => {
      this.#send({ type: "publish", ...packLetters(publications) }, (error) =>
        error ? reject(away("publish", error)) : resolve(),
      );
    });
  }

  subscribe(topics: readonly string[]): Promise<void> {
    for (const topic of topics) this.#topics.add(topic);
    return this.#ask({ call: "subscribe", argument: topics });
  }

  async unsubscribe(topics: readonly string[]): Promise<void> {
    if (this.#closed !== undefined) return;
    for (const topic of topics) this.#topics.delete(topic);
    await this.#ask({ call: "unsubscribe", argument: topics });
  }

  close(): Promise<void> {
    // The channel keeps the order: what was published goes before it.
    this.#closed ??= this.#question<void>({ call: "close" }).catch(() => {});
    return this.#closed;
  }

  #ask<Answer>(question: Question): Promise<Answer> {
    if (this.#closed !== undefined) return Promise.reject(brokerError(BROKER_CLOSED, undefined, question.call));
    return this.#question(question);
  }

  #question<Answer>(question: Question): Promise<Answer> {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#send({ type: "ask", id, ...question }, (error) => {
        if (error) this.#settle(id)?.reject(away(question.call, error));
      });
    });
  }

  #hear(message: FromExchange): void {
    switch (message.type) {
      case "letters":
        return unpackLetters(message, (topic, envelope) => this.#deliver(topic, envelope));
      case "answer":
        return this.#settle(message.id)?.resolve(message.value as never);
      case "refusal":
        return this.#settle(message.id)?.reject(away("the question", new Error(message.why)));
    }
  }

  /** While they are handed out, it may close, or want no more of a topic. */
  #deliver(topic: string, envelope: Uint8Array): void {
    if (this.#closed === undefined && this.#topics.has(topic)) this.#listener.brokerOnMessage(topic, envelope);
  }

  #settle(id: number) {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    return waiting;
  }
}

function away(call: string, cause: Error) {
  return brokerError(BROKER_AWAY, cause, call, NAME, PLACE);
}
