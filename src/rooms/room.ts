/** A room: those who joined it under one name, or all sockets of one user. It needs no making, and is gone with its last member. */

import type { Current, Post } from "./audience.ts";
import { Audience, addressOf } from "./audience.ts";
import type { Member } from "./member.ts";
import type { RoomRef } from "./topic.ts";
import { topicOf } from "./topic.ts";

/** What a member of a room shows to others, on whatever machine it is. */
export interface PresentMember<Info = unknown> {
  /** `socket.id`. */
  readonly id: string;
  /** What `socket.identify` said, if it did. */
  readonly userId: string | undefined;
  /** What it joined with: `socket.join(name, { info })`. */
  readonly info: Info;
}

/** Called for somebody who comes or goes. What it throws is reported as an error of a hook. */
export type PresenceListener = (member: PresentMember) => unknown;

/** How long to listen. */
export interface WatchOptions {
  /** Ends it when it aborts: `socket.signal`, for a listener that is there for a socket's sake. */
  readonly signal?: AbortSignal | undefined;
}

/** What a room asks of whoever keeps all rooms. */
export interface RoomKeeper<Who> extends Post<Who> {
  membersAt(topic: string): ReadonlySet<Who>;
  count(topic: string): Promise<number>;
  who(topic: string): Promise<PresentMember[]>;
  watch(topic: string, change: "join" | "leave", listener: PresenceListener): () => void;
  ready(topic: string): Promise<void>;
}

/** A handle on the room of a name, whoever is in it. Keep it as long as you like. */
export class Room<Who extends Member = Member> extends Audience<Who> implements RoomRef, Iterable<Who> {
  /** Whether it is a room that sockets join, or all sockets of a user. */
  readonly kind: RoomRef["kind"];
  /** What it was joined as, or the user's id. */
  readonly name: string;
  readonly #keepers: Current<RoomKeeper<Who>>;

  /** Made by `Rooms`. Throws a `UsageError` for a name that is no string, or empty. */
  constructor(keepers: Current<RoomKeeper<Who>>, { kind, name }: RoomRef) {
    super(keepers, addressOf<Who>([topicOf(kind, name)]));
    this.kind = kind;
    this.name = name;
    this.#keepers = keepers;
  }

  /** The sockets that are in it now, in this process. It changes as they come and go; ask anew when it was empty. */
  get sockets(): ReadonlySet<Who> {
    return this.#keeper.membersAt(this.#topic);
  }

  /** How many are in it, in this process. */
  get size(): number {
    return this.sockets.size;
  }

  /** The sockets that are in it now, in this process. */
  [Symbol.iterator](): Iterator<Who> {
    return this.sockets[Symbol.iterator]();
  }

  /**
   * How many are in it on all machines. Those of a process that was killed are counted until its lease ends. Rejects with
   * a `BrokerError` while the broker is away.
   */
  count(): Promise<number> {
    return this.#keeper.count(this.#topic);
  }

  /** Who is in it on all machines, and what they chose to show: `socket.join(name, { info })`. Else as `count`. */
  who<Info = unknown>(): Promise<PresentMember<Info>[]> {
    return this.#keeper.who(this.#topic) as Promise<PresentMember<Info>[]>;
  }

  /**
   * Calls `listener` for each that joins from now on, on whatever machine; the result ends that. What happens elsewhere is
   * heard once `ready()` has resolved; what happened while the broker was away is made up for when it is back.
   */
  onJoin(listener: PresenceListener, options?: WatchOptions): () => void {
    return this.#watch("join", listener, options);
  }

  /** The same for each that leaves, also because its process was killed: then within 4/3 of the lease, 20 s. */
  onLeave(listener: PresenceListener, options?: WatchOptions): () => void {
    return this.#watch("leave", listener, options);
  }

  #watch(change: "join" | "leave", listener: PresenceListener, { signal }: WatchOptions = {}): () => void {
    if (signal?.aborted) return () => {};
    const end = this.#keeper.watch(this.#topic, change, listener);
    const stop = () => {
      signal?.removeEventListener("abort", stop);
      end();
    };
    signal?.addEventListener("abort", stop);
    return stop;
  }

  /**
   * Resolves when what other machines send to it from now on is heard by its members here, and by `onJoin` and `onLeave`:
   * a round trip to the broker after the first one joined. To read a history without a gap: join, wait, read.
   */
  ready(): Promise<void> {
    return this.#keeper.ready(this.#topic);
  }

  get #keeper(): RoomKeeper<Who> {
    return this.#keepers.current;
  }

  get #topic(): string {
    return topicOf(this.kind, this.name);
  }
}
