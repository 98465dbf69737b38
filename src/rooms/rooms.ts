/** All rooms of an app, in memory: who is in which. Knows nothing of other machines. */

import { BAD_ROOM_NAME, usageError } from "../errors.ts";
import type { AudienceConfig } from "./audience.ts";
import { Audience } from "./audience.ts";
import type { Member } from "./member.ts";
import type { RoomInput } from "./room.ts";
import { namesOf, Room } from "./room.ts";

/** Makes its sets when somebody joins, and drops them when the last one leaves. */
export class Rooms<Who extends Member = Member> {
  readonly #config: AudienceConfig;
  readonly #byName = new Map<string, Set<Who>>();
  readonly #ofMember = new Map<Who, Set<string>>();

  constructor(config: AudienceConfig) {
    this.#config = config;
  }

  /** How many rooms have members. */
  get size(): number {
    return this.#byName.size;
  }

  /** The names of the rooms that have members. */
  get names(): IterableIterator<string> {
    return this.#byName.keys();
  }

  /** The room of this name, empty or not. Throws a `UsageError` for a name that is no string, or empty. */
  room(name: string): Room<Who> {
    checkName(name);
    return new Room(name, this.#config, () => this.#byName.get(name) ?? nobody<Who>());
  }

  /** Whoever is in one of the rooms, each once, but for `except`. */
  union(rooms: RoomInput | readonly RoomInput[], except?: Who): Audience {
    const names = namesOf(rooms);
    for (const name of names) checkName(name);
    return new Audience(this.#config, () => this.#inAnyOf(names, except));
  }

  /** Puts a member into a room; once is enough. */
  join(member: Who, name: string): Room<Who> {
    const room = this.room(name);
    add(this.#byName, name, member);
    add(this.#ofMember, member, name);
    return room;
  }

  /** Takes a member out of a room. */
  leave(member: Who, name: string): void {
    remove(this.#byName, name, member);
    remove(this.#ofMember, member, name);
  }

  /** Takes a member out of all rooms. */
  leaveAll(member: Who): void {
    for (const name of this.#ofMember.get(member) ?? []) remove(this.#byName, name, member);
    this.#ofMember.delete(member);
  }

  /** The names of the rooms that a member is in. */
  of(member: Who): ReadonlySet<string> {
    return new Set(this.#ofMember.get(member));
  }

  *#inAnyOf(names: readonly string[], except: Who | undefined): Iterable<Who> {
    const told = names.length > 1 ? new Set<Who>() : undefined;
    for (const name of names) {
      for (const member of this.#byName.get(name) ?? nobody<Who>()) {
        if (member === except || told?.has(member)) continue;
        told?.add(member);
        yield member;
      }
    }
  }
}

const NOBODY: ReadonlySet<never> = new Set();

function nobody<Who>(): ReadonlySet<Who> {
  return NOBODY;
}

function checkName(name: unknown): void {
  if (typeof name !== "string" || name === "") throw usageError(BAD_ROOM_NAME, JSON.stringify(name) ?? String(name));
}

function add<Key, Value>(sets: Map<Key, Set<Value>>, key: Key, value: Value): void {
  const set = sets.get(key);
  if (set === undefined) sets.set(key, new Set([value]));
  else set.add(value);
}

function remove<Key, Value>(sets: Map<Key, Set<Value>>, key: Key, value: Value): void {
  const set = sets.get(key);
  if (set?.delete(value) && set.size === 0) sets.delete(key);
}
