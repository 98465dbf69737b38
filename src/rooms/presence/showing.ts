/** What this process shows of its members in the broker's store: written in order, and anew whenever it may have been lost. */

import { Waiters } from "../../protocol/waiters.ts";
import type { PresenceChange, PresenceStore } from "../broker.ts";

/** Whose members these are. */
export interface ShowingOwner {
  /** All entries, as they are now. */
  allEntries(): PresenceChange[];
  /** All of them have been stored anew. */
  showingOnRestored(): void;
  /** These have been stored. Only now may others hear of them: whoever reads later finds what they have heard before. */
  showingOnStored(changes: readonly PresenceChange[]): void;
  /** The store did not do what it was asked. The owner calls `retry`, by and by. */
  showingOnError(error: unknown): void;
}

/** One process's entries. */
export class Showing {
  readonly #owner: ShowingOwner;
  /** The name of this process in the store. */
  readonly #process: string;
  #store: PresenceStore | undefined;
  #changes: PresenceChange[] = [];
  /** `stale`: what is stored may be anything, and all is to be written anew. */
  #state: "stale" | "current" = "stale";
  #isWorking = false;
  readonly #finished = new Waiters<void>();

  constructor(owner: ShowingOwner, process: string) {
    this.#owner = owner;
    this.#process = process;
  }

  /** An entry comes, changes or goes. */
  push(change: PresenceChange): void {
    if (this.#state === "stale") return;
    this.#changes.push(change);
    void this.#work();
  }

  /** The store is there, and may have lost or kept anything. */
  restore(store: PresenceStore): void {
    this.#store = store;
    this.#makeStale();
    void this.#work();
  }

  /** The store is away. */
  hold(): void {
    this.#store = undefined;
    this.#makeStale();
  }

  #makeStale(): void {
    this.#state = "stale";
    this.#changes = [];
  }

  /** It did not work, and is to be tried again. */
  retry(): void {
    void this.#work();
  }

  /** Resolves when nothing is under way. */
  async finished(): Promise<void> {
    if (this.#isWorking) await this.#finished.wait();
  }

  /** One request at a time; what changes meanwhile goes in one with the next. */
  async #work(): Promise<void> {
    if (this.#isWorking) return;
    this.#isWorking = true;
    for (let store = this.#store; store !== undefined && this.#hasWork; store = this.#store) {
      try {
        if (this.#state === "stale") await this.#writeAll(store);
        else await this.#writeChanges(store);
      } catch (error) {
        this.#makeStale();
        // Of a store that has been lost meanwhile nobody needs to hear.
        if (this.#store !== store) continue;
        this.#owner.showingOnError(error);
        break;
      }
    }
    this.#isWorking = false;
    this.#finished.tell();
  }

  get #hasWork(): boolean {
    return this.#state === "stale" || this.#changes.length > 0;
  }

  async #writeAll(store: PresenceStore): Promise<void> {
    await store.clear(this.#process);
    await store.renew();
    // From here on changes are noted, and come behind what is read now.
    this.#state = "current";
    await store.write(this.#owner.allEntries());
    if (this.#store === store) this.#owner.showingOnRestored();
  }

  async #writeChanges(store: PresenceStore): Promise<void> {
    const changes = this.#changes;
    this.#changes = [];
    await store.write(changes);
    if (this.#store === store) this.#owner.showingOnStored(changes);
  }
}
