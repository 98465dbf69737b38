/** All rooms of an app: who is in which, here, and what is said to them, here and on other machines. */

import type { Platform } from "../protocol/platform.ts";
import { PreparedMessage } from "../protocol/prepared-message.ts";
import type { Clock } from "../protocol/run/clock.ts";
import type { JsonCodec } from "../socket/json-codec.ts";
import type { ToMany } from "../socket/socket-config.ts";
import type { Address } from "./audience.ts";
import { Audience, addressOf } from "./audience.ts";
import { Broadcasts } from "./broadcasts.ts";
import type { Broker, BrokerConnection } from "./broker.ts";
import { ALONE, type BrokerLink } from "./cluster/broker-link.ts";
import type { ClusterListener } from "./cluster/cluster.ts";
import { Cluster } from "./cluster/cluster.ts";
import type { Envelope } from "./cluster/envelope.ts";
import { inTime } from "./cluster/in-time.ts";
import type { PublishOverflowPolicy } from "./cluster/publish-queue.ts";
import type { RoomsReporter } from "./cluster/rooms-reporter.ts";
import { SeenNumbers } from "./cluster/seen-numbers.ts";
import type { Member } from "./member.ts";
import { Memberships } from "./memberships.ts";
import { Presence } from "./presence/presence.ts";
import { toShownInfo } from "./presence/shown-info.ts";
import type { PresenceListener, PresentMember, RoomKeeper } from "./room.ts";
import { Room } from "./room.ts";
import type { RoomInput, RoomsInput } from "./topic.ts";
import { EVERYONE, roomNameOf, topicOf, topicOfPresence, toTopic, toTopics } from "./topic.ts";

/** What the rooms of an app are made of. */
export interface RoomsConfig {
  readonly platform: Platform;
  readonly clock: Clock;
  readonly json: JsonCodec;
  /** `undefined`: this process is all there is. */
  readonly broker: Broker | undefined;
  /** Bytes that may wait while the broker is away. */
  readonly publishBuffer: number;
  readonly publishOverflow: PublishOverflowPolicy;
  readonly reporter: RoomsReporter;
}

/** How to join. */
export interface JoinOptions {
  /**
   * What `room.who()`, `onJoin` and `onLeave` show of the socket: any value that has JSON, at most 16 384 characters of it.
   * @default what it showed before; at first, nothing
   */
  readonly info?: unknown;
}

/** One for an app and all that is mounted on it. */
export class Rooms<Who extends Member = Member> implements RoomKeeper<Who>, ClusterListener {
  /** As audiences and rooms ask for them. */
  readonly current: Rooms<Who> = this;
  readonly platform: Platform;
  readonly json: JsonCodec;
  /** Everybody, on all machines. */
  readonly everyone: Audience<Who> = new Audience(this, addressOf<Who>([EVERYONE]));
  readonly #config: Omit<RoomsConfig, "broker">;
  readonly #memberships = new Memberships<Who>();
  readonly #broadcasts: Broadcasts<Who>;
  #cluster: Cluster | undefined;
  /** Who is where. */
  readonly presence: Presence<Who>;
  readonly #seen = new SeenNumbers();

