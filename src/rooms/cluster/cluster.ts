/** This process among those on the same broker: connects, publishes, subscribes, and goes on by itself when the broker was away. */

import {
  BROKER_AWAY,
  BROKER_CLOSED,
  BROKER_SILENT,
  BrokerError,
  brokerError,
  ENVELOPE_UNREADABLE,
  usageError,
} from "../../errors.ts";
import type { Platform } from "../../protocol/platform.ts";
import type { Clock } from "../../protocol/run/clock.ts";
import { Waiters } from "../../protocol/waiters.ts";
import type { Broker, BrokerConnection, BrokerListener } from "../broker.ts";
import type { ConnectBrokerOptions } from "./connector.ts";
import { Connector, orAborted } from "./connector.ts";
import type { Envelope } from "./envelope.ts";
import { decodeEnvelope, encodeEnvelope, sessionOf, stampSession } from "./envelope.ts";
import { inTime } from "./in-time.ts";
import { NewestSessions } from "./newest-sessions.ts";
import type { PublishOverflowPolicy } from "./publish-queue.ts";
import { PublishQueue } from "./publish-queue.ts";
import type { BrokerState, RoomsReporter } from "./rooms-reporter.ts";
import { Subscriptions } from "./subscriptions.ts";

/** What a cluster is made of. */
export interface ClusterOptions {
  readonly broker: Broker;
  readonly platform: Platform;
  readonly clock: Clock;
  /** Bytes that may wait while the broker is away. */
  readonly publishBuffer: number;
  readonly publishOverflow: PublishOverflowPolicy;
  readonly reporter: RoomsReporter;
}

/** Who hears of the others. */
export interface ClusterListener {
  /** What another process has sent to this topic. */
  clusterOnEnvelope(topic: string, envelope: Envelope): void;
  /** The broker is there: for the first time, or again. */
  clusterOnConnected(connection: BrokerConnection, isBack: boolean): void;
  /** The others have had the time to come back, too: what is said now is heard. Again after each `clusterOnConnected`. */
  clusterOnSettled(): void;
  clusterOnLost(): void;
}

/** One for all rooms of an app. */
export class Cluster implements BrokerListener {
  /** The random name of this process. */
  readonly process = crypto.randomUUID().replaceAll("-", "");
  readonly #options: ClusterOptions;
  readonly #listener: ClusterListener;
  readonly #publishing: PublishQueue;
  readonly #subscriptions: Subscriptions;
  readonly #connector: Connector;
  readonly #end = new AbortController();
  #state: BrokerState = "idle";
  #connection: BrokerConnection | undefined;
  /** What was told of the last attempt. */
  #told = "";
  #lastNumber = 0;
  readonly #complained = new Set<string>();
  readonly #back = new Waiters<void>();
  /** How often it has connected: goes with every envelope. */
  #session = 0;
  /** What a process sent by a connection that it has lost may come behind what it sent by the next one. It was told as lost. */
  readonly #sessions = new NewestSessions();
  /** While it waits for the others: ends that. */
  #cancelSettling: (() => void) | undefined;

