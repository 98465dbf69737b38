/** Who is in which room, in this process. */

import { EVERYONE } from "./topic.ts";

/** Makes its sets when somebody joins, and drops them when the last one leaves. */
export class Memberships<Who> {
  /** All of them, whatever they have joined. */
  readonly everyone = new Set<Who>();
  readonly #byTopic = new Map<string, Set<Who>>([[EVERYONE, this.everyone]]);
  readonly #ofMember = new Map<Who, Set<string>>();

  /** The topics that have members, but for that of everybody. */
  *topics(): Iterable<string> {
    for (const topic of this.#byTopic.keys()) if (topic !== EVERYONE) yield topic;
  }

  /** Who is at this topic. It changes as they come and go, until it is empty. */
  at(topic: string): ReadonlySet<Who> {
    return this.#byTopic.get(topic) ?? (NOBODY as ReadonlySet<Who>);
  }

  /** The topics that a member is at. */
  of(who: Who): ReadonlySet<string> {
    return this.#ofMember.get(who) ?? NOTHING;
  }

  /** Puts somebody in. Gives whether they are new there. */
  add(who: Who, topic: string): boolean {
    if (topic === EVERYONE) return this.everyone.size < this.everyone.add(who).size;
    if (!add(this.#byTopic, topic, who)) return false;
    add(this.#ofMember, who, topic);
    return true;
  }

  /** Takes somebody out. Gives whether they were in. */
  remove(who: Who, topic: string): boolean {
    const members = this.#byTopic.get(topic);
    if (members === undefined || !members.delete(who)) return false;
    if (topic === EVERYONE) return true;
    if (members.size === 0) this.#byTopic.delete(topic);
    const topics = this.#ofMember.get(who)!;
    topics.delete(topic);
    if (topics.size === 0) this.#ofMember.delete(who);
    return true;
  }
}

const NOBODY: ReadonlySet<unknown> = new Set();
const NOTHING: ReadonlySet<string> = new Set();

/** Gives whether the value is new. */
function add<Key, Value>(sets: Map<Key, Set<Value>>, key: Key, value: Value): boolean {
  const set = sets.get(key);
  if (set === undefined) {
    sets.set(key, new Set([value]));
    return true;
  }
  if (set.has(value)) return false;
  set.add(value);
  return true;
}
