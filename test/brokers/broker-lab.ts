/** Processes connected with a broker under test, each writing down what it hears; and what the engine below can be made to do. */

import { randomBytes } from "node:crypto";
import { expect, onTestFinished } from "vitest";
import type {
  Broker,
  BrokerConnection,
  BrokerListener,
  PresenceChange,
  PresenceEntry,
  PresenceStore,
  Publication,
} from "../../src/rooms/broker.ts";
import { within } from "../support/within.ts";

/** What carries the messages: a server that the test has started, or memory. One for all tests of a suite. */
export interface BrokerEngine {
  /** A broker on it. Two of one namespace hear each other, and have the same lease. */
  broker(options: { readonly namespace: string; readonly lease: number }): Broker;
  /** Milliseconds of a lease. Short where a test really has to wait for its end. */
  readonly lease: number;
  /** Moves the clock by which leases end. Without it time passes by itself. */
  pass?(milliseconds: number): void;
  /** Kills it; resolves when it is dead. */
  stop?(): Promise<void>;
  /** Starts it again, at the same place; resolves when it takes connections. */
  start?(): Promise<void>;
  /** It answers nobody any more, and no connection ends (SIGSTOP, once that has taken effect); then it goes on (SIGCONT). */
  pause?(): void | Promise<void>;
  resume?(): void;
  /** After the last test. */
  close(): Promise<void>;
}

/** What one test has of the engine: a namespace of its own, and processes that are ended with it. */
export class BrokerLab {
  readonly engine: BrokerEngine;
  readonly namespace = `t${randomBytes(6).toString("hex")}`;
  readonly #processes: BrokerProcess[] = [];
  #state: "running" | "stopped" | "paused" = "running";

