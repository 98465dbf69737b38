/** Presence in JetStream: a key for each process that lives, and one for each member of a topic. */

import { brokerError, NATS_PAYLOAD_TOO_LARGE } from "../../../errors.ts";
import type { PresenceChange, PresenceEntry, PresenceStore } from "../../../rooms/broker.ts";
import { topicName } from "../../topic-name.ts";
import { inTime } from "../in-time.ts";
import type { Line } from "../line.ts";
import type { NatsSettings } from "../nats-options.ts";
import { inWindows } from "./in-windows.ts";
import { JetStream } from "./jetstream.ts";
import { type Bucket, PresenceBuckets } from "./presence-buckets.ts";
import { PresenceWrites } from "./presence-writes.ts";

/** Asks the server, and keeps nothing itself. */
export class NatsPresence implements PresenceStore {
  readonly #line: Line;
  readonly #process: string;
  readonly #jetstream: JetStream;
  readonly #buckets: PresenceBuckets;
  readonly #writes = new PresenceWrites((changes) => this.#store(changes));
  /** The number of our last renewal in the bucket. */
  #renewal: number | undefined;
  #renewing: Promise<"renewed" | "lapsed"> | undefined;

  constructor(line: Line, settings: NatsSettings, process: string) {
    this.#line = line;
    this.#process = process;
    this.#jetstream = new JetStream(line);
    this.#buckets = new PresenceBuckets(this.#jetstream, settings);
  }

  get lease(): number {
    return this.#buckets.lease;
  }

  /** Looks whether the lease of this namespace is known already. Never rejects: messages need no JetStream. */
  learnLease(): Promise<void> {
    const late = () => new Error("JetStream does not answer");
    return inTime(this.#buckets.learnLease(), { milliseconds: 1_000, late }).catch(() => {});
  }

  renew(): Promise<"renewed" | "lapsed"> {
    this.#renewing ??= this.#renew().finally(() => {
      this.#renewing = undefined;
    });
    return this.#renewing;
  }

  async write(changes: readonly PresenceChange[]): Promise<void> {
    const limit = this.#line.client?.info?.max_payload ?? Number.POSITIVE_INFINITY;
    const large = changes.filter(({ info }) => sizeOf(info, limit) > limit);
    const rest = large.length === 0 ? changes : changes.filter((change) => !large.includes(change));
    if (rest.length > 0) await this.#writes.add(rest);
    for (const { info } of large) {
      throw brokerError(NATS_PAYLOAD_TOO_LARGE, undefined, sizeOf(info, limit), limit, this.#line.place);
    }
  }

  read(topic: string): Promise<readonly PresenceEntry[]> {
    const { stream } = this.#buckets.members;
    return this.#buckets.use("who", async () => {
      const entries = await this.#entriesOf("who", topic);
      const infos = await inWindows(entries, ({ subject }) => this.#jetstream.newest("who", stream, subject));
      return entries.flatMap(({ process, member }, index) => {
        const info = infos[index];
        // It went while we were reading.
        return info === undefined ? [] : [{ process, member, info: new TextDecoder("utf-8", KEEP_BOM).decode(info) }];
      });
    });
  }

  count(topic: string): Promise<ReadonlyMap<string, number>> {
    return this.#buckets.use("count", async () => {
      const counts = new Map<string, number>();
      for (const { process } of await this.#entriesOf("count", topic)) {
        counts.set(process, (counts.get(process) ?? 0) + 1);
      }
      return counts;
    });
  }

  look(): Promise<ReadonlyMap<string, "alive" | "gone">> {
    const { leases, processes } = this.#buckets;
    return this.#buckets.use("look", async () => {
      const [alive, stored] = await Promise.all([this.#keys("look", leases), this.#keys("look", processes)]);
      const found = new Map<string, "alive" | "gone">();
      for (const process of stored) found.set(process, "gone");
      for (const process of alive) found.set(process, "alive");
      return found;
    });
  }

  clear(process: string): Promise<void> {
    const { members, leases, processes } = this.#buckets;
    return this.#writes.behind(() =>
      this.#buckets.use("clear", async () => {
        // First what there is, last by what it is found: whoever takes over from us finds the rest.
        await this.#jetstream.purge("clear", members.stream, `${members.prefix}*.${process}.*`);
        await this.#jetstream.purge("clear", leases.stream, leases.prefix + process);
        await this.#jetstream.purge("clear", processes.stream, processes.prefix + process);
      }),
    );
  }

  #renew(): Promise<"renewed" | "lapsed"> {
    const { leases } = this.#buckets;
    return this.#buckets.use("renew", async () => {
      const subject = leases.prefix + this.#process;
      const before = this.#renewal;
      const now = await this.#jetstream.put("renew", subject, EMPTY);
      // The server numbers anew when its memory is gone.
      const isOlder = before !== undefined && before < now;
      const lasted = isOlder && (await this.#jetstream.subjectAt("renew", leases.stream, before)) === subject;
      this.#renewal = now;
      return lasted ? "renewed" : "lapsed";
    });
  }

  #store(changes: readonly PresenceChange[]): Promise<void> {
    const { processes, members } = this.#buckets;
    return this.#buckets.use("write", async () => {
      const storesSomething = changes.some(({ info }) => info !== null);
      if (storesSomething) await this.#jetstream.put("write", processes.prefix + this.#process, EMPTY);
      await inWindows(changes, async ({ topic, member, info }) => {
        const subject = `${members.prefix}${topicName(topic)}.${this.#process}.${member}`;
        if (info === null) await this.#jetstream.purge("write", members.stream, subject);
        else await this.#jetstream.put("write", subject, new TextEncoder().encode(info));
      });
    });
  }

  /** The entries of a topic, but for those of processes whose lease has ended. */
  async #entriesOf(call: string, topic: string) {
    const { leases, members } = this.#buckets;
    const [living, subjects] = await Promise.all([
      this.#keys(call, leases),
      this.#jetstream.subjects(call, members.stream, `${members.prefix}${topicName(topic)}.*.*`),
    ]);
    const alive = new Set(living);
    return subjects
      .map((subject) => {
        const [, , , process, member] = subject.split(".");
        return { subject, process: process!, member: member! };
      })
      .filter(({ process }) => alive.has(process));
  }

  /** The names in a bucket of processes. */
  async #keys(call: string, { stream, prefix }: Bucket): Promise<string[]> {
    const subjects = await this.#jetstream.subjects(call, stream, `${prefix}*`);
    return subjects.map((subject) => subject.slice(prefix.length));
  }
}

const EMPTY = new Uint8Array(0);

const KEEP_BOM = { ignoreBOM: true };

/** Bytes; exact only where it could pass the limit. */
function sizeOf(info: string | null, limit: number): number {
  if (info === null || info.length * 3 <= limit) return 0;
  return new TextEncoder().encode(info).length;
}
