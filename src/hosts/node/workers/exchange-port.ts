/** One process at the exchange: answers its questions, takes what it publishes, and hands it what others do. */

import type { Platform } from "../../../protocol/platform.ts";
import type { Publication } from "../../../rooms/broker.ts";
import type { LostPublications, PublishOverflowPolicy } from "../../../rooms/cluster/publish-queue.ts";
import { PublishQueue } from "../../../rooms/cluster/publish-queue.ts";
import type { MemoryPresence } from "../../../rooms/memory/memory-presence.ts";
import type { FromExchange, Question, Send, ToExchange } from "./channel-messages.ts";
import { packLetters, unpackLetters } from "./letters.ts";

/** What may wait for a process that does not read, and who hears of what is lost. */
export interface PortLimits {
  readonly platform: Pick<Platform, "endOfTurn">;
  /** Bytes. */
  readonly publishBuffer: number;
  readonly publishOverflow: PublishOverflowPolicy;
  readonly onLost: (lost: LostPublications) => void;
}

/** What a port needs of its exchange. */
export interface ExchangeFloor {
  readonly presence: MemoryPresence;
  publish(from: ExchangePort, publication: Publication): void;
  subscribe(port: ExchangePort, topic: string): void;
  unsubscribe(port: ExchangePort, topic: string): void;
  close(port: ExchangePort): void;
}

/** Where one process comes in. */
export class ExchangePort {
  /** The name of the process, once it has said it. */
  process = "";
  /** What it subscribes to. */
  readonly topics = new Set<string>();
  readonly #floor: ExchangeFloor;
  readonly #send: Send<FromExchange>;
  readonly #letters: PublishQueue;
  #state: "open" | "closed" = "open";

  constructor(floor: ExchangeFloor, send: Send<FromExchange>, limits: PortLimits) {
    this.#floor = floor;
    this.#send = send;
    this.#letters = new PublishQueue({
      limit: limits.publishBuffer,
      policy: limits.publishOverflow,
      publish: (publications) => this.#handOver(publications),
      endOfTurn: (work) => limits.platform.endOfTurn(work),
      // What was for a process that is gone is lost with it.
      onLost: (lost) => this.#state === "open" && limits.onLost(lost),
    });
    this.#letters.flow();
  }

  /** Whether it has not said that it wants no more. */
  get isOpen(): boolean {
    return this.#state === "open";
  }

  /** Something for the process. What one turn brings goes in one message. */
  push(publication: Publication): void {
    if (this.#state === "open") this.#letters.push(publication);
  }

  /** Something of the process. */
  take(message: ToExchange): void {
    if (this.#state === "closed") return;
    if (message.type === "publish") {
      return unpackLetters(message, (topic, envelope) => this.#floor.publish(this, { topic, envelope }));
    }
    const { id } = message;
    try {
      this.#reply({ type: "answer", id, value: this.#answer(message) });
    } catch (error) {
      this.#reply({ type: "refusal", id, why: String(error) });
    }
  }

  /** The process is gone, or wants no more. */
  close(): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#floor.close(this);
    this.#letters.close();
  }

  #answer({ call, argument }: Question): unknown {
    const { presence } = this.#floor;
    switch (call) {
      case "connect":
        this.process = argument;
        return presence.lease;
      case "subscribe":
        for (const topic of argument) this.#floor.subscribe(this, topic);
        return undefined;
      case "unsubscribe":
        for (const topic of argument) this.#floor.unsubscribe(this, topic);
        return undefined;
      case "renew":
        return presence.renew(this.process);
      case "write":
        return presence.write(this.process, argument);
      case "read":
        return presence.read(argument);
      case "count":
        return presence.count(argument);
      case "look":
        return presence.look();
      case "clear":
        return presence.clear(argument);
      case "close":
        return this.close();
    }
  }

  #handOver(publications: readonly Publication[]): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#send({ type: "letters", ...packLetters(publications) }, (error) => (error ? reject(error) : resolve()));
    });
  }

  #reply(message: FromExchange): void {
    // Who is gone waits for no answer.
    this.#send(message, () => {});
  }
}
