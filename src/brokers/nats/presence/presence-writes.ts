/** Changes of presence, one batch after the other: what comes while one is on its way goes with the next. */

import type { PresenceChange } from "../../../rooms/broker.ts";

/** Does the work: the last change of each entry, in any order. */
export type WriteBatch = (changes: readonly PresenceChange[]) => Promise<void>;

/**
 * Storing and removing are different requests to the server, which does them in no certain order; so each waits for
 * those before.
 */
export class PresenceWrites {
  readonly #write: WriteBatch;
  /** What runs, and what waits behind it. Never rejects. */
  #tail: Promise<unknown> = Promise.resolve();
  /** The batch that waits and is the last: it takes more. */
  #open: { readonly changes: Map<string, PresenceChange>; readonly written: Promise<void> } | undefined;

  constructor(write: WriteBatch) {
    this.#write = write;
  }

  /** Resolves when the changes are stored, with all of before. */
  add(changes: readonly PresenceChange[]): Promise<void> {
    this.#open ??= this.#openBatch();
    const batch = this.#open;
    for (const change of changes) batch.changes.set(`${change.member} ${change.topic}`, change);
    return batch.written;
  }

  /** Does something behind all changes of before, and ahead of those to come. */
  behind<Value>(work: () => Promise<Value>): Promise<Value> {
    this.#open = undefined;
    const done = this.#tail.then(work);
    this.#tail = done.catch(() => {});
    return done;
  }

  #openBatch() {
    const changes = new Map<string, PresenceChange>();
    const written = this.behind(() => {
      if (this.#open?.changes === changes) this.#open = undefined;
      return this.#write([...changes.values()]);
    });
    return { changes, written };
  }
}
