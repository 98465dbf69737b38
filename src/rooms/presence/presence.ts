/** Who is where, on all machines: what members show, who is asked for it, and who hears of those that come and go. */

import type { Clock } from "../../protocol/run/clock.ts";
import type { BrokerConnection, PresenceChange } from "../broker.ts";
import type { Cluster } from "../cluster/cluster.ts";
import type { PresenceEnvelope } from "../cluster/envelope.ts";
import type { RoomsReporter } from "../cluster/rooms-reporter.ts";
import type { Member } from "../member.ts";
import type { Memberships } from "../memberships.ts";
import type { PresenceListener, PresentMember } from "../room.ts";
import { presenceTopicOf } from "../topic.ts";
import { LeaseWatch } from "./lease-watch.ts";
import { PresenceView } from "./presence-view.ts";
import { Showing } from "./showing.ts";

/** What presence is made of. */
export interface PresenceOptions<Who> {
  readonly memberships: Memberships<Who>;
  /** `undefined`: this process is all there is. */
  readonly cluster: Cluster | undefined;
  readonly clock: Clock;
  /** What members show is text for the others. */
  readonly parse: (text: string) => unknown;
  readonly reporter: RoomsReporter;
}

/** Whoever listens at a topic. */
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
export class Presence<Who extends Member> {
  readonly #options: PresenceOptions<Who>;
  readonly #shown = new Map<Who, Map<string, string>>();
  readonly #watched = new Map<string, Watched>();
  readonly #showing: Showing | undefined;
  readonly #leases: LeaseWatch | undefined;
  #connection: BrokerConnection | undefined;
  /** Whether others hear what is told now; until then it is only stored. */
  #isSettled = false;
  /** Whether all that is here is stored. */
  #isShown = false;
  /** Told once until it works again: it may fail every few seconds. */
  #hasComplained = false;

