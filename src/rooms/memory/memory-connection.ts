/** One app's connection with a memory broker: what it has subscribed to, and whether it is there, away or closed. */

import type { BrokerError } from "../../errors.ts";
import { BROKER_AWAY, BROKER_CLOSED, brokerError } from "../../errors.ts";
import type { BrokerConnection, BrokerListener, PresenceChange, PresenceStore, Publication } from "../broker.ts";
import type { MemoryPresence } from "./memory-presence.ts";

/** What a connection needs of its broker. */
export interface MemoryExchange {
  readonly process: string;
  readonly listener: BrokerListener;
  readonly presence: MemoryPresence;
  subscribe(topic: string): void;
  unsubscribe(topic: string): void;
  /** Resolves when it has been delivered; rejects when this connection was lost first. */
  deliver(publications: readonly Publication[]): Promise<void>;
  /** It is not needed any more. */
  end(): void;
}

/** A connection that a broker cuts and mends. */
export class MemoryConnection implements BrokerConnection {
  readonly process: string;
  readonly presence: PresenceStore;
  /** Counts losses: what was on its way in one session does not arrive in the next. */
  session = 0;
  readonly #exchange: MemoryExchange;
  readonly #topics = new Set<string>();
  #state: "open" | "away" | "closed" = "open";
  /** Who waits for the end of an outage, or of the connection. */
  #waiting: (() => void)[] = [];
  /** The end of the last publication. */
  #published: Promise<unknown> = Promise.resolve();

  constructor(exchange: MemoryExchange) {
    this.#exchange = exchange;
    this.process = exchange.process;
    this.presence = this.#ownPresence();
  }

  get isOpen(): boolean {
    return this.#state === "open";
  }

  /** For its broker: something has come. What it has unsubscribed from meanwhile, it does not hear. */
  hear(topic: string, envelope: Uint8Array): void {
    if (this.#topics.has(topic)) this.#exchange.listener.brokerOnMessage(topic, envelope);
  }

  async publish(publications: readonly Publication[]): Promise<void> {
    this.#check("publish");
    const published = this.#exchange.deliver(publications);
    this.#published = published.catch(() => {});
    return published;
  }

  async subscribe(topics: readonly string[]): Promise<void> {
    if (this.#state === "closed") throw brokerError(BROKER_CLOSED, undefined, "subscribe");
    for (const topic of topics) {
      this.#topics.add(topic);
      this.#exchange.subscribe(topic);
    }
    while (this.#state === "away") await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  async unsubscribe(topics: readonly string[]): Promise<void> {
    for (const topic of topics) {
      this.#topics.delete(topic);
      this.#exchange.unsubscribe(topic);
    }
  }

  async close(): Promise<void> {
    this.#state = "closed";
    await this.unsubscribe([...this.#topics]);
    this.#wake();
    await this.#published;
    this.#exchange.end();
  }

  cut(): void {
    if (this.#state !== "open") return;
    this.#state = "away";
    this.session++;
    this.#exchange.listener.brokerOnLost(this.away("everything"));
  }

  mend(): void {
    if (this.#state !== "away") return;
    this.#state = "open";
    this.#wake();
    this.#exchange.listener.brokerOnBack();
  }

  /** Why `call` cannot be done now. */
  away(call: string): BrokerError {
    return brokerError(BROKER_AWAY, undefined, call, "memory", "this process");
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }

  #check(call: string): void {
    if (this.#state === "closed") throw brokerError(BROKER_CLOSED, undefined, call);
    if (this.#state === "away") throw this.away(call);
  }

  /** The store that all share, as this process sees it. */
  #ownPresence(): PresenceStore {
    const { process, presence } = this.#exchange;
    const check = () => this.#check("presence");
    return {
      lease: presence.lease,
      async renew() {
        check();
        return presence.renew(process);
      },
      async write(changes: readonly PresenceChange[]) {
        check();
        presence.write(process, changes);
      },
      async read(topic: string) {
        check();
        return presence.read(topic);
      },
      async count(topic: string) {
        check();
        return presence.count(topic);
      },
      async look() {
        check();
        return presence.look();
      },
      async clear(gone: string) {
        check();
        presence.clear(gone);
      },
    };
  }
}
