/** Joins the rooms of an app's processes, in their primary: each message goes to those that subscribed, presence lies here. */

import type { Platform } from "../../../protocol/platform.ts";
import type { Clock } from "../../../protocol/run/clock.ts";
import type { Publication } from "../../../rooms/broker.ts";
import { encodeEnvelope, stampSession } from "../../../rooms/cluster/envelope.ts";
import { MemoryPresence } from "../../../rooms/memory/memory-presence.ts";
import { presenceTopicOf } from "../../../rooms/topic.ts";
import type { FromExchange, Send } from "./channel-messages.ts";
import type { ExchangeFloor, PortLimits } from "./exchange-port.ts";
import { ExchangePort } from "./exchange-port.ts";

/** What an exchange is made of. */
export interface ExchangeOptions extends PortLimits {
  readonly platform: Pick<Platform, "endOfTurn" | "text">;
  readonly clock: Clock;
  /** Milliseconds that a process counts without a sign of life. @default 15 000 */
  readonly lease?: number | undefined;
}

/** One for an app. */
export class Exchange implements ExchangeFloor {
  readonly presence: MemoryPresence;
  readonly #options: ExchangeOptions;
  readonly #subscribers = new Map<string, Set<ExchangePort>>();

  constructor(options: ExchangeOptions) {
    this.#options = options;
    this.presence = new MemoryPresence(options.lease ?? 15_000, options.clock);
  }

  /** The topics that anybody subscribes to. */
  get subscribed(): string[] {
    return [...this.#subscribers.keys()];
  }

  /** A process comes in; `send` leads to it. */
  open(send: Send<FromExchange>): ExchangePort {
    return new ExchangePort(this, send, this.#options);
  }

  /** A process has ended with nothing said: what it showed is gone at once, and who watched it is told in its name. */
  lose(port: ExchangePort): void {
    const { process, isOpen } = port;
    port.close();
    // One that has taken its leave has cleared what it showed.
    if (!isOpen || process === "") return;
    // It may have stood still for longer than its lease, and counts until now.
    this.presence.renew(process);
    const topics = this.presence.topics.filter((topic) => this.presence.count(topic).has(process));
    this.presence.clear(process);
    const { text } = this.#options.platform;
    for (const topic of topics) {
      const envelope = encodeEnvelope({ type: "presence", from: process, change: "all", members: {} }, text);
      stampSession(envelope, LAST_SESSION);
      this.publish(port, { topic: presenceTopicOf(topic), envelope });
    }
  }

  publish(from: ExchangePort, publication: Publication): void {
    const subscribers = this.#subscribers.get(publication.topic);
    if (subscribers === undefined) return;
    for (const port of subscribers) if (port !== from) port.push(publication);
  }

  subscribe(port: ExchangePort, topic: string): void {
    port.topics.add(topic);
    const subscribers = this.#subscribers.get(topic);
    if (subscribers === undefined) this.#subscribers.set(topic, new Set([port]));
    else subscribers.add(port);
  }

  unsubscribe(port: ExchangePort, topic: string): void {
    port.topics.delete(topic);
    const subscribers = this.#subscribers.get(topic);
    subscribers?.delete(port);
    if (subscribers?.size === 0) this.#subscribers.delete(topic);
  }

  close(port: ExchangePort): void {
    for (const topic of [...port.topics]) this.unsubscribe(port, topic);
  }
}

/** Nothing that the process sent before comes behind it. */
const LAST_SESSION = 0xffff_ffff;