  constructor(options: PresenceOptions<Who>) {
    const { cluster, clock } = options;
    this.#options = options;
    if (cluster === undefined) return;
    this.#showing = new Showing(
      {
        allEntries: () => this.#allEntries(),
        showingOnRestored: () => {
          this.#isShown = true;
          if (this.#isSettled) this.#tellAll();
        },
        showingOnStored: (changes) => {
          if (this.#isSettled) for (const change of changes) this.#publish(change);
        },
        showingOnError: (error) => {
          this.#complain(error);
          clock.after(RETRY, () => this.#showing?.retry());
        },
      },
      cluster.process,
    );
    this.#leases = new LeaseWatch(
      {
        knownProcesses: () => new Set([...this.#watched.values()].flatMap(({ view }) => [...view.processes])),
        leaseWatchOnGone: (processes) => this.#forget(processes),
        leaseWatchOnLapsed: () => this.#connection && this.#showing?.restore(this.#connection.presence),
        leaseWatchOnError: (error) => this.#complain(error),
      },
      cluster.process,
      clock,
    );
  }

  /** What a member shows at a topic from now on: text, or nothing. */
  show(topic: string, who: Who, info: string | undefined): void {
    if (info === undefined) this.#shown.get(who)?.delete(topic);
    else this.#shown.set(who, (this.#shown.get(who) ?? new Map()).set(topic, info));
  }

  /** Somebody here has joined. */
  joined(topic: string, who: Who): void {
    this.#announce(topic, who, "join");
    this.#tell(topic, "join", this.#toPresent(topic, who));
  }

  /** What somebody shows has changed. */
  changed(topic: string, who: Who): void {
    this.#announce(topic, who, "join");
  }

  /** Somebody here has left. */
  left(topic: string, who: Who): void {
    const member = this.#toPresent(topic, who);
    const shown = this.#shown.get(who);
    if (shown?.delete(topic) && shown.size === 0) this.#shown.delete(who);
    this.#announce(topic, who, "leave");
    this.#tell(topic, "leave", member);
  }

  async count(topic: string): Promise<number> {
    const { cluster, memberships } = this.#options;
    if (cluster === undefined) return memberships.at(topic).size;
    const counts = await cluster.ask("count", ({ presence }) => presence.count(topic));
    let sum = memberships.at(topic).size;
    for (const [process, count] of counts) if (process !== cluster.process) sum += count;
    return sum;
  }

  async who(topic: string): Promise<PresentMember[]> {
    const { cluster, memberships } = this.#options;
    const here = () => Array.from(memberships.at(topic), (who) => this.#toPresent(topic, who));
    if (cluster === undefined) return here();
    const entries = await cluster.ask("who", ({ presence }) => presence.read(topic));
    const elsewhere = entries.filter(({ process }) => process !== cluster.process);
    return [...here(), ...elsewhere.map(({ member, info }) => this.#fromText(member, info))];
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

  /** The broker is there, or is back. */
  onConnected(connection: BrokerConnection): void {
    this.#connection = connection;
    this.#showing?.restore(connection.presence);
    this.#leases?.start(connection.presence);
  }

  /** The others have shown what they have, and hear us. */
  onSettled(): void {
    this.#isSettled = true;
    for (const [topic, watched] of this.#watched) watched.ready = this.#readAll(topic, watched);
    if (this.#isShown) this.#tellAll();
  }

  onLost(): void {
    this.#connection = undefined;
    this.#isSettled = false;
    this.#isShown = false;
    this.#showing?.hold();
    this.#leases?.stop();
  }

  /** Another process tells who has come or gone there. */
  onEnvelope(topic: string, { from, change, members }: PresenceEnvelope): void {
    const view = this.#watched.get(topic)?.view;
    if (view === undefined) return;
    if (change === "all") return view.set(from, new Map(Object.entries(members)));
    for (const [member, info] of Object.entries(members)) {
      if (change === "join") view.join(from, member, info);
      else view.leave(from, member);
    }
  }

  /** Takes back all that this process shows. Never rejects. */
  async close(): Promise<void> {
    const { cluster } = this.#options;
    const connection = this.#connection;
    this.onLost();
    if (cluster === undefined || connection === undefined) return;
    // Whoever cannot be told finds out when the lease ends.
    await cluster.ask("close", ({ presence }) => presence.clear(cluster.process)).catch(() => {});
  }

  #begin(topic: string): Watched {
    const { cluster } = this.#options;
    const view = new PresenceView((change, member, info) => this.#tell(topic, change, this.#fromText(member, info)));
    const listeners = { join: new Set<PresenceListener>(), leave: new Set<PresenceListener>() };
    const watched: Watched = { ...listeners, view, readings: 0, hasRead: false, ready: Promise.resolve() };
    this.#watched.set(topic, watched);
    cluster?.want(presenceTopicOf(topic));
    watched.ready = this.#readAll(topic, watched);
    return watched;
  }

  #end(topic: string, watched: Watched): void {
    if (this.#watched.get(topic) !== watched) return;
    this.#watched.delete(topic);
    this.#options.cluster?.unwant(presenceTopicOf(topic));
  }

  /** From then on, what is heard is enough. Never rejects: when the broker is back, it is read again. */
  async #readAll(topic: string, watched: Watched): Promise<void> {
    const { cluster } = this.#options;
    if (cluster === undefined) return;
    const { view } = watched;
    const reading = ++watched.readings;
    await cluster.ready(presenceTopicOf(topic));
    if (watched.readings !== reading) return watched.ready;
    view.beginReading();
    try {
      const all = new Map<string, Map<string, string>>();
      for (const { process, member, info } of await cluster.ask("watch", ({ presence }) => presence.read(topic))) {
        if (process === cluster.process) continue;
        all.set(process, (all.get(process) ?? new Map()).set(member, info));
      }
      if (watched.readings !== reading) return watched.ready;
      // Who was there before anybody listened does not come.
      view.endReading(all, !watched.hasRead);
      watched.hasRead = true;
    } catch (error) {
      if (this.#connection !== undefined) this.#complain(error);
    }
  }

  #announce(topic: string, who: Who, change: "join" | "leave"): void {
    const { cluster } = this.#options;
    // What happens while the broker is away is made up for with all the rest.
    if (cluster === undefined || this.#connection === undefined) return;
    const info = this.#toText(topic, who);
    this.#showing?.push({ topic, member: who.id, info: change === "join" ? info : null });
  }

  #publish({ topic, member, info }: PresenceChange): void {
    const cluster = this.#options.cluster!;
    const members = { [member]: info ?? "" };
    const change = info === null ? "leave" : "join";
    cluster.publish(presenceTopicOf(topic), { type: "presence", from: cluster.process, change, members });
  }

  #allEntries(): PresenceChange[] {
    const { memberships } = this.#options;
    const entries: PresenceChange[] = [];
    for (const topic of memberships.topics()) {
      for (const who of memberships.at(topic)) entries.push({ topic, member: who.id, info: this.#toText(topic, who) });
    }
    return entries;
  }

  /** Others may have taken us for dead, or have missed what happened meanwhile. */
  #tellAll(): void {
    const { cluster, memberships } = this.#options;
    this.#hasComplained = false;
    for (const topic of memberships.topics()) {
      const members = Object.fromEntries(
        Array.from(memberships.at(topic), (who) => [who.id, this.#toText(topic, who)] as const),
      );
      cluster!.publish(presenceTopicOf(topic), { type: "presence", from: cluster!.process, change: "all", members });
    }
  }

  #forget(processes: ReadonlySet<string>): void {
    for (const { view } of this.#watched.values()) for (const process of processes) view.forget(process);
  }

  #tell(topic: string, change: "join" | "leave", member: PresentMember): void {
    const { reporter } = this.#options;
    for (const listener of [...(this.#watched.get(topic)?.[change] ?? [])]) {
      try {
        const told = listener(member);
        if (told instanceof Promise) told.catch((error: unknown) => reporter.hookError(error));
      } catch (error) {
        reporter.hookError(error);
      }
    }
  }

  #complain(error: unknown): void {
    if (this.#hasComplained) return;
    this.#hasComplained = true;
    this.#options.reporter.error(error);
  }

  #toPresent(topic: string, who: Who): PresentMember {
    const info = this.#shown.get(who)?.get(topic);
    return { id: who.id, userId: who.userId, info: info === undefined ? undefined : this.#options.parse(info) };
  }

  #toText(topic: string, who: Who): string {
    return JSON.stringify({ u: who.userId, i: this.#shown.get(who)?.get(topic) } satisfies Shown);
  }

  /** What another process wrote may be anything. */
  #fromText(id: string, text: string): PresentMember {
    try {
      const { u, i } = JSON.parse(text) as Shown;
      return { id, userId: u, info: i === undefined ? undefined : this.#options.parse(i) };
    } catch {
      return { id, userId: undefined, info: undefined };
    }
  }
}

/** Milliseconds. */
const RETRY = 2000;

/** In short, for it is stored for each member. */
interface Shown {
  readonly u?: string | undefined;
  readonly i?: string | undefined;
}
