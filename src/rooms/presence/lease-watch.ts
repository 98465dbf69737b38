/** Keeps this process's lease, and looks after those of the others: whose lease has ended is gone, with all of its members. */

import type { Clock } from "../../protocol/run/clock.ts";
import type { PresenceStore } from "../broker.ts";

/** Who hears of it. */
export interface LeaseWatchOwner {
  /** Processes of which something is known here. */
  knownProcesses(): ReadonlySet<string>;
  /** These are gone. */
  leaseWatchOnGone(processes: ReadonlySet<string>): void;
  /** Our own lease had ended: others may have taken us for dead. */
  leaseWatchOnLapsed(): void;
  /** The store did not answer as it should. It is asked again. */
  leaseWatchOnError(error: unknown): void;
}

/** Three looks in a lease: so whoever dies is found after at most 4/3 of it. */
export class LeaseWatch {
  readonly #owner: LeaseWatchOwner;
  readonly #process: string;
  readonly #clock: Clock;
  #cancel = () => {};
  /** Until then nobody is taken for dead: after an outage, all have to renew first. */
  #judgesFrom = 0;
  /** Of which something was known at the last look, too: who has just come may not have its lease yet. */
  #knownBefore: ReadonlySet<string> = new Set();
  /** Which of its starts is the current one. */
  #round = 0;

  constructor(owner: LeaseWatchOwner, process: string, clock: Clock) {
    this.#owner = owner;
    this.#process = process;
    this.#clock = clock;
  }

  /** The store is there. */
  start(store: PresenceStore): void {
    this.stop();
    this.#judgesFrom = this.#clock.now() + store.lease;
    this.#waitForNext(store, this.#round);
  }

  stop(): void {
    this.#round++;
    this.#cancel();
  }

  #waitForNext(store: PresenceStore, round: number): void {
    this.#cancel = this.#clock.after(store.lease / 3, () => void this.#look(store, round));
  }

  async #look(store: PresenceStore, round: number): Promise<void> {
    // Before it is asked whether it takes long: the next one waits for nobody.
    this.#waitForNext(store, round);
    const began = this.#clock.now();
    const known = this.#owner.knownProcesses();
    const suspects = [...this.#knownBefore].filter((process) => known.has(process));
    this.#knownBefore = known;
    try {
      const [renewal, first] = await Promise.all([store.renew(), store.look()]);
      if (round !== this.#round) return;
      if (renewal === "lapsed") this.#owner.leaseWatchOnLapsed();
      const now = this.#clock.now();
      // Who answers that late may answer with what was true while it stood still.
      if (now - began > store.lease / 3) this.#judgesFrom = now + store.lease;
      const isMissing = suspects.some((process) => first.get(process) !== "alive");
      if (now < this.#judgesFrom) return;
      // Asked twice before somebody is taken for dead: for a moment, who writes all anew has no lease.
      const processes = isMissing ? await this.#lookAgain(store) : first;
      if (round !== this.#round) return;
      const gone = suspects.filter((process) => first.get(process) !== "alive" && processes.get(process) !== "alive");
      if (gone.length > 0) this.#owner.leaseWatchOnGone(new Set(gone));
      await this.#clearUp(store, processes);
    } catch (error) {
      if (round === this.#round) this.#owner.leaseWatchOnError(error);
    }
  }

  async #lookAgain(store: PresenceStore): Promise<ReadonlyMap<string, "alive" | "gone">> {
    await new Promise<void>((resolve) => this.#clock.after(A_MOMENT, resolve));
    return store.look();
  }

  /** One is enough to do it, and all agree on who that is. */
  async #clearUp(store: PresenceStore, processes: ReadonlyMap<string, "alive" | "gone">): Promise<void> {
    const alive = [...processes.keys()].filter((process) => processes.get(process) === "alive").sort();
    if (alive[0] !== this.#process) return;
    for (const [process, state] of processes) if (state === "gone") await store.clear(process);
  }
}

/** Milliseconds. */
const A_MOMENT = 200;
