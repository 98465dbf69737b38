/** A store of presence that writes down what it is asked, and answers when and how the test says. */

import type { PresenceChange, PresenceEntry, PresenceStore } from "../../../src/rooms/broker.ts";
import { MemoryPresence } from "../../../src/rooms/memory/memory-presence.ts";
import type { Deferred } from "../../support/deferred.ts";
import { deferred } from "../../support/deferred.ts";
import { TestClock } from "../../support/test-clock.ts";

/** One process's view of a store in memory. */
export class FakeStore implements PresenceStore {
  readonly lease: number;
  /** What it was asked: `renew`, `clear p1`, `write +m1 -m2`, `read t`, `count t`, `look`. */
  readonly asked: string[] = [];
  /** The next calls fail with these, in turn; `undefined`: this one does not. */
  failures: (Error | undefined)[] = [];
  /** While this is so, calls wait in `waiting`. */
  isSlow = false;
  readonly waiting: Deferred<void>[] = [];
  readonly #process: string;
  readonly #presence: MemoryPresence;

  constructor(process: string, presence: MemoryPresence = new MemoryPresence(15_000, new TestClock())) {
    this.#process = process;
    this.#presence = presence;
    this.lease = presence.lease;
  }

  renew(): Promise<"renewed" | "lapsed"> {
    return this.#answer("renew", () => this.#presence.renew(this.#process));
  }

  write(changes: readonly PresenceChange[]): Promise<void> {
    const words = changes.map(({ member, info }) => (info === null ? `-${member}` : `+${member}`));
    return this.#answer(["write", ...words].join(" "), () => this.#presence.write(this.#process, changes));
  }

  read(topic: string): Promise<PresenceEntry[]> {
    return this.#answer(`read ${topic}`, () => this.#presence.read(topic));
  }

  count(topic: string): Promise<ReadonlyMap<string, number>> {
    return this.#answer(`count ${topic}`, () => this.#presence.count(topic));
  }

  look(): Promise<ReadonlyMap<string, "alive" | "gone">> {
    return this.#answer("look", () => this.#presence.look());
  }

  clear(process: string): Promise<void> {
    return this.#answer(`clear ${process}`, () => this.#presence.clear(process));
  }

  /** What is stored for a topic, by member. */
  shown(topic: string): Record<string, string> {
    return Object.fromEntries(this.#presence.read(topic).map(({ member, info }) => [member, info]));
  }

  async #answer<Answer>(what: string, answer: () => Answer): Promise<Answer> {
    this.asked.push(what);
    const failure = this.failures.shift();
    if (this.isSlow) {
      const wait = deferred<void>();
      this.waiting.push(wait);
      await wait.promise;
    }
    if (failure !== undefined) throw failure;
    return answer();
  }
}
