/** Presence in Redis: sets, hashes, and a lease for each process that Redis itself expires. Each command has one key. */

import type { PresenceChange, PresenceEntry, PresenceStore } from "../../rooms/broker.ts";
import { topicName } from "../topic-name.ts";
import type { Commands } from "./driver.ts";
import type { Keys } from "./keys.ts";

/** Asks the engine by the present link; `call` is what the error names when that fails. */
export type Ask = <Answer>(call: string, use: (commands: Commands) => Promise<Answer>) => Promise<Answer>;

export interface RedisPresenceOptions {
  readonly process: string;
  readonly keys: Keys;
  /** Milliseconds. */
  readonly lease: number;
  readonly ask: Ask;
}

/** Changes that go out in one round of commands, at most; and topics that are cleared in one. */
const ROUND = 1_000;

/**
 * What a process has written is found again by `topicsOf`, which is written before what it leads to, and removed after:
 * whoever dies between leaves nothing that `clear` does not find.
 */
export class RedisPresence implements PresenceStore {
  readonly lease: number;
  readonly #process: string;
  readonly #keys: Keys;
  readonly #ask: Ask;
  /** Changes that wait for those before them: the calls of that time go out together. */
  #next: { readonly changes: PresenceChange[]; readonly done: Promise<void> } | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor({ process, keys, lease, ask }: RedisPresenceOptions) {
    this.#process = process;
    this.#keys = keys;
    this.lease = lease;
    this.#ask = ask;
  }

  renew(): Promise<"renewed" | "lapsed"> {
    const lease = this.#keys.lease(this.#process);
    const expiration = { type: "PX", value: this.lease } as const;
    return this.#ask("presence.renew", async (commands) => {
      const [held] = await Promise.all([
        commands.set(lease, "1", { expiration, condition: "XX" }),
        commands.sAdd(this.#keys.processes, [this.#process]),
      ]);
      if (held !== null) return "renewed";
      await commands.set(lease, "1", { expiration });
      return "lapsed";
    });
  }

  async write(changes: readonly PresenceChange[]): Promise<void> {
    if (changes.length === 0) return;
    this.#next ??= this.#begin();
    for (const change of changes) this.#next.changes.push(change);
    return this.#next.done;
  }

  read(topic: string): Promise<readonly PresenceEntry[]> {
    return this.#ask("presence.read", async (commands) => {
      const found = await this.#eachAlive(topic, commands, (key) => commands.hGetAll(key));
      return found.flatMap(([process, members]) =>
        Object.entries(members).map(([member, info]) => ({ process, member, info })),
      );
    });
  }

  count(topic: string): Promise<ReadonlyMap<string, number>> {
    return this.#ask("presence.count", async (commands) => {
      const found = await this.#eachAlive(topic, commands, (key) => commands.hLen(key));
      return new Map(found.filter(([, count]) => count > 0));
    });
  }

  look(): Promise<ReadonlyMap<string, "alive" | "gone">> {
    return this.#ask("presence.look", async (commands) => {
      const processes = await commands.sMembers(this.#keys.processes);
      const leases = await Promise.all(processes.map((process) => commands.get(this.#keys.lease(process))));
      return new Map(processes.map((process, index) => [process, leases[index] === null ? "gone" : "alive"]));
    });
  }

  clear(process: string): Promise<void> {
    const clear = () => this.#ask("presence.clear", (commands) => this.#clear(process, commands));
    // What this process has asked to be written before must not come after.
    return process === this.#process ? this.#behindWrites(clear) : clear();
  }

  #begin(): { readonly changes: PresenceChange[]; readonly done: Promise<void> } {
    const changes: PresenceChange[] = [];
    const done = this.#behindWrites(async () => {
      this.#next = undefined;
      for (let from = 0; from < changes.length; from += ROUND) {
        const round = byTopic(changes.slice(from, from + ROUND));
        await this.#ask("presence.write", (commands) => this.#store(round, commands));
      }
    });
    return { changes, done };
  }

  #behindWrites<Answer>(work: () => Promise<Answer>): Promise<Answer> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => {});
    return done;
  }

  async #store(round: readonly TopicChanges[], commands: Commands): Promise<void> {
    const [keys, process] = [this.#keys, this.#process];
    const shown = round.filter(({ show }) => show.size > 0);
    if (shown.length > 0) {
      await Promise.all([
        commands.sAdd(keys.processes, [process]),
        commands.sAdd(
          keys.topicsOf(process),
          shown.map(({ name }) => name),
        ),
      ]);
    }

    const lengths = await Promise.all(
      round.map(async ({ name, show, hide }) => {
        const entries = keys.entries(name, process);
        const answers = [
          show.size > 0 && commands.sAdd(keys.processesAt(name), [process]),
          show.size > 0 && commands.hSet(entries, show),
          hide.length > 0 && commands.hDel(entries, hide),
        ];
        const length = commands.hLen(entries);
        await Promise.all([...answers, length]);
        return length;
      }),
    );

    const empty = round.filter((_, index) => lengths[index] === 0).map(({ name }) => name);
    if (empty.length === 0) return;
    await Promise.all(empty.map((name) => commands.sRem(keys.processesAt(name), [process])));
    await commands.sRem(keys.topicsOf(process), empty);
  }

  async #clear(process: string, commands: Commands): Promise<void> {
    const keys = this.#keys;
    const names = await commands.sMembers(keys.topicsOf(process));
    for (let from = 0; from < names.length; from += ROUND) {
      const some = names.slice(from, from + ROUND);
      await Promise.all(
        some.flatMap((name) => [
          commands.del(keys.entries(name, process)),
          commands.sRem(keys.processesAt(name), [process]),
        ]),
      );
      // Not the key as a whole: a process that has come back may have added to it.
      await commands.sRem(keys.topicsOf(process), some);
    }
    await commands.del(keys.lease(process));
    await commands.sRem(keys.processes, [process]);
  }

  /** What `ask` gives for the entries of each process in a topic whose lease lasts. */
  async #eachAlive<Answer>(topic: string, commands: Commands, ask: (entries: string) => Promise<Answer>) {
    const [keys, name] = [this.#keys, topicName(topic)];
    const processes = await commands.sMembers(keys.processesAt(name));
    const found = await Promise.all(
      processes.map(async (process) => {
        const answers = [commands.get(keys.lease(process)), ask(keys.entries(name, process))] as const;
        const [lease, answer] = await Promise.all(answers);
        return lease === null ? [] : [[process, answer] as const];
      }),
    );
    return found.flat();
  }
}

/** What is to be stored and removed in one topic: of each member, only what came last. */
interface TopicChanges {
  /** The topic's name. */
  readonly name: string;
  readonly show: ReadonlyMap<string, string>;
  readonly hide: readonly string[];
}

function byTopic(changes: readonly PresenceChange[]): TopicChanges[] {
  const topics = new Map<string, Map<string, string | null>>();
  for (const { topic, member, info } of changes) {
    const members = topics.get(topic) ?? new Map<string, string | null>();
    topics.set(topic, members.set(member, info));
  }
  return [...topics].map(([topic, members]) => {
    const show = new Map<string, string>();
    const hide: string[] = [];
    for (const [member, info] of members) info === null ? hide.push(member) : show.set(member, info);
    return { name: topicName(topic), show, hide };
  });
}
