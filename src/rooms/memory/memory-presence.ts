/** The presence that processes of one memory show each other: entries, and leases that end by the clock. Knows no connection. */

import type { Clock } from "../../protocol/run/clock.ts";
import type { PresenceChange, PresenceEntry } from "../broker.ts";

/** Entries by topic and process, and until when each process counts. Looks at the clock when it is asked; has no timers. */
export class MemoryPresence {
  readonly lease: number;
  readonly #clock: Clock;
  /** topic → process → member → what it shows. Nothing in it is empty. */
  readonly #entries = new Map<string, Map<string, Map<string, string>>>();
  /** The topics in which a process has entries. None is empty. */
  readonly #topics = new Map<string, Set<string>>();
  /** When the lease of a process ends, or has ended. */
  readonly #ends = new Map<string, number>();

  constructor(lease: number, clock: Clock) {
    this.lease = lease;
    this.#clock = clock;
  }

  get topics(): string[] {
    return [...this.#entries.keys()];
  }

  renew(process: string): "renewed" | "lapsed" {
    const lasted = this.#isAlive(process);
    this.#ends.set(process, this.#clock.now() + this.lease);
    return lasted ? "renewed" : "lapsed";
  }

  write(process: string, changes: readonly PresenceChange[]): void {
    for (const { topic, member, info } of changes) {
      if (info === null) this.#remove(topic, process, member);
      else this.#put(topic, process, { member, info });
    }
  }

  read(topic: string): PresenceEntry[] {
    const entries: PresenceEntry[] = [];
    for (const [process, members] of this.#living(topic)) {
      for (const [member, info] of members) entries.push({ process, member, info });
    }
    return entries;
  }

  count(topic: string): Map<string, number> {
    return new Map(this.#living(topic).map(([process, members]) => [process, members.size]));
  }

  look(): Map<string, "alive" | "gone"> {
    const processes = [...this.#ends.keys(), ...this.#topics.keys()];
    return new Map(processes.map((process) => [process, this.#isAlive(process) ? "alive" : "gone"]));
  }

  clear(process: string): void {
    for (const topic of this.#topics.get(process) ?? []) this.#removeAll(topic, process);
    this.#ends.delete(process);
  }

  /** As an engine that was started anew. */
  clearAll(): void {
    this.#entries.clear();
    this.#topics.clear();
    this.#ends.clear();
  }

  #isAlive(process: string): boolean {
    const end = this.#ends.get(process);
    return end !== undefined && this.#clock.now() < end;
  }

  #living(topic: string): [process: string, members: Map<string, string>][] {
    return [...(this.#entries.get(topic) ?? [])].filter(([process]) => this.#isAlive(process));
  }

  #put(topic: string, process: string, { member, info }: { readonly member: string; readonly info: string }): void {
    const processes = getOrAdd(this.#entries, topic, () => new Map<string, Map<string, string>>());
    getOrAdd(processes, process, () => new Map<string, string>()).set(member, info);
    getOrAdd(this.#topics, process, () => new Set<string>()).add(topic);
  }

  #remove(topic: string, process: string, member: string): void {
    const members = this.#entries.get(topic)?.get(process);
    members?.delete(member);
    if (members?.size === 0) this.#removeAll(topic, process);
  }

  #removeAll(topic: string, process: string): void {
    const processes = this.#entries.get(topic);
    processes?.delete(process);
    if (processes?.size === 0) this.#entries.delete(topic);
    const topics = this.#topics.get(process);
    topics?.delete(topic);
    if (topics?.size === 0) this.#topics.delete(process);
  }
}

function getOrAdd<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}
