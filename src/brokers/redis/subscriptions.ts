/** The subscriptions that are wanted, and those that are in place on the present link; one command at a time closes the gap. */

import type { Keys } from "./keys.ts";
import type { Link } from "./link.ts";

/** Outlives links: each new one gets all that is wanted. */
export class Subscriptions {
  readonly #keys: Keys;
  /** Wanted: topics by channel. */
  readonly #wanted = new Map<string, string>();
  readonly #placed = new Set<string>();
  /** Channels that came to be wanted, or not, since they were looked at last. */
  readonly #changed = new Set<string>();
  #link: Link | undefined;
  #end: Error | undefined;
  #waiting: (() => void)[] = [];
  /** The call before: subscribing and unsubscribing side by side could end in another order. */
  #last: Promise<void> = Promise.resolve();

  constructor(keys: Keys) {
    this.#keys = keys;
  }

  /** The topic of a channel, as long as it is wanted. */
  topicOf(channel: string): string | undefined {
    return this.#wanted.get(channel);
  }

  /** Resolves when all are in place; while there is no link, that is when there is one. */
  want(topics: readonly string[]): Promise<void> {
    for (const topic of topics) {
      const channel = this.#keys.channel(topic);
      this.#wanted.set(channel, topic);
      this.#changed.add(channel);
    }
    return this.#settle();
  }

  /** From now on none of them has a topic; resolves when the engine knows, too. */
  drop(topics: readonly string[]): Promise<void> {
    for (const topic of topics) {
      const channel = this.#keys.channel(topic);
      if (this.#wanted.delete(channel)) this.#changed.add(channel);
    }
    // At the end all are ended.
    return this.#settle().catch((error: unknown) => {
      if (error !== this.#end) throw error;
    });
  }

  /** Puts all on a new link, which then serves. Rejects when that ends meanwhile. */
  async moveTo(link: Link): Promise<void> {
    this.#placed.clear();
    this.#changed.clear();
    const channels = [...this.#wanted.keys()];
    await link.subscribe(channels);
    for (const channel of channels) this.#placed.add(channel);
    this.#link = link;
    this.#wake();
  }

  /** The link is gone. What is called waits for the next. */
  leave(): void {
    this.#link = undefined;
  }

  /** There will be no other link: what waits is rejected. */
  close(error: Error): void {
    this.leave();
    this.#end = error;
    this.#wanted.clear();
    this.#wake();
  }

  #settle(): Promise<void> {
    const settled = this.#last.then(() => this.#closeGap());
    this.#last = settled.catch(() => {});
    return settled;
  }

  async #closeGap(): Promise<void> {
    for (;;) {
      if (this.#changed.size === 0 && this.#link !== undefined) return;
      const link = this.#link ?? (await this.#nextLink());
      try {
        return await this.#change(link);
      } catch (error) {
        if (!link.ended) throw error;
        if (this.#link === link) this.leave();
      }
    }
  }

  async #change(link: Link): Promise<void> {
    const changed = [...this.#changed];
    const on = changed.filter((channel) => this.#wanted.has(channel) && !this.#placed.has(channel));
    const off = changed.filter((channel) => !this.#wanted.has(channel) && this.#placed.has(channel));
    this.#changed.clear();
    if (off.length > 0) await link.unsubscribe(off);
    for (const channel of off) this.#placed.delete(channel);
    try {
      if (on.length > 0) await link.subscribe(on);
    } catch (error) {
      // The engine refused it, and would again.
      if (!link.ended) for (const channel of on) this.#wanted.delete(channel);
      throw error;
    }
    for (const channel of on) this.#placed.add(channel);
  }

  async #nextLink(): Promise<Link> {
    for (;;) {
      if (this.#end !== undefined) throw this.#end;
      if (this.#link !== undefined) return this.#link;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  #wake(): void {
    for (const resume of this.#waiting.splice(0)) resume();
  }
}
