/** The broker that joins apps of one process: messages and presence in memory, and outages whenever a test wants one. */

import { BAD_OPTION, BROKER_UNREACHABLE, brokerError, usageError } from "../../errors.ts";
import { webPlatform } from "../../protocol/platform.ts";
import type { Clock } from "../../protocol/run/clock.ts";
import { systemClock } from "../../protocol/run/clock.ts";
import type { Broker, BrokerConnection, BrokerConnectOptions, Publication } from "../broker.ts";
import { MemoryConnection } from "./memory-connection.ts";
import { MemoryPresence } from "./memory-presence.ts";

/** What can be chosen of a memory broker. */
export interface MemoryBrokerOptions {
  /**
   * Milliseconds after which an app that does not renew its lease counts as gone.
   * @default 15_000
   */
  readonly lease?: number;
  /**
   * The clock by which leases end: a test hands in one that it moves.
   * @default the runtime's
   */
  readonly clock?: Clock;
}

/**
 * A broker in memory: the same object given to several apps of one process joins them. Made for tests of what runs on
 * several machines; an app alone needs none.
 *
 * @throws {UsageError} `BAD_OPTION` when `lease` is not a number above 0.
 * @example
 * const broker = memory();
 * const here = new App({ broker });
 * const there = new App({ broker });
 */
export function memory(options: MemoryBrokerOptions = {}): MemoryBroker {
  return new MemoryBroker(options);
}

/** What `memory()` gives: a broker whose connection a test can cut. Whatever it carries comes in a later turn, in order. */
export class MemoryBroker implements Broker {
  readonly name = "memory";
  readonly place = "this process";
  readonly #presence: MemoryPresence;
  readonly #connections = new Set<MemoryConnection>();
  readonly #subscribers = new Map<string, Set<MemoryConnection>>();
  #deliveries: Delivery[] = [];
  #isReachable = true;

  constructor({ lease = 15_000, clock = systemClock }: MemoryBrokerOptions = {}) {
    if (!(lease > 0)) throw usageError(BAD_OPTION, "lease", String(lease), "milliseconds above 0");
    this.#presence = new MemoryPresence(lease, clock);
  }

  /** The processes that are connected, or cut off, in the order in which they came. */
  get processes(): string[] {
    return [...this.#connections].map(({ process }) => process);
  }

  /** The topics that anybody subscribes to. */
  get subscribed(): string[] {
    return [...this.#subscribers.keys()];
  }

  /** The topics in which anybody shows something, or did when its lease ended. */
  get shown(): string[] {
    return this.#presence.topics;
  }

  async connect({ process, listener, signal }: BrokerConnectOptions): Promise<BrokerConnection> {
    await null;
    if (signal.aborted) throw signal.reason;
    if (!this.#isReachable) throw brokerError(BROKER_UNREACHABLE, undefined, this.name, this.place, "it was cut off");
    const connection: MemoryConnection = new MemoryConnection({
      process,
      listener,
      presence: this.#presence,
      subscribe: (topic) => this.#subscribe(topic, connection),
      unsubscribe: (topic) => this.#unsubscribe(topic, connection),
      deliver: (publications) => this.#take(connection, publications),
      end: () => this.#connections.delete(connection),
    });
    this.#connections.add(connection);
    return connection;
  }

  /**
   * An outage: what is on its way is lost, what is published meanwhile is rejected, nobody can connect. With the name of
   * a process, for that one only: it loses what the others publish. Nothing happens to one that is cut off already.
   */
  cut(process?: string): void {
    if (process === undefined) this.#isReachable = false;
    for (const connection of this.#chosen(process)) connection.cut();
  }

  /** The end of the outage, for all or for one. */
  mend(process?: string): void {
    if (process === undefined) this.#isReachable = true;
    for (const connection of this.#chosen(process)) connection.mend();
  }

  /** Forgets what all processes show, and their leases: as an engine that was started anew. */
  forget(): void {
    this.#presence.clearAll();
  }

  #chosen(process: string | undefined): MemoryConnection[] {
    return [...this.#connections].filter((connection) => process === undefined || connection.process === process);
  }

  #subscribe(topic: string, connection: MemoryConnection): void {
    const subscribers = this.#subscribers.get(topic);
    if (subscribers === undefined) this.#subscribers.set(topic, new Set([connection]));
    else subscribers.add(connection);
  }

  #unsubscribe(topic: string, connection: MemoryConnection): void {
    const subscribers = this.#subscribers.get(topic);
    subscribers?.delete(connection);
    if (subscribers?.size === 0) this.#subscribers.delete(topic);
  }

  /** Whoever hears it is who can hear it now; until it comes, each of them may cease to. */
  #take(from: MemoryConnection, publications: readonly Publication[]): Promise<void> {
    const letters = publications.flatMap(({ topic, envelope }) =>
      [...(this.#subscribers.get(topic) ?? [])]
        .filter((to) => to !== from && to.isOpen)
        // Each has bytes of its own, and the publisher keeps its own.
        .map((to) => ({ to, session: to.session, topic, envelope: envelope.slice() })),
    );
    return new Promise((resolve, reject) => {
      this.#deliveries.push({ from, session: from.session, letters, resolve, reject });
      if (this.#deliveries.length === 1) webPlatform.defer(() => this.#deliver());
    });
  }

  #deliver(): void {
    const deliveries = this.#deliveries;
    this.#deliveries = [];
    for (const { from, session, letters, resolve, reject } of deliveries) {
      if (from.session !== session) {
        reject(from.away("publish"));
        continue;
      }
      for (const { to, session, topic, envelope } of letters) {
        if (to.session === session) to.hear(topic, envelope);
      }
      resolve();
    }
  }
}

/** What one call has published, on its way. */
interface Delivery {
  readonly from: MemoryConnection;
  /** That of the publisher when it published: a loss in between begins another. */
  readonly session: number;
  readonly letters: readonly Letter[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** One message for one subscriber. */
interface Letter {
  readonly to: MemoryConnection;
  readonly session: number;
  readonly topic: string;
  readonly envelope: Uint8Array;
}
