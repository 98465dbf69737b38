/** What goes to the same WebSockets again and again goes by one call: Bun has topics for that, and each group gets one. */

import type { PreparedBatch } from "../../protocol/prepared-batch.ts";
import type { BunServer, BunSocket } from "./bun-runtime.ts";

/** One WebSocket, as a group sees it. */
export interface GroupMember {
  /** From `Groups.serial`. */
  readonly serial: number;
  /** Those with a topic that it is in. */
  groups: readonly Group[];
  /** `undefined` once it is closed. */
  readonly bunSocket: BunSocket | undefined;
  /** Bytes of a message that is worth compressing. */
  readonly threshold: number;
  /** What waits for it here, so that what it sends itself comes behind. */
  waiting: PreparedBatch | undefined;
  /** Sends it by itself. */
  sendAlone(batch: PreparedBatch): void;
  /** It was sent by the group. */
  sentByGroup(batch: PreparedBatch): void;
}

/** The same members in the same order. */
export interface Group {
  /** Of its members: what came once shall not keep them alive. */
  readonly serials: readonly number[];
  /** Once they have come twice: they, and Bun's name for them. */
  named: { readonly members: readonly GroupMember[]; readonly topic: string } | undefined;
}

/**
 * All groups of a server. A batch is gathered for the end of the turn: the same members as the last time, in the same order,
 * get it by their topic; others each by themselves.
 */
export class Groups {
  readonly #server: () => BunServer;
  readonly #endOfTurn: (work: () => void) => void;
  /** By their first member. The oldest comes first. */
  readonly #groups = new Map<number, Group>();
  #members: GroupMember[] = [];
  #batch: PreparedBatch | undefined;
  #isScheduled = false;
  #serials = 0;

  constructor(server: () => BunServer, endOfTurn: (work: () => void) => void) {
    this.#server = server;
    this.#endOfTurn = endOfTurn;
  }

  /** For whoever is new. */
  serial(): number {
    return ++this.#serials;
  }

  /** Sends the batch to this one, too, by the end of the turn. Hot path (bench: `rooms`). */
  send(member: GroupMember, batch: PreparedBatch): void {
    if (batch !== this.#batch) {
      this.flush();
      this.#batch = batch;
      this.#schedule();
    }
    member.waiting = batch;
    this.#members.push(member);
  }

  /** Sends what has been gathered. */
  flush(): void {
    const batch = this.#batch;
    if (batch === undefined) return;
    const members = this.#members;
    this.#batch = undefined;
    this.#members = [];
    for (const member of members) member.waiting = undefined;
    const topic = members.length < FEW ? undefined : this.#topicOf(members);
    if (topic === undefined) {
      for (const member of members) member.sendAlone(batch);
      return;
    }
    const server = this.#server();
    const threshold = thresholdOf(members);
    for (const { data } of batch.messages) server.publish(topic, data, data.length >= threshold);
    for (const member of members) member.sentByGroup(batch);
  }

  /** One has closed; Bun has taken it out of its topics. What it was in is no group any more. */
  left(member: GroupMember): void {
    for (const group of member.groups) this.#drop(group);
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#endOfTurn(() => {
      this.#isScheduled = false;
      this.flush();
    });
  }

  /** `undefined` if these did not come before. */
  #topicOf(members: readonly GroupMember[]): string | undefined {
    const known = this.#groups.get(members[0]!.serial);
    if (known !== undefined && isOf(known, members)) {
      if (known.named === undefined && members.some(({ bunSocket }) => bunSocket === undefined)) return undefined;
      known.named ??= this.#name(known, members);
      return known.named.topic;
    }
    if (known !== undefined) this.#drop(known);
    const [oldest] = this.#groups.values();
    if (this.#groups.size >= MOST) this.#drop(oldest!);
    const serials = members.map(({ serial }) => serial);
    this.#groups.set(serials[0]!, { serials, named: undefined });
    return undefined;
  }

  #name(group: Group, members: readonly GroupMember[]): NonNullable<Group["named"]> {
    const topic = `antiphon ${this.serial()}`;
    for (const member of members) {
      member.bunSocket?.subscribe(topic);
      member.groups = [...member.groups, group];
    }
    return { members, topic };
  }

  #drop(group: Group): void {
    this.#groups.delete(group.serials[0]!);
    const { members = [], topic = "" } = group.named ?? {};
    group.named = undefined;
    for (const member of members) {
      member.bunSocket?.unsubscribe(topic);
      member.groups = member.groups.filter((other) => other !== group);
    }
  }
}

function isOf({ serials }: Group, members: readonly GroupMember[]): boolean {
  if (serials.length !== members.length) return false;
  for (let at = 0; at < serials.length; at++) if (serials[at] !== members[at]!.serial) return false;
  return true;
}

/** Bun compresses for those who have agreed to it. */
function thresholdOf(members: readonly GroupMember[]): number {
  let threshold = Number.POSITIVE_INFINITY;
  for (const member of members) if (member.threshold < threshold) ({ threshold } = member);
  return threshold;
}

/** Fewer than these are sent to one by one. */
const FEW = 16;
/** Groups that are kept. */
const MOST = 256;