  constructor(engine: BrokerEngine) {
    this.engine = engine;
    onTestFinished(async () => {
      await this.mend();
      for (const process of this.#processes) await process.close();
    });
  }

  /** A broker as one app would make it. */
  broker(namespace = this.namespace): Broker {
    return this.engine.broker({ namespace, lease: this.engine.lease });
  }

  /** A process that has connected. */
  async connect({ broker = this.broker(), signal }: { broker?: Broker; signal?: AbortSignal } = {}) {
    const process = new BrokerProcess();
    const options = { process: process.name, listener: process, signal: signal ?? new AbortController().signal };
    process.connection = await within(broker.connect(options), "connection with the broker", 10_000);
    this.#processes.push(process);
    return process;
  }

  /** Several, one after the other. */
  async connectTwo(): Promise<[BrokerProcess, BrokerProcess]> {
    return [await this.connect(), await this.connect()];
  }

  /** The engine is killed, and each process has heard of it. */
  async stop(...processes: readonly BrokerProcess[]): Promise<void> {
    this.#state = "stopped";
    await this.engine.stop!();
    for (const process of processes) await process.hearsNews("lost", 5_000);
  }

  /** The engine answers nobody any more. Nobody has heard of it yet. */
  async pause(): Promise<void> {
    this.#state = "paused";
    await this.engine.pause!();
  }

  /** The engine is there again, if it was not, and each process is connected again. */
  async mend(...processes: readonly BrokerProcess[]): Promise<void> {
    if (this.#state === "stopped") await this.engine.start!();
    if (this.#state === "paused") this.engine.resume!();
    this.#state = "running";
    for (const process of processes) await process.hearsNews("back", 15_000);
  }

  /** Lets the lease of a process run out, as `witness` sees it, who renews its own meanwhile. */
  async lapse(process: BrokerProcess, witness: BrokerProcess): Promise<void> {
    const { lease } = this.engine;
    const look = async () => {
      this.engine.pass?.(lease / 8);
      await witness.presence.renew();
      return (await witness.presence.look()).get(process.name) ?? "gone";
    };
    await expect.poll(look, { timeout: 3 * lease + 2_000, interval: 20 }).toBe("gone");
  }
}

/** What came, and to which topic. The bytes are kept as they were given. */
export interface Heard {
  readonly topic: string;
  readonly envelope: Uint8Array;
}

/** One process: its connection, and what it heard, in order. */
export class BrokerProcess implements BrokerListener {
  readonly name = `p${randomBytes(8).toString("hex")}`;
  readonly heard: Heard[] = [];
  /** Losses and returns, in order; what losses were told with. */
  readonly news: ("lost" | "back")[] = [];
  readonly losses: unknown[] = [];
  connection!: BrokerConnection;
  /** What it does with each message, when it comes. */
  onMessage: (heard: Heard) => void = () => {};
  #waiting: (() => void)[] = [];

  get presence(): PresenceStore {
    return this.connection.presence;
  }

  brokerOnMessage(topic: string, envelope: Uint8Array): void {
    this.heard.push({ topic, envelope });
    this.onMessage({ topic, envelope });
    this.#changed();
  }

  brokerOnLost(error: unknown): void {
    this.news.push("lost");
    this.losses.push(error);
    this.#changed();
  }

  brokerOnBack(): void {
    this.news.push("back");
    this.#changed();
  }

  /** Publishes texts to a topic, in one call. */
  publish(topic: string, ...texts: readonly string[]): Promise<void> {
    return this.connection.publish(texts.map((text) => publication(topic, text)));
  }

  subscribe(...topics: readonly string[]): Promise<void> {
    return within(this.connection.subscribe(topics), "subscription", 10_000);
  }

  unsubscribe(...topics: readonly string[]): Promise<void> {
    return within(this.connection.unsubscribe(topics), "end of a subscription", 10_000);
  }

  /** What came to a topic, as texts. */
  texts(topic: string): string[] {
    return this.heard.filter((heard) => heard.topic === topic).map(({ envelope }) => textOf(envelope));
  }

  /** Waits until `text` has come to the topic; gives all that came to it so far. */
  async hears(topic: string, text: string): Promise<string[]> {
    await this.until(`"${text}"`, () => this.heard.some((heard) => heard.topic === topic && isText(heard, text)));
    return this.texts(topic);
  }

  /** Waits until so many messages have come in all. */
  hearsSoMany(count: number): Promise<void> {
    return this.until(`${count} messages`, () => this.heard.length >= count, 15_000);
  }

  /** Waits until the newest news are these. */
  hearsNews(news: "lost" | "back", milliseconds: number): Promise<void> {
    return this.until(`news that the broker is ${news}`, () => this.news.at(-1) === news, milliseconds);
  }

  /** Waits until `look` says so; looks whenever something came. */
  until(what: string, look: () => boolean, milliseconds = 5_000): Promise<void> {
    const seen = async () => {
      while (!look()) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    };
    return within(seen(), what, milliseconds);
  }

  /** Takes its lease, and writes entries as `[topic, member, info]`. */
  async show(...entries: readonly (readonly [topic: string, member: string, info: string | null])[]): Promise<void> {
    await this.presence.renew();
    await this.presence.write(entries.map(([topic, member, info]): PresenceChange => ({ topic, member, info })));
  }

  /** The entries of a topic, by process and member. */
  async read(topic: string): Promise<PresenceEntry[]> {
    const entries = await this.presence.read(topic);
    const key = ({ process, member }: PresenceEntry) => `${process} ${member}`;
    return [...entries].sort((a, b) => (key(a) < key(b) ? -1 : 1));
  }

  /** Members and what they show, those of all processes together. */
  async members(topic: string): Promise<Record<string, string>> {
    return Object.fromEntries((await this.read(topic)).map(({ member, info }) => [member, info]));
  }

  /** Entries by process; a process that has none may be named or not. */
  async count(topic: string): Promise<Record<string, number>> {
    return Object.fromEntries([...(await this.presence.count(topic))].filter(([, count]) => count > 0));
  }

  async look(): Promise<Record<string, "alive" | "gone">> {
    return Object.fromEntries(await this.presence.look());
  }

  close(): Promise<void> {
    return within(this.connection.close(), "end of the connection with the broker", 12_000);
  }

  #changed(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const look of waiting) look();
  }
}

/** A text on its way to a topic. */
export function publication(topic: string, text: string): Publication {
  return { topic, envelope: new TextEncoder().encode(text) };
}

/** What bytes say. */
export function textOf(envelope: Uint8Array): string {
  return new TextDecoder().decode(envelope);
}

/** `0`, `1`, … as texts. */
export function numbers(count: number, from = 0): string[] {
  return Array.from({ length: count }, (_, index) => String(from + index));
}

function isText({ envelope }: Heard, text: string): boolean {
  return envelope.length < 1_000 && textOf(envelope) === text;
}