  constructor({ broker, ...config }: RoomsConfig) {
    const { platform, clock, json, reporter } = config;
    this.platform = platform;
    this.json = json;
    this.#config = config;
    this.#broadcasts = new Broadcasts({
      platform,
      isObserved: () => reporter.hearsMessages,
      onError: (error) => reporter.memberError(error),
    });
    const parse = (text: string) => json.parse(text);
    this.presence = new Presence({ memberships: this.#memberships, clock, parse, reporter });
    if (broker !== undefined) this.joinOthers(broker);
  }

  /** From now on these rooms are those of all processes on the broker. Once, and where there is none yet. */
  joinOthers(broker: Broker): void {
    const cluster = new Cluster({ ...this.#config, broker }, this);
    this.#cluster = cluster;
    this.presence.joinOthers(cluster);
    for (const topic of this.members.size > 0 ? [EVERYONE, ...this.#memberships.topics()] : []) cluster.want(topic);
  }

  /** For the sockets: what has to go out before something of their own. */
  get toMany(): ToMany {
    return this.#broadcasts;
  }

  /** How it stands with the broker. */
  get broker(): BrokerLink {
    return this.#cluster ?? ALONE;
  }

  /** All that are connected here. */
  get members(): ReadonlySet<Who> {
    return this.#memberships.everyone;
  }

  /** The room of this name, empty or not. Throws a `UsageError` for a name that is no string, or empty. */
  room(name: string): Room<Who> {
    return new Room<Who>(this, { kind: "room", name });
  }

  /** All sockets of this user. Throws as `room`. */
  user(id: string): Room<Who> {
    return new Room<Who>(this, { kind: "user", name: id });
  }

  /** Whoever is in one of the rooms, each once, but for `except`. Throws as `room`. */
  union(rooms: RoomsInput, except: readonly Who[] = NOBODY): Audience<Who> {
    return new Audience<Who>(this, addressOf(toTopics(rooms), except));
  }

  /** Somebody has connected. */
  enter(who: Who): void {
    this.#add(who, EVERYONE);
    if (who.userId !== undefined) this.#add(who, topicOf("user", who.userId));
  }

  /** Somebody is gone, out of all rooms. */
  exit(who: Who): void {
    const topics = this.#memberships.of(who);
    for (const topic of topics.size === 0 ? [] : [...topics]) this.#remove(who, topic);
    this.#remove(who, EVERYONE);
  }

  /** Puts a member into a room; once is enough, and again with other `info` changes what it shows. Throws as `room` and `toInfo`. */
  join(who: Who, name: string, options: JoinOptions = {}): Room<Who> {
    const room = this.room(name);
    const topic = toTopic(room);
    const info = this.toInfo(options);
    const isOther = info !== undefined && this.presence.show(topic, who, info);
    if (!this.#add(who, topic) && isOther) this.presence.changed(topic, who);
    return room;
  }

  /** What is to be shown, as text. Throws a `UsageError` for what has no JSON, and for too much. */
  toInfo({ info }: JoinOptions): string | undefined {
    return info === undefined ? undefined : toShownInfo(this.json, info);
  }

  /** Takes a member out of a room. */
  leave(who: Who, room: RoomInput): void {
    this.#remove(who, toTopic(room));
  }

  /** Somebody is another user now: `who.userId` says which, `before` who it was. */
  identified(who: Who, before: string | undefined): void {
    if (before === who.userId) return;
    if (before !== undefined) this.#remove(who, topicOf("user", before));
    for (const topic of this.#memberships.of(who)) this.presence.changed(topic, who);
    if (who.userId !== undefined) this.#add(who, topicOf("user", who.userId));
  }

  /** The names of the rooms that a member is in. */
  of(who: Who): ReadonlySet<string> {
    const names = Array.from(this.#memberships.of(who), roomNameOf);
    return new Set(names.filter((name) => name !== undefined));
  }

  send(address: Address<Who>, message: PreparedMessage): void {
    this.#sendHere(address, message);
    this.#publish(address, (to) => ({ type: "message", ...to, data: message.data, key: message.key }), message);
  }

  close(address: Address<Who>, code: number, reason: string): void {
    this.#closeHere(address, code, reason);
    this.#publish(address, (addressed) => ({ type: "close", ...addressed, code, reason }));
  }

  membersAt(topic: string): ReadonlySet<Who> {
    return this.#memberships.at(topic);
  }

  count(topic: string): Promise<number> {
    return this.presence.count(topic);
  }

  who(topic: string): Promise<PresentMember[]> {
    return this.presence.who(topic);
  }

  watch(topic: string, change: "join" | "leave", listener: PresenceListener): () => void {
    return this.presence.watch(topic, change, listener);
  }

  async ready(topic: string): Promise<void> {
    await this.#cluster?.ready(topic);
    // Asked behind it: when the broker comes back, who is there is read anew.
    await this.presence.ready(topic);
  }

  /** Ends the connection with the broker, behind what was published. Never rejects. */
  async shutDown(timeout: number): Promise<void> {
    const { clock } = this.#config;
    const end = clock.now() + timeout;
    await inTime(clock, timeout, this.presence.close());
    await this.#cluster?.close(Math.max(end - clock.now(), 0));
  }

  clusterOnEnvelope(topic: string, envelope: Envelope): void {
    if (envelope.type === "presence") {
      const about = topicOfPresence(topic);
      if (about !== undefined) this.presence.onEnvelope(about, envelope);
      return;
    }
    const { from, several, exceptTopics } = envelope;
    // It comes once by each of its topics that we hear.
    if (several !== undefined && !this.#seen.isNew(from, several.number)) return;
    const address = { topics: several?.topics ?? [topic], exceptTopics, exceptMembers: NOBODY };
    if (envelope.type === "close") return this.#closeHere(address, envelope.code, envelope.reason);
    this.#sendHere(address, new PreparedMessage(envelope.data, this.platform, { key: envelope.key }));
  }

  clusterOnConnected(connection: BrokerConnection): void {
    this.presence.onConnected(connection);
  }

  clusterOnSettled(): void {
    this.presence.onSettled();
  }

  clusterOnLost(): void {
    this.presence.onLost();
  }

  /** Gives whether they are new there. */
  #add(who: Who, topic: string): boolean {
    if (!this.#memberships.add(who, topic)) return false;
    const members = this.#memberships.at(topic);
    if (this.#broadcasts.waits) this.#broadcasts.joined(who, members);
    if (members.size === 1) this.#cluster?.want(topic);
    if (topic !== EVERYONE) this.presence.joined(topic, who);
    return true;
  }

  #remove(who: Who, topic: string): void {
    // What was sent while it was in is for it.
    if (this.#broadcasts.waits) this.#broadcasts.catchUp(who);
    if (!this.#memberships.remove(who, topic)) return;
    if (this.#memberships.at(topic).size === 0) this.#cluster?.unwant(topic);
    if (topic !== EVERYONE) this.presence.left(topic, who);
  }

  #sendHere(address: Address<Who>, message: PreparedMessage): void {
    const sets = this.#setsOf(address.topics);
    if (sets.length > 0) this.#broadcasts.send(sets, message, this.#exceptionsOf(address));
  }

  #closeHere(address: Address<Who>, code: number, reason: string): void {
    const except = new Set(this.#exceptionsOf(address));
    const all = new Set(this.#setsOf(address.topics).flatMap((set) => [...set]));
    for (const who of all) {
      if (except.has(who)) continue;
      try {
        who.close(code, reason);
      } catch (error) {
        // What another process wrote may be any code.
        this.#config.reporter.memberError(error);
      }
    }
  }

  #setsOf(topics: readonly string[]): readonly ReadonlySet<Who>[] {
    return topics.map((topic) => this.#memberships.at(topic)).filter((set) => set.size > 0);
  }

  #exceptionsOf({ exceptTopics, exceptMembers }: Address<Who>): Iterable<Who> {
    if (exceptTopics.length === 0) return exceptMembers;
    return [...exceptMembers, ...exceptTopics.flatMap((topic) => [...this.#memberships.at(topic)])];
  }

  /** To the others. A socket that is left out is one of ours. */
  #publish(
    { topics, exceptTopics }: Address<Who>,
    toEnvelope: (addressed: Pick<Envelope & { type: "close" }, "from" | "several" | "exceptTopics">) => Envelope,
    message?: PreparedMessage,
  ): void {
    const cluster = this.#cluster;
    if (cluster === undefined) return;
    const several = topics.length > 1 ? { topics, number: cluster.nextNumber() } : undefined;
    const envelope = toEnvelope({ from: cluster.process, several, exceptTopics });
    // Many topics: one envelope for everybody, of which each takes what is for its members, not the list of all for each.
    for (const topic of topics.length > MANY ? [EVERYONE] : topics) cluster.publish(topic, envelope, message?.payload);
  }
}

const NOBODY: readonly never[] = [];
const MANY = 16;
