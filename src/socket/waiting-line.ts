/** The messages that wait for a slow peer, and the policy that acts when there are too many of them. */

import { MessageQueue } from "./message-queue.ts";
import type { Entry, QueuedMessage } from "./send-entry.ts";
import { sizeOf, sizeOfEntry } from "./send-entry.ts";
import type { SocketConfig } from "./socket-config.ts";

/** Whose line it is. */
export interface WaitingLineOwner {
  readonly id: string;
  readonly config: SocketConfig;
  /** More than the limit would wait, and the policy is to close. */
  sendQueueOnOverflow(size: number): void;
}

/** One peer's. Beside messages, streams and goodbyes wait in it for their turn. */
export class WaitingLine {
  /** Messages that the policy dropped. */
  dropped = 0;
  readonly #owner: WaitingLineOwner;
  readonly #entries: MessageQueue<Entry>;
  /** Of each key, the message that waits; for the policy `latest-by-key`. */
  #latest: Map<string, QueuedMessage> | null = null;
  /** Those that a newer one has replaced, until their turn comes or they are many. */
  #replaced: Set<Entry> = NOTHING;
  #replacedBytes = 0;

  constructor(owner: WaitingLineOwner) {
    this.#owner = owner;
    this.#entries = new MessageQueue(owner.config.budget, sizeOfEntry);
  }

  get length(): number {
    return this.#entries.length - this.#replaced.size;
  }

  /** What it takes in memory. */
  get bytes(): number {
    return this.#entries.bytes - this.#replacedBytes;
  }

  /** Puts a message in line, unless the policy has another idea. `ahead`: bytes that lie with the transport. */
  admit(entry: QueuedMessage, ahead: number): void {
    const { limits, slowConsumer } = this.#owner.config;
    if (slowConsumer === "latest-by-key") this.#replace(entry);
    const size = sizeOf(entry.message);
    // Also empty messages take memory.
    const total = () => this.bytes + ahead + size;
    // One message always fits.
    if (total() > limits.sendBuffer && this.length > 0) {
      if (slowConsumer === "close" || slowConsumer === "latest-by-key") {
        return this.#owner.sendQueueOnOverflow(total());
      }
      if (slowConsumer === "drop-oldest") this.#dropOldest(() => total() > limits.sendBuffer);
      if (total() > limits.sendBuffer && this.length > 0) return this.#drop([entry]);
    }
    this.#entries.push(entry);
  }

  /** Something that is no message waits for its turn. */
  wait(begin: () => void): void {
    this.#entries.push({ type: "turn", begin });
  }

  shift(): Entry | undefined {
    let entry = this.#entries.shift();
    while (entry !== undefined && this.#replaced.delete(entry)) {
      this.#replacedBytes -= sizeOfEntry(entry);
      entry = this.#entries.shift();
    }
    if (this.#latest !== null && entry?.type === "message" && entry.key !== undefined) this.#latest.delete(entry.key);
    return entry;
  }

  clear(): void {
    this.#entries.clear();
    this.#latest = null;
    this.#replaced = NOTHING;
    this.#replacedBytes = 0;
  }

  /** The newest of a key stands where it came, not where the older one stood: so what arrives keeps its order. */
  #replace(entry: QueuedMessage): void {
    if (entry.key === undefined) return;
    this.#latest ??= new Map();
    const older = this.#latest.get(entry.key);
    this.#latest.set(entry.key, entry);
    if (older === undefined) return;
    if (this.#replaced === NOTHING) this.#replaced = new Set();
    this.#replaced.add(older);
    this.#replacedBytes += sizeOfEntry(older);
    this.#drop([older]);
    if (this.#replaced.size >= MANY && this.#replaced.size > this.length) this.#closeUp();
  }

  #closeUp(): void {
    for (const entry of this.#entries.clear()) if (!this.#replaced.has(entry)) this.#entries.push(entry);
    this.#replaced = NOTHING;
    this.#replacedBytes = 0;
  }

  #dropOldest(mustDrop: () => boolean): void {
    const dropped: QueuedMessage[] = [];
    // Whoever waits for a turn is no message that could be dropped.
    for (let entry = this.#entries.peek(); entry?.type === "message" && mustDrop(); entry = this.#entries.peek()) {
      this.#entries.shift();
      dropped.push(entry);
    }
    if (dropped.length > 0) this.#drop(dropped);
  }

  #drop(entries: readonly QueuedMessage[]): void {
    this.dropped += entries.length;
    let bytes = 0;
    for (const { message, out } of entries) {
      bytes += sizeOf(message);
      out?.(true);
    }
    const { reporter, slowConsumer } = this.#owner.config;
    if (slowConsumer === "close") return;
    reporter.dropped?.(this.#owner.id, { policy: slowConsumer, messages: entries.length, bytes });
  }
}

/** Replaced messages that may stay in line. */
const MANY = 64;
const NOTHING: Set<never> = new Set();