  constructor(options: ClusterOptions, listener: ClusterListener) {
    const { broker, clock, publishBuffer, publishOverflow, reporter } = options;
    const endOfTurn = (work: () => void) => options.platform.endOfTurn(work);
    this.#options = options;
    this.#listener = listener;
    this.#publishing = new PublishQueue({
      limit: publishBuffer,
      policy: publishOverflow,
      publish: (publications) => {
        for (const { envelope } of publications) stampSession(envelope, this.#session);
        return this.#connection!.publish(publications);
      },
      largest: () => this.#connection?.largest ?? Number.POSITIVE_INFINITY,
      endOfTurn,
      onLost: (lost) => reporter.publicationsLost(lost),
    });
    this.#subscriptions = new Subscriptions({
      subscribe: (topics) => this.#connection!.subscribe(topics),
      unsubscribe: (topics) => this.#connection!.unsubscribe(topics),
      endOfTurn,
      onError: (error) => {
        if (this.#state !== "connected") return;
        reporter.error(error);
        clock.after(RETRY, () => this.#state === "connected" && this.#subscriptions.flow());
      },
    });
    this.#connector = new Connector({
      clock,
      end: this.#end.signal,
      attempt: () => this.#attempt(),
      onBegin: () => this.#change("connecting"),
      onFailure: (error, goesOn) => this.#change(goesOn ? "connecting" : "idle", error),
    });
    this.name = broker.name;
    this.place = broker.place;
  }

  /** What the broker is. */
  readonly name: string;
  /** Where it is. */
  readonly place: string;

  get state(): BrokerState {
    return this.#state;
  }

  /** Connects, if that has not begun. Rejects with a `BrokerError` if the first attempt fails; with `wait`, tries on. */
  connect(options?: ConnectBrokerOptions): Promise<void> {
    const { name, place } = this;
    if (this.#state === "closed") return Promise.reject(usageError(BROKER_CLOSED, "connect"));
    if (this.#isConnected) return Promise.resolve();
    if (this.#connection === undefined) return this.#connector.connect(options);
    // It was lost, and comes back by itself.
    if (!options?.wait) return Promise.reject(brokerError(BROKER_AWAY, undefined, "connect", name, place));
    return orAborted(this.#untilBack(), options.signal);
  }

  /** Publishes behind what was published before; when the broker is away, it waits. Connects, if nobody has. */
  publish(topic: string, envelope: Envelope, payload?: Uint8Array): void {
    this.#connector.start();
    this.#publishing.push({ topic, envelope: encodeEnvelope(envelope, this.#options.platform.text, payload) });
  }

  /** A number that no other envelope of this process has. */
  nextNumber(): number {
    return ++this.#lastNumber;
  }

  /** This process wants to hear a topic from now on. */
  want(topic: string): void {
    this.#connector.start();
    this.#subscriptions.want(topic);
  }

  unwant(topic: string): void {
    this.#subscriptions.unwant(topic);
  }

  /** Resolves when the topic is heard, or is not wanted. */
  ready(topic: string): Promise<void> {
    return this.#subscriptions.ready(topic);
  }

  /** Asks the broker something. Rejects with a `BrokerError` while it is away, when it fails, or takes too long. */
  async ask<Answer>(call: string, question: (connection: BrokerConnection) => Promise<Answer>): Promise<Answer> {
    const { name, place } = this;
    if (this.#state === "closed") throw usageError(BROKER_CLOSED, call);
    if (this.#state === "idle") await this.connect();
    // At the start an answer is worth a moment.
    else if (this.#connection === undefined) await this.#connector.first;
    if (this.#state !== "connected") throw brokerError(BROKER_AWAY, undefined, call, name, place);
    let cancel = () => {};
    const late = new Promise<never>((_, reject) => {
      const silent = () => reject(brokerError(BROKER_SILENT, undefined, call, name, place, PATIENCE));
      cancel = this.#options.clock.after(PATIENCE, silent);
    });
    try {
      return await Promise.race([question(this.#connection!), late]);
    } catch (error) {
      if (error instanceof BrokerError || this.#isConnected) throw error;
      throw brokerError(BROKER_AWAY, error, call, name, place);
    } finally {
      cancel();
    }
  }

  /** Ends it behind what was published, at the latest after so many milliseconds. Never rejects. Safe to call twice. */
  async close(timeout: number): Promise<void> {
    if (this.#state === "closed") return;
    const { clock } = this.#options;
    if (this.#state === "connected") {
      if (this.#cancelSettling !== undefined) this.#settle();
      await inTime(clock, timeout, this.#publishing.flushed());
    }
    if (this.#isClosed) return;
    this.#change("closed");
    this.#end.abort(usageError(BROKER_CLOSED, "connect"));
    this.#publishing.close();
    this.#subscriptions.close();
    this.#back.tell();
    await this.#connection?.close();
  }

  brokerOnMessage(topic: string, bytes: Uint8Array): void {
    const envelope = decodeEnvelope(bytes, this.#options.platform.text);
    if ("why" in envelope) return this.#complain(topic, envelope.why);
    if (envelope.from === this.process || this.#state === "closed") return;
    if (this.#sessions.isOutdated(envelope.from, sessionOf(bytes))) return;
    this.#listener.clusterOnEnvelope(topic, envelope);
  }

  brokerOnLost(error: unknown): void {
    if (this.#state !== "connected") return;
    this.#change("connecting", error);
    this.#stopSettling();
    this.#publishing.hold();
    this.#subscriptions.hold();
    this.#listener.clusterOnLost();
  }

  brokerOnBack(): void {
    if (this.#state === "connecting") this.#become(true);
  }

  /** Asked anew: it may have changed meanwhile. */
  get #isClosed(): boolean {
    return this.#state === "closed";
  }

  get #isConnected(): boolean {
    return this.#state === "connected";
  }

  async #attempt(): Promise<void> {
    const { broker } = this.#options;
    const connection = await broker.connect({ process: this.process, listener: this, signal: this.#end.signal });
    if (this.#end.signal.aborted) {
      await connection.close();
      throw this.#end.signal.reason;
    }
    this.#connection = connection;
    this.#become(false);
  }

  /** Rejects if the end comes first. */
  async #untilBack(): Promise<void> {
    await this.#back.wait();
    if (this.#isClosed) throw this.#end.signal.reason;
  }

  #become(isBack: boolean): void {
    this.#change("connected");
    // First to hear, then to speak: who publishes and waits for an answer gets it.
    this.#subscriptions.flow();
    this.#session++;
    this.#listener.clusterOnConnected(this.#connection!, isBack);
    this.#back.tell();
    if (isBack) this.#cancelSettling = this.#options.clock.after(OTHERS_RETURN, () => this.#settle());
    else this.#settle();
  }

  /** What waits goes out: who hears it is there again. */
  #settle(): void {
    this.#stopSettling();
    this.#listener.clusterOnSettled();
    this.#publishing.flow();
  }

  #stopSettling(): void {
    this.#cancelSettling?.();
    this.#cancelSettling = undefined;
  }

  /** Tells it, if it is news. */
  #change(state: BrokerState, error?: unknown): void {
    const news = `${state} ${error === undefined ? "" : String(error)}`;
    this.#state = state;
    if (news === this.#told) return;
    this.#told = news;
    const { name, place } = this;
    this.#options.reporter.brokerChanged({ broker: name, place, state, ...(error === undefined ? {} : { error }) });
  }

  /** Once for each kind: it may come with every message. */
  #complain(topic: string, why: string): void {
    if (this.#complained.has(why)) return;
    this.#complained.add(why);
    this.#options.reporter.error(brokerError(ENVELOPE_UNREADABLE, undefined, topic, why));
  }
}

/** Milliseconds. */
const RETRY = 2000;
const PATIENCE = 5000;
/** As long as brokers wait between two attempts, and some more: within that, all processes are back. */
const OTHERS_RETURN = 2500;
