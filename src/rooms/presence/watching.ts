/** Who listens for those that come and go at which topic, and what is known there of other machines. */

import type { Clock } from "../../protocol/run/clock.ts";
import type { PresenceEntry } from "../broker.ts";
import type { PresenceEnvelope } from "../cluster/envelope.ts";
import type { RoomsReporter } from "../cluster/rooms-reporter.ts";
import type { PresenceListener, PresentMember } from "../room.ts";
import { presenceTopicOf } from "../topic.ts";
import type { Members } from "./presence-view.ts";
import { PresenceView } from "./presence-view.ts";

/** What it needs of the cluster; until there is one, there is nobody else. */
export interface Others {
  /** This process wants to hear the topic. */
  want(topic: string): void;
  unwant(topic: string): void;
  /** Resolves when it is heard. */
  ready(topic: string): Promise<void>;
  /** Who is at a topic in other processes. Rejects while the broker is away. */
  read(topic: string): Promise<readonly PresenceEntry[]>;
}

/** What watching is made of. */
export interface WatchingOptions {
  readonly clock: Clock;
  readonly fromText: (member: string, info: string) => PresentMember;
  readonly reporter: RoomsReporter;
  /** The others could not be read. It is tried again. */
  readonly onError: (error: unknown) => void;
}

/** One topic, while somebody listens. */
interface Watched {
  readonly join: Set<PresenceListener>;
  readonly leave: Set<PresenceListener>;
  readonly view: PresenceView;
  /** How often it was begun to read who is there; only the last one counts. */
  readings: number;
  hasRead: boolean;
  /** Resolves when the others are heard. */
  ready: Promise<void>;
}

/** One for all rooms of an app. */
export class Watching {
  readonly #options: WatchingOptions;
  readonly #watched = new Map<string, Watched>();
  #others: Others | undefined;
  #isClosed = false;

  constructor(options: WatchingOptions) {
    this.#options = options;
  }

  /** There are others, from now on. */
  joinOthers(others: Others): void {
    this.#others = others;
    for (const topic of this.#watched.keys()) others.want(presenceTopicOf(topic));
    this.readAnew();
  }

  /** The processes that have members where somebody listens. */
  get processes(): ReadonlySet<string> {
    return new Set([...this.#watched.values()].flatMap(({ view }) => [...view.processes]));
  }

  /** How many listen at each topic. */
  get listeners(): ReadonlyMap<string, number> {
    return new Map(Array.from(this.#watched, ([topic, { join, leave }]) => [topic, join.size + leave.size]));
  }

  /** Calls the listener for each that comes or goes. The result ends it. */
  watch(topic: string, change: "join" | "leave", listener: PresenceListener): () => void {
    const watched = this.#watched.get(topic) ?? this.#begin(topic);
    // Twice the same listener is two.
    const own: PresenceListener = (member) => listener(member);
    watched[change].add(own);
    return () => {
      watched[change].delete(own);
      if (watched.join.size + watched.leave.size === 0) this.#end(topic, watched);
    };
  }

  /** Resolves when those elsewhere are heard, if somebody listens. */
  async ready(topic: string): Promise<void> {
    await this.#watched.get(topic)?.ready;
  }

  /** Who is elsewhere, as those who listen have been told; `undefined` where nobody listens, or has heard of all by now. */
  known(topic: string): readonly PresentMember[] | undefined {
    const watched = this.#watched.get(topic);
    if (!watched?.hasRead) return undefined;
    return Array.from(watched.view.members(), ([member, info]) => this.#options.fromText(member, info));
  }

  /** Something may have been missed: all is read anew. */
  readAnew(): void {
    for (const topic of this.#watched.keys()) this.#readTopicAnew(topic);
  }

  #readTopicAnew(topic: string): void {
    const watched = this.#watched.get(topic);
    if (watched !== undefined) watched.ready = this.#readAll(topic, watched);
  }

  /** Another process tells who has come or gone there. */
  onEnvelope(topic: string, { from, change, members }: PresenceEnvelope): void {
    const view = this.#watched.get(topic)?.view;
    if (view === undefined) return;
    if (change === "anew") return this.#readTopicAnew(topic);
    if (change === "all") return view.set(from, new Map(Object.entries(members)));
    for (const [member, info] of Object.entries(members)) {
      if (change === "join") view.join(from, member, info);
      else view.leave(from, member);
    }
  }

  /** These processes are gone, with all of their members. */
  forget(processes: ReadonlySet<string>): void {
    for (const { view } of this.#watched.values()) for (const process of processes) view.forget(process);
  }

  /** Somebody has come or gone. */
  tell(topic: string, change: "join" | "leave", toMember: () => PresentMember): void {
    const { reporter } = this.#options;
    for (const listener of [...(this.#watched.get(topic)?.[change] ?? [])]) {
      try {
        const told = listener(toMember());
        if (told instanceof Promise) told.catch((error: unknown) => reporter.hookError(error));
      } catch (error) {
        reporter.hookError(error);
      }
    }
  }

  /** The others are not heard any more, and not asked. */
  close(): void {
    this.#isClosed = true;
  }

  #begin(topic: string): Watched {
    const { fromText } = this.#options;
    const view = new PresenceView((change, member, info) => this.tell(topic, change, () => fromText(member, info)));
    const listeners = { join: new Set<PresenceListener>(), leave: new Set<PresenceListener>() };
    const watched: Watched = { ...listeners, view, readings: 0, hasRead: false, ready: Promise.resolve() };
    this.#watched.set(topic, watched);
    this.#others?.want(presenceTopicOf(topic));
    watched.ready = this.#readAll(topic, watched);
    return watched;
  }

  #end(topic: string, watched: Watched): void {
    if (this.#watched.get(topic) !== watched) return;
    this.#watched.delete(topic);
    this.#others?.unwant(presenceTopicOf(topic));
  }

  /** From then on, what is heard is enough. Never rejects: when it fails, it is read again by and by, or when the broker is back. */
  async #readAll(topic: string, watched: Watched): Promise<void> {
    const { clock, onError } = this.#options;
    const others = this.#others;
    if (others === undefined || this.#isClosed) return;
    const { view } = watched;
    const reading = ++watched.readings;
    await others.ready(presenceTopicOf(topic));
    // Whoever begins to listen now has a view of its own.
    const isOver = () => this.#isClosed || this.#watched.get(topic) !== watched;
    if (isOver()) return;
    if (watched.readings !== reading) return watched.ready;
    view.beginReading();
    try {
      let all = await readBy(others, topic);
      // Asked twice before somebody is taken for gone: others may not have stored yet whom they have.
      if (watched.hasRead && view.misses(all)) {
        await new Promise<void>((resolve) => clock.after(A_MOMENT, resolve));
        all = await readBy(others, topic);
      }
      if (isOver()) return;
      if (watched.readings !== reading) return watched.ready;
      // Who was there before anybody listened does not come.
      view.endReading(all, !watched.hasRead);
      watched.hasRead = true;
    } catch (error) {
      if (isOver() || watched.readings !== reading) return;
      onError(error);
      clock.after(RETRY, () => {
        if (!isOver() && watched.readings === reading) watched.ready = this.#readAll(topic, watched);
      });
    }
  }
}

/** Milliseconds. */
const RETRY = 2000;
const A_MOMENT = 1000;

/** By process. */
async function readBy(others: Others, topic: string): Promise<ReadonlyMap<string, Members>> {
  const all = new Map<string, Map<string, string>>();
  for (const { process, member, info } of await others.read(topic)) {
    all.set(process, (all.get(process) ?? new Map()).set(member, info));
  }
  return all;
}
