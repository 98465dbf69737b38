/** A room: those who joined it under one name. It needs no making, and is gone when the last member leaves. */

import type { AudienceConfig } from "./audience.ts";
import { Audience } from "./audience.ts";
import type { Member } from "./member.ts";

/** A handle on the room of a name, whoever is in it. Keep it as long as you like. */
export class Room extends Audience {
  /** What it was joined as. */
  readonly name: string;
  readonly #members: () => ReadonlySet<Member>;

  /** Made by `Rooms`. */
  constructor(name: string, config: AudienceConfig, members: () => ReadonlySet<Member>) {
    super(config, members);
    this.name = name;
    this.#members = members;
  }

  /** How many are in it, on this machine. */
  get size(): number {
    return this.#members().size;
  }
}
