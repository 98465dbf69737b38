/** A room: those who joined it under one name. It needs no making, and is gone when the last member leaves. */

import type { AudienceConfig } from "./audience.ts";
import { Audience } from "./audience.ts";
import type { Member } from "./member.ts";

/** A handle on the room of a name, whoever is in it. Keep it as long as you like. */
export class Room<Who extends Member = Member> extends Audience {
  /** What it was joined as. */
  readonly name: string;
  readonly #members: () => ReadonlySet<Who>;

  /** Made by `Rooms`. */
  constructor(name: string, config: AudienceConfig, members: () => ReadonlySet<Who>) {
    super(config, members);
    this.name = name;
    this.#members = members;
  }

  /** Those who are in it now, on this machine. It changes as they come and go. */
  get members(): ReadonlySet<Who> {
    return this.#members();
  }

  /** How many are in it, on this machine. */
  get size(): number {
    return this.#members().size;
  }
}

/** A room, by its name or by a handle on it. */
export type RoomInput = string | { readonly name: string };

/** The names of one room, or of several. */
export function namesOf(rooms: RoomInput | readonly RoomInput[]): readonly string[] {
  const list = (Array.isArray(rooms) ? rooms : [rooms]) as readonly RoomInput[];
  return list.map((room) => (typeof room === "string" ? room : room?.name));
}
