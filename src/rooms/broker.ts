/** What rooms need of what carries them between machines. `memory-broker.ts` is one, Redis and NATS lie in `brokers/`. */

/** A way to the engine that carries rooms between processes. Made by `redis(…)`, `nats(…)` or `memory()`; connects when asked. */
export interface Broker {
  /** What it is, for logs and errors: `redis`. */
  readonly name: string;
  /** Where it is, without secrets: `redis://localhost:6379`. */
  readonly place: string;
  /**
   * Connects one app; each call is a connection of its own. One attempt: rejects with a `BrokerError` when it fails, within
   * a few seconds. Once it has resolved, the connection comes back by itself whenever it is lost, and says so.
   */
  connect(options: BrokerConnectOptions): Promise<BrokerConnection>;
}

/** Who connects. */
export interface BrokerConnectOptions {
  /** The random name of this process among the others: letters and digits. */
  readonly process: string;
  readonly listener: BrokerListener;
  /** Gives the attempt up. */
  readonly signal: AbortSignal;
}

/** Who hears of a connection with a broker. None of its methods throws. */
export interface BrokerListener {
  /** Something was published to a topic that we subscribe to; by others, or (a broker may echo) by ourselves. The bytes are the listener's. */
  brokerOnMessage(topic: string, envelope: Uint8Array): void;
  /** The connection was lost, or the broker does not answer; it is being tried again. Once for each loss. */
  brokerOnLost(error: unknown): void;
  /** It is back, and all subscriptions are in place. What was stored may be gone. */
  brokerOnBack(): void;
}

/** A connection with a broker. Topics are any strings; `*`, dots and spaces in them are characters like others. */
export interface BrokerConnection {
  /**
   * Publishes, in order: what one connection publishes to a topic comes in that order at each subscriber. Resolves when the
   * broker has taken all of them. Rejects if that is not known: then some may have gone out, and none is sent again.
   */
  publish(publications: readonly Publication[]): Promise<void>;
  /** Bytes of the largest envelope that it takes, as far as that is known. @default no limit */
  readonly largest?: number | undefined;
  /**
   * Subscribes. Resolves when what is published from now on will come. Subscriptions outlive a loss of the connection. A
   * topic that is subscribed to already stays so. During a loss it may wait.
   */
  subscribe(topics: readonly string[]): Promise<void>;
  /** Ends subscriptions; nothing for those that are none. */
  unsubscribe(topics: readonly string[]): Promise<void>;
  /** What processes show of their members to each other. */
  readonly presence: PresenceStore;
  /** Ends it, behind what was published. Never rejects. Presence is the caller's to clear first. */
  close(): Promise<void>;
}

/** One message to all subscribers of a topic. */
export interface Publication {
  readonly topic: string;
  readonly envelope: Uint8Array;
}

/**
 * Who is where, kept by the engine: an entry for each member of a topic, and a lease for each process, which the engine ends
 * by itself when it is not renewed. Every method rejects when the engine cannot be asked.
 */
export interface PresenceStore {
  /** Milliseconds that a lease lasts. The same for all processes. */
  readonly lease: number;
  /** Takes or renews the lease of this process. Resolves with `lapsed` if it was not there any more: others may have cleared it. */
  renew(): Promise<"renewed" | "lapsed">;
  /** Stores and removes entries of this process, in order. */
  write(changes: readonly PresenceChange[]): Promise<void>;
  /** The entries of a topic, but for those of processes whose lease has ended. */
  read(topic: string): Promise<readonly PresenceEntry[]>;
  /** How many entries of a topic each process has whose lease lasts; by process. */
  count(topic: string): Promise<ReadonlyMap<string, number>>;
  /** Every process that has stored something or has a lease: `alive` while its lease lasts, `gone` after. */
  look(): Promise<ReadonlyMap<string, "alive" | "gone">>;
  /** Removes all entries and the lease of a process; of one that has none, too. */
  clear(process: string): Promise<void>;
}

/** An entry comes, changes (`info`: what it shows, as text), or goes (`null`). */
export interface PresenceChange {
  readonly topic: string;
  /** Unique in its process: letters, digits, `-`. */
  readonly member: string;
  readonly info: string | null;
}

/** What one member shows. */
export interface PresenceEntry {
  readonly process: string;
  readonly member: string;
  readonly info: string;
}
