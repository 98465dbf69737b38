/** Who is at one topic on other machines, as far as this process has heard; for those who listen. Asks nobody. */

/** By member: what they show, as text. */
export type Members = ReadonlyMap<string, string>;

/** Who hears of a change. */
export type ViewListener = (change: "join" | "leave", member: string, info: string) => void;

/** Made when the first listener comes. */
export class PresenceView {
  readonly #listener: ViewListener;
  readonly #byProcess = new Map<string, Map<string, string>>();
  /** While a reading of the store is under way: of whom something was heard since it began, which is newer. */
  #heardMeanwhile: Set<string> | undefined;

  constructor(listener: ViewListener) {
    this.#listener = listener;
  }

  /** The processes that have members there. */
  get processes(): Iterable<string> {
    return this.#byProcess.keys();
  }

  /** All that are there, and what they show. */
  *members(): Iterable<readonly [member: string, info: string]> {
    for (const members of this.#byProcess.values()) yield* members;
  }

  join(process: string, member: string, info: string): void {
    this.#heardMeanwhile?.add(keyOf(process, member));
    let members = this.#byProcess.get(process);
    if (members === undefined) {
      members = new Map();
      this.#byProcess.set(process, members);
    }
    const isNew = !members.has(member);
    members.set(member, info);
    if (isNew) this.#listener("join", member, info);
  }

  leave(process: string, member: string): void {
    this.#heardMeanwhile?.add(keyOf(process, member));
    const members = this.#byProcess.get(process);
    const info = members?.get(member);
    if (members === undefined || info === undefined) return;
    members.delete(member);
    if (members.size === 0) this.#byProcess.delete(process);
    this.#listener("leave", member, info);
  }

  /** These, and no others, are what this process has there. */
  set(process: string, members: Members): void {
    for (const member of [...(this.#byProcess.get(process)?.keys() ?? [])]) {
      if (!members.has(member)) this.leave(process, member);
    }
    for (const [member, info] of members) this.join(process, member, info);
  }

  /** A process is gone, with all of its members. */
  forget(process: string): void {
    this.set(process, NOBODY);
  }

  /** A reading of the store begins. */
  beginReading(): void {
    this.#heardMeanwhile = new Set();
  }

  /** Whether somebody who is known here is not in a reading. */
  misses(all: ReadonlyMap<string, Members>): boolean {
    return this.#missingIn(all).length > 0;
  }

  /** It has ended. `isFirst`: these were there before anybody listened, and nobody is told. */
  endReading(all: ReadonlyMap<string, Members>, isFirst: boolean): void {
    const newer = this.#heardMeanwhile ?? new Set();
    this.#heardMeanwhile = undefined;
    for (const [process, member] of this.#missingIn(all)) {
      if (!newer.has(keyOf(process, member))) this.leave(process, member);
    }
    for (const [process, members] of all) {
      for (const [member, info] of members) {
        if (newer.has(keyOf(process, member))) continue;
        if (isFirst) this.#note(process, member, info);
        else this.join(process, member, info);
      }
    }
  }

  /** Who is known here, and not in a reading. */
  #missingIn(all: ReadonlyMap<string, Members>): (readonly [process: string, member: string])[] {
    return [...this.#byProcess].flatMap(([process, known]) =>
      [...known.keys()].filter((member) => !all.get(process)?.has(member)).map((member) => [process, member] as const),
    );
  }

  #note(process: string, member: string, info: string): void {
    const members = this.#byProcess.get(process) ?? new Map();
    this.#byProcess.set(process, members.set(member, info));
  }
}

const NOBODY: Members = new Map();

function keyOf(process: string, member: string): string {
  return `${process} ${member}`;
}
