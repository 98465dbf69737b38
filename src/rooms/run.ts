/** Messages behind each other to the same members, on their way to each: handed out in slices, nobody left out or told twice. */

import type { Platform } from "../protocol/platform.ts";
import { PreparedBatch } from "../protocol/prepared-batch.ts";
import type { PreparedMessage } from "../protocol/prepared-message.ts";
import type { Member } from "./member.ts";
import { deliver, deliverAtOnce } from "./member.ts";

/** What one member is spared. */
interface Spared {
  /** As many as it has had, or came before it was in. */
  had: number;
  /** The places of those that are not for it. */
  excepted: Set<number> | undefined;
}

/** It grows until the handing out begins. */
export class Run<Who extends Member> {
  readonly #sets: readonly ReadonlySet<Who>[];
  readonly #platform: Platform;
  readonly #messages: PreparedMessage[] = [];
  /** Most members are told everything, and have no entry here. */
  #spared: Map<Who, Spared> | undefined;
  /** Once the handing out has begun: all members, and how many of them have been reached. */
  #members: readonly Who[] | undefined;
  #reached = 0;
  /** All that there was when it was last asked for: what goes to most members. */
  #batch: PreparedBatch | undefined;
  /** The place of each among them; made when somebody asks while it is handed out. */
  #places: ReadonlyMap<Who, number> | undefined;

  constructor(sets: readonly ReadonlySet<Who>[], platform: Platform) {
    this.#sets = sets;
    this.#platform = platform;
  }

  /** Whether a message to these goes behind those that it has. */
  takes(sets: readonly ReadonlySet<Who>[]): boolean {
    if (this.#members !== undefined || sets.length !== this.#sets.length) return false;
    for (let at = 0; at < sets.length; at++) if (sets[at] !== this.#sets[at]) return false;
    return true;
  }

  push(message: PreparedMessage, except: Iterable<Who>): void {
    const place = this.#messages.push(message) - 1;
    for (const who of except) {
      const spared = this.#spare(who);
      spared.excepted ??= new Set();
      spared.excepted.add(place);
    }
  }

  /** Somebody comes into this set now: what was sent before is not for them, unless they are in another one, too. */
  joins(who: Who, set: ReadonlySet<Who>): void {
    if (this.#members !== undefined || !this.#sets.includes(set)) return;
    const isInAnother = this.#sets.some((other) => other !== set && other.has(who));
    if (!isInAnother) this.#spare(who).had = this.#messages.length;
  }

  /** Hands out what waits for this one: it sends something itself now, or leaves. */
  catchUp(who: Who): void {
    const isFor = this.#members === undefined ? this.#sets.some((set) => set.has(who)) : this.#isUnreached(who);
    if (!isFor) return;
    const batch = this.#leftFor(who);
    // Before it gets it: for what it gets it may send or close, and so catch up again.
    this.#spare(who).had = this.#messages.length;
    if (batch !== undefined) who[deliver](batch);
  }

  /** Who comes next, at most so many. From now on no message comes to it. */
  next(most: number): readonly Who[] {
    this.#members ??= union(this.#sets);
    this.#whole();
    const { length } = this.#members;
    return this.#reached === 0 && length <= most
      ? this.#members
      : this.#members.slice(this.#reached, this.#reached + most);
  }

  /** Hands out to the next one. `isAtOnce`: it takes it so, and gets nothing else in this turn. Hot path (bench: `rooms`). */
  handOut(isAtOnce: boolean): void {
    const who = this.#members![this.#reached++]!;
    const batch = this.#spared?.has(who) ? this.#leftFor(who) : this.#batch;
    if (batch === undefined) return;
    if (isAtOnce && batch === this.#batch) who[deliverAtOnce](batch);
    else who[deliver](batch);
  }

  /** How many have not been reached, at most: whoever is in two sets counts twice until the handing out begins. */
  get left(): number {
    if (this.#members !== undefined) return this.#members.length - this.#reached;
    return this.#sets.reduce((sum, { size }) => sum + size, 0);
  }

  get isDone(): boolean {
    return this.#reached === this.#members?.length;
  }

  #isUnreached(who: Who): boolean {
    this.#places ??= new Map(this.#members!.map((member, place) => [member, place]));
    return (this.#places.get(who) ?? -1) >= this.#reached;
  }

  /** What there is for one that may be spared some of it. */
  #leftFor(who: Who): PreparedBatch | undefined {
    const { had = 0, excepted } = this.#spared?.get(who) ?? {};
    if (had === 0 && excepted === undefined) return this.#whole();
    const messages = this.#messages.filter((_, place) => place >= had && !excepted?.has(place));
    return messages.length > 0 ? new PreparedBatch(messages, this.#platform) : undefined;
  }

  /** All that there is by now: the same for all who catch up at this point. */
  #whole(): PreparedBatch {
    if (this.#batch?.messages.length !== this.#messages.length) {
      this.#batch = new PreparedBatch([...this.#messages], this.#platform);
    }
    return this.#batch;
  }

  #spare(who: Who): Spared {
    this.#spared ??= new Map();
    let spared = this.#spared.get(who);
    if (spared === undefined) {
      spared = { had: 0, excepted: undefined };
      this.#spared.set(who, spared);
    }
    return spared;
  }
}

function union<Who>(sets: readonly ReadonlySet<Who>[]): readonly Who[] {
  if (sets.length === 1) return [...sets[0]!];
  const all = new Set(sets[0]);
  for (let at = 1; at < sets.length; at++) for (const who of sets[at]!) all.add(who);
  return [...all];
}
