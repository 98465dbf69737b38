/** What is sent to many: gathered for a turn of the event loop, then handed out in slices, so that others are served between. */

import type { Platform } from "../protocol/platform.ts";
import type { PreparedMessage } from "../protocol/prepared-message.ts";
import type { Member } from "./member.ts";
import { takesAtOnce } from "./member.ts";
import { Run } from "./run.ts";

/** What it is made of. */
export interface BroadcastsOptions {
  readonly platform: Platform;
  /** Whether somebody wants to hear of each message that is sent. */
  readonly isObserved: () => boolean;
  /** A member could not take a message: a bug of ours, and no reason to leave out the others. */
  readonly onError: (error: unknown) => void;
}

/**
 * Several messages to the same members leave as one write to each of them. Every member is told in the order of the
 * calls: whoever sends something of its own, leaves, or closes in between, is handed before what waits for it.
 */
export class Broadcasts<Who extends Member> {
  readonly #platform: Platform;
  readonly #isObserved: () => boolean;
  readonly #onError: (error: unknown) => void;
  /** In the order of sending; what goes to the same members behind each other is one. */
  readonly #runs: Run<Who>[] = [];
  #isScheduled = false;
  #isHandingOut = false;

  constructor({ platform, isObserved, onError }: BroadcastsOptions) {
    this.#platform = platform;
    this.#isObserved = isObserved;
    this.#onError = onError;
  }

  /** Whether something has not reached all of its members. */
  get waits(): boolean {
    return this.#runs.length > 0;
  }

  /** Sends to whoever is in one of these sets now, each once, but for `except`. */
  send(sets: readonly ReadonlySet<Who>[], message: PreparedMessage, except: Iterable<Who>): void {
    let run = this.#runs.at(-1);
    if (run === undefined || !run.takes(sets)) {
      run = new Run(sets, this.#platform);
      this.#runs.push(run);
    }
    run.push(message, except);
    this.#schedule();
    // Whoever catches up looks at all of them.
    if (this.#runs.length > MOST_RUNS) this.#handOut();
  }

  /** Somebody has come into this set. */
  joined(who: Who, set: ReadonlySet<Who>): void {
    for (const run of this.#runs) run.joins(who, set);
  }

  /** Hands out what waits for one: it sends, closes or leaves. */
  catchUp(who: Who): void {
    for (const run of this.#runs) {
      try {
        run.catchUp(who);
      } catch (error) {
        this.#onError(error);
      }
    }
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    // A later turn, not the end of this one: then all that the peers of this moment have sent goes out together.
    this.#platform.defer(() => {
      this.#isScheduled = false;
      this.#handOut();
    });
  }

  #handOut(): void {
    // An observer that hears of a message may send another.
    if (this.#isHandingOut) return;
    this.#isHandingOut = true;
    try {
      this.#serveSome();
    } finally {
      this.#isHandingOut = false;
    }
    if (this.waits) this.#schedule();
  }

  #serveSome(): void {
    const members: Who[] = [];
    const runs: Run<Who>[] = [];
    for (const run of this.#runs) {
      // A run that has to be cut is cut at the same members each time: wires know them again.
      if (members.length > 0 && run.left > SLICE - members.length) break;
      for (const who of run.next(SLICE - members.length)) runs[members.push(who) - 1] = run;
      if (members.length === SLICE) break;
    }
    this.#serve(members, runs);
    while (this.#runs[0]?.isDone) this.#runs.shift();
  }

  /** To each member the next of its run, which stands at the same place. Hot path (bench: `rooms`). */
  #serve(members: readonly Who[], runs: readonly Run<Who>[]): void {
    const canBeAtOnce = !this.#isObserved();
    // What goes to one member twice goes in one write.
    const twice = runs[0] === runs.at(-1) ? NOBODY : repeatedIn(members);
    const atOnce: boolean[] = [];
    for (let at = 0; at < members.length; at++) {
      // Asked before the first one of a group is written to: what has to be fetched for one is fetched for all of them
      // together, instead of one behind the other between system calls. A tenth of the time of a room of a thousand.
      if (at % GROUP === 0) {
        const end = Math.min(at + GROUP, members.length);
        for (let ahead = at; ahead < end; ahead++) {
          const who = members[ahead]!;
          atOnce[ahead] = canBeAtOnce && who[takesAtOnce] && !twice.has(who);
        }
      }
      try {
        runs[at]!.handOut(atOnce[at]!);
      } catch (error) {
        this.#onError(error);
      }
    }
  }
}

/** Members that are served in one turn: a few milliseconds of work. */
const SLICE = 512;
/** As many as a fast memory holds all that is needed of. */
const GROUP = 32;
const MOST_RUNS = 128;

const NOBODY: ReadonlySet<unknown> = new Set();

function repeatedIn<Who>(members: readonly Who[]): ReadonlySet<unknown> {
  const all = new Set(members);
  if (all.size === members.length) return NOBODY;
  return new Set(members.filter((who) => !all.delete(who)));
}
