/** What waits to be published: pipelined while the broker takes it, bounded while it does not. Knows no broker. */

import { MessageQueue } from "../../socket/message-queue.ts";
import type { Publication } from "../broker.ts";

/** What happens when more waits for the broker than `limits.publishBuffer`. */
export type PublishOverflowPolicy = "drop-oldest" | "drop-newest";

/** Publications that other machines do not get, or may not have got. */
export interface LostPublications {
  /**
   * `overflow`: the buffer was full. `unconfirmed`: they were on their way when the broker went away, and are not sent twice.
   * `too-large`: the broker takes none of that size.
   */
  readonly why: "overflow" | "unconfirmed" | "too-large" | "closed";
  readonly messages: number;
  readonly bytes: number;
  /** What the broker's client said, if it did. */
  readonly error?: unknown;
}

/** How a queue works. */
export interface PublishQueueOptions {
  /** Bytes that may wait; one publication always fits. */
  readonly limit: number;
  readonly policy: PublishOverflowPolicy;
  /** Takes some, in order; resolves when the broker has them, rejects when that is not known. */
  readonly publish: (publications: readonly Publication[]) => Promise<void>;
  /** Bytes of the largest envelope that the broker takes. Left out: any. */
  readonly largest?: () => number;
  /** Runs work at the end of this turn. */
  readonly endOfTurn: (work: () => void) => void;
  readonly onLost: (lost: LostPublications) => void;
}

/** Of one connection with a broker. */
export class PublishQueue {
  readonly #options: PublishQueueOptions;
  readonly #waiting: MessageQueue<Publication>;
  /** `closed`: takes nothing any more. */
  #state: "held" | "flowing" | "closed" = "held";
  #isScheduled = false;
  /** Bytes that the broker has not confirmed. */
  #underWay = 0;
  #idle: (() => void)[] = [];

  constructor(options: PublishQueueOptions) {
    this.#options = options;
    this.#waiting = new MessageQueue(null, sizeOf);
  }

  /** Bytes that wait here. */
  get bytes(): number {
    return this.#waiting.bytes;
  }

  push(publication: Publication): void {
    const { limit, policy } = this.#options;
    if (this.#state === "closed") return this.#lose("closed", [publication]);
    const isOver = () => this.#waiting.length > 0 && this.#waiting.bytes + sizeOf(publication) > limit;
    const dropped: Publication[] = [];
    if (isOver()) this.#pump();
    while (policy === "drop-oldest" && isOver()) dropped.push(this.#waiting.shift()!);
    if (isOver()) dropped.push(publication);
    else this.#waiting.push(publication);
    if (dropped.length > 0) this.#lose("overflow", dropped);
    this.#schedule();
  }

  /** The broker is there: what waits goes out. */
  flow(): void {
    if (this.#state === "held") this.#state = "flowing";
    this.#pump();
  }

  /** It is away: everything waits. */
  hold(): void {
    if (this.#state === "flowing") this.#state = "held";
  }

  /** Resolves when all has gone out, or been lost. */
  flushed(): Promise<void> {
    if (this.#waiting.length === 0 && this.#underWay === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  /** Takes no more, and gives up what waits. */
  close(): void {
    this.#state = "closed";
    const left = this.#waiting.clear();
    if (left.length > 0) this.#lose("closed", left);
    this.#tellIdle();
  }

  /** What one turn publishes goes in one piece. */
  #schedule(): void {
    if (this.#isScheduled || this.#state !== "flowing") return;
    this.#isScheduled = true;
    this.#options.endOfTurn(() => {
      this.#isScheduled = false;
      this.#pump();
    });
  }

  #pump(): void {
    while (this.#state === "flowing" && this.#underWay < WINDOW && this.#waiting.length > 0) {
      const batch: Publication[] = [];
      let size = 0;
      for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
        batch.push(next);
        size += sizeOf(next);
        if (batch.length === MOST_AT_ONCE || this.#underWay + size >= WINDOW) break;
      }
      void this.#carry(batch, size);
    }
    this.#tellIdle();
  }

  async #carry(batch: readonly Publication[], size: number): Promise<void> {
    const largest = this.#options.largest?.() ?? Number.POSITIVE_INFINITY;
    const fitting = batch.filter(({ envelope }) => envelope.length <= largest);
    if (fitting.length < batch.length) {
      // They keep nothing else back.
      this.#lose(
        "too-large",
        batch.filter((one) => one.envelope.length > largest),
      );
    }
    this.#underWay += size;
    try {
      await this.#options.publish(fitting);
    } catch (error) {
      this.#lose("unconfirmed", fitting, error);
    }
    this.#underWay -= size;
    this.#pump();
  }

  #lose(why: LostPublications["why"], publications: readonly Publication[], error?: unknown): void {
    const bytes = publications.reduce((sum, { envelope }) => sum + envelope.length, 0);
    const lost = { why, messages: publications.length, bytes };
    this.#options.onLost(error === undefined ? lost : { ...lost, error });
  }

  #tellIdle(): void {
    if (this.#waiting.length > 0 || this.#underWay > 0) return;
    const idle = this.#idle;
    this.#idle = [];
    for (const tell of idle) tell();
  }
}

/** Also empty ones take memory. */
function sizeOf({ topic, envelope }: Publication): number {
  return topic.length + envelope.length + ENTRY;
}

const ENTRY = 128;
/** Bytes under way at a time: more than a round trip takes on any network, less than a client should hold. */
const WINDOW = 1024 * 1024;
const MOST_AT_ONCE = 1024;
