/** The key-value buckets of a namespace: leases, which the server ends, processes, and members. Made when needed, and again when gone. */

import { createHash } from "node:crypto";
import { topicName } from "../../topic-name.ts";
import type { NatsSettings } from "../nats-options.ts";
import { type JetStream, StreamDiffers, StreamMissing } from "./jetstream.ts";

/** A bucket is a stream of this shape (NATS' ADR-8), so that the tools of NATS show it as one. */
export interface Bucket {
  /** The name of its stream. */
  readonly stream: string;
  /** What its keys begin with, as subjects. */
  readonly prefix: string;
}

export class PresenceBuckets {
  /** Keys: `<process>`, of those that live. */
  readonly leases: Bucket;
  /** Keys: `<process>`, of those that have stored something, so that nobody has to look at all members to find them. */
  readonly processes: Bucket;
  /** Keys: `<topic>.<process>.<member>`. */
  readonly members: Bucket;
  readonly #jetstream: JetStream;
  readonly #replicas: number;
  #lease: number;
  #made: Promise<void> | undefined;

  constructor(jetstream: JetStream, { namespace, lease, replicas }: NatsSettings) {
    this.#jetstream = jetstream;
    this.#lease = lease;
    this.#replicas = replicas;
    const name = bucketName(namespace);
    this.leases = bucketOf(`${name}-presence-leases`);
    this.processes = bucketOf(`${name}-presence-processes`);
    this.members = bucketOf(`${name}-presence-members`);
  }

  /** Milliseconds: what the bucket that is there says, else what is asked for. */
  get lease(): number {
    return this.#lease;
  }

  /** Looks whether others have decided on the lease. Rejects where nobody has. */
  async learnLease(): Promise<void> {
    const { config } = await this.#jetstream.info("connect", this.leases.stream);
    if (config.max_age > 0) this.#lease = config.max_age / NANOSECONDS;
  }

  /** What `work` gives, with buckets that are there. They live in memory: when the server was started anew they are made anew, once. */
  async use<Value>(call: string, work: () => Promise<Value>): Promise<Value> {
    try {
      await this.#make(call);
      return await work();
    } catch (error) {
      if (!(error instanceof StreamMissing)) throw error;
      this.#made = undefined;
      await this.#make(call);
      return await work();
    }
  }

  #make(call: string): Promise<void> {
    if (this.#made === undefined) {
      const made = this.#makeAll(call);
      this.#made = made;
      made.catch(() => {
        if (this.#made === made) this.#made = undefined;
      });
    }
    return this.#made;
  }

  async #makeAll(call: string): Promise<void> {
    // Two of each lease are kept: whoever renews sees by the one before that it had not ended.
    const leases = this.#config(this.leases, { max_age: this.#lease * NANOSECONDS, max_msgs_per_subject: 2 });
    await Promise.all([
      this.#makeOne(call, leases).then((result) => (result === "differs" ? this.learnLease() : undefined)),
      ...[this.processes, this.members].map((bucket) =>
        this.#makeOne(call, this.#config(bucket, { max_age: 0, max_msgs_per_subject: 1 })),
      ),
    ]);
  }

  async #makeOne(call: string, config: { readonly name: string }): Promise<"made" | "differs"> {
    try {
      await this.#jetstream.create(call, config);
      return "made";
    } catch (error) {
      // Made by others with other options: theirs count.
      if (error instanceof StreamDiffers) return "differs";
      throw error;
    }
  }

  #config({ stream, prefix }: Bucket, limits: { max_age: number; max_msgs_per_subject: number }) {
    return {
      name: stream,
      subjects: [`${prefix}>`],
      description: "Antiphon: who is in which room",
      storage: "memory",
      retention: "limits",
      discard: "new",
      num_replicas: this.#replicas,
      allow_direct: true,
      allow_rollup_hdrs: true,
      max_msgs: -1,
      max_bytes: -1,
      max_msg_size: -1,
      max_consumers: -1,
      ...limits,
    };
  }
}

const NANOSECONDS = 1_000_000;

function bucketOf(name: string): Bucket {
  return { stream: `KV_${name}`, prefix: `$KV.${name}.` };
}

/** Names of buckets are letters, digits, `_` and `-`, and streams have files named after them: what is no such name gets a hash. */
function bucketName(namespace: string): string {
  if (/^[A-Za-z0-9-][A-Za-z0-9_-]{0,63}$/.test(namespace)) return namespace;
  return `_${createHash("sha256").update(topicName(namespace)).digest("hex").slice(0, 40)}`;
}
