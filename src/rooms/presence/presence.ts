/** Who is where, on all machines: what members show, who is asked for it, and who hears of those that come and go. */

import type { Clock } from "../../protocol/run/clock.ts";
import type { BrokerConnection, PresenceChange, PresenceEntry, PresenceStore } from "../broker.ts";
import type { Cluster } from "../cluster/cluster.ts";
import type { PresenceEnvelope } from "../cluster/envelope.ts";
import type { RoomsReporter } from "../cluster/rooms-reporter.ts";
import type { Member } from "../member.ts";
import type { Memberships } from "../memberships.ts";
import type { PresenceListener, PresentMember } from "../room.ts";
import { presenceTopicOf, userIdOf } from "../topic.ts";
import { LeaseWatch } from "./lease-watch.ts";
import { Showing } from "./showing.ts";
import { Watching } from "./watching.ts";

/** What presence is made of. */
export interface PresenceOptions<Who> {
  readonly memberships: Memberships<Who>;
  readonly clock: Clock;
  /** What members show is text for the others. */
  readonly parse: (text: string) => unknown;
  readonly reporter: RoomsReporter;
}

/** One for all rooms of an app. */
export class Presence<Who extends Member> {
  readonly #options: PresenceOptions<Who>;
  readonly #shown = new Map<Who, Map<string, string>>();
  readonly #watching: Watching;
  /** `undefined`: this process is all there is. */
  #cluster: Cluster | undefined;
  #showing: Showing | undefined;
  #leases: LeaseWatch | undefined;
  #connection: BrokerConnection | undefined;
  /** Whether others hear what is told now; until then it is only stored. */
  #isSettled = false;
  /** Whether all that is here is stored. */
  #isShown = false;
  /** The topics at which others may know somebody of ours. */
  readonly #told = new Set<string>();
  /** Told once until it works again: it may fail every few seconds. */
  #hasComplained = false;

  constructor(options: PresenceOptions<Who>) {
    this.#options = options;
    this.#watching = new Watching({
      clock: options.clock,
      fromText: (member, info) => this.#fromText(member, info),
      reporter: options.reporter,
      onError: (error) => this.#connection !== undefined && this.#complain(error),
    });
  }

  /** Members are shown to these others, and those of the others are known here, from now on. */
  joinOthers(cluster: Cluster): void {
    const { clock } = this.#options;
    this.#cluster = cluster;
    this.#watching.joinOthers({
      want: (topic) => cluster.want(topic),
      unwant: (topic) => cluster.unwant(topic),
      ready: (topic) => cluster.ready(topic),
      read: (topic) => this.#readOthers("watch", topic, cluster),
    });
    this.#showing = new Showing(
      {
        allEntries: () => this.#allEntries(),
        showingOnRestored: () => {
          this.#isShown = true;
          if (this.#isSettled) this.#tellAll();
        },
        showingOnStored: (changes) => {
          for (const change of changes) {
            // Whoever reads now knows of it, told or not.
            if (change.info !== null) this.#told.add(change.topic);
            if (this.#isSettled) this.#publish(change);
          }
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
        knownProcesses: () => this.#watching.processes,
        leaseWatchOnGone: (processes) => this.#watching.forget(processes),
        leaseWatchOnLapsed: () => this.#connection && this.#showing?.restore(this.#connection.presence),
        leaseWatchOnError: (error) => this.#complain(error),
      },
      cluster.process,
      clock,
    );
  }

  /** What a member shows at a topic from now on. Gives whether that is something else. */
  show(topic: string, who: Who, info: string): boolean {
    const shown = this.#shown.get(who) ?? new Map<string, string>();
    if (shown.get(topic) === info) return false;
    this.#shown.set(who, shown.set(topic, info));
    return true;
  }

  #hide(topic: string, who: Who): void {
    const shown = this.#shown.get(who);
    if (shown?.delete(topic) && shown.size === 0) this.#shown.delete(who);
  }

  /** Somebody here has joined. */
  joined(topic: string, who: Who): void {
    this.#announce(topic, who, "join");
    this.#watching.tell(topic, "join", () => this.#toPresent(topic, who));
  }

  /** What somebody shows has changed. */
  changed(topic: string, who: Who): void {
    this.#announce(topic, who, "join");
  }

  /** Somebody here has left. */
  left(topic: string, who: Who): void {
    const info = this.#shown.get(who)?.get(topic);
    this.#hide(topic, who);
    this.#announce(topic, who, "leave");
    this.#watching.tell(topic, "leave", () => this.#toPresent(topic, who, info));
  }

  async count(topic: string): Promise<number> {
    const { memberships } = this.#options;
    const cluster = this.#cluster;
    if (cluster === undefined) return memberships.at(topic).size;
    const known = this.#known(topic);
    if (known !== undefined) return memberships.at(topic).size + known.length;
    const counts = await cluster.ask("count", ({ presence }) => presence.count(topic));
    let sum = memberships.at(topic).size;
    for (const [process, count] of counts) if (process !== cluster.process) sum += count;
    return sum;
  }

  async who(topic: string): Promise<PresentMember[]> {
    const { memberships } = this.#options;
    const cluster = this.#cluster;
    const here = () => Array.from(memberships.at(topic), (who) => this.#toPresent(topic, who));
    if (cluster === undefined) return here();
    const known = this.#known(topic);
    if (known !== undefined) return [...here(), ...known];
    const elsewhere = await this.#readOthers("who", topic, cluster);
    return [...here(), ...elsewhere.map(({ member, info }) => this.#fromText(member, info))];
  }

  /** Where somebody listens, what listeners were told is the answer: a list that began with it and goes on with them stays right. */
  #known(topic: string): readonly PresentMember[] | undefined {
    return this.#connection === undefined ? undefined : this.#watching.known(topic);
  }

  /** Calls the listener for each that comes or goes. The result ends it. */
  watch(topic: string, change: "join" | "leave", listener: PresenceListener): () => void {
    return this.#watching.watch(topic, change, listener);
  }

  /** How many listen at each topic. */
  get listeners(): ReadonlyMap<string, number> {
    return this.#watching.listeners;
  }

  /** Resolves when those elsewhere are heard, if somebody listens. */
  ready(topic: string): Promise<void> {
    return this.#watching.ready(topic);
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
    this.#watching.readAnew();
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
  onEnvelope(topic: string, envelope: PresenceEnvelope): void {
    this.#watching.onEnvelope(topic, envelope);
  }

  /** Takes back all that this process shows. Never rejects. */
  async close(): Promise<void> {
    const cluster = this.#cluster;
    this.#watching.close();
    if (cluster === undefined || this.#connection === undefined) return this.onLost();
    // Whoever cannot be told finds out when the lease ends.
    const ask = (question: (store: PresenceStore) => Promise<void>) =>
      cluster.ask("close", ({ presence }) => question(presence)).catch(() => {});
    // Of those who have left just now the others hear when that is stored.
    await ask(() => this.#showing!.finished());
    this.onLost();
    await ask((store) => store.clear(cluster.process));
  }

  async #readOthers(call: string, topic: string, cluster: Cluster): Promise<PresenceEntry[]> {
    const entries = await cluster.ask(call, ({ presence }) => presence.read(topic));
    return entries.filter(({ process }) => process !== cluster.process);
  }

  #announce(topic: string, who: Who, change: "join" | "leave"): void {
    const cluster = this.#cluster;
    // What happens while the broker is away is made up for with all the rest.
    if (cluster === undefined || this.#connection === undefined) return;
    const info = change === "join" ? this.#toText(topic, who) : null;
    this.#showing?.push({ topic, member: who.id, info });
  }

  #publish({ topic, member, info }: PresenceChange): void {
    const cluster = this.#cluster!;
    const members = { [member]: info ?? "" };
    const change = info === null ? "leave" : "join";
    if (change === "leave" && this.#options.memberships.at(topic).size === 0) this.#told.delete(topic);
    cluster.publish(presenceTopicOf(topic), { type: "presence", from: cluster.process, change, members });
  }

  #allEntries(): PresenceChange[] {
    const { memberships } = this.#options;
    const entries: PresenceChange[] = [];
    for (const topic of memberships.topics()) {
      this.#told.add(topic);
      for (const who of memberships.at(topic)) entries.push({ topic, member: who.id, info: this.#toText(topic, who) });
    }
    return entries;
  }

  /** Others may have taken us for dead, or have missed what happened meanwhile. */
  #tellAll(): void {
    const { memberships } = this.#options;
    const cluster = this.#cluster;
    this.#hasComplained = false;
    // Also where nobody is any more: that is what others may have missed.
    for (const topic of new Set([...this.#told, ...memberships.topics()])) {
      const here = memberships.at(topic);
      // A large room does not go into one message: others read it where it is stored.
      const change = here.size > MANY ? "anew" : "all";
      const told = change === "all" ? [...here] : [];
      const members = Object.fromEntries(told.map((who) => [who.id, this.#toText(topic, who)] as const));
      if (here.size > 0) this.#told.add(topic);
      else this.#told.delete(topic);
      cluster!.publish(presenceTopicOf(topic), { type: "presence", from: cluster!.process, change, members });
    }
  }

  #complain(error: unknown): void {
    if (this.#hasComplained) return;
    this.#hasComplained = true;
    this.#options.reporter.error(error);
  }

  #toPresent(topic: string, who: Who, info = this.#shown.get(who)?.get(topic)): PresentMember {
    // Who stops being a user was that one until now.
    const userId = userIdOf(topic) ?? who.userId;
    return { id: who.id, userId, info: info === undefined ? undefined : this.#options.parse(info) };
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
/** Members of a room. */
const MANY = 256;

/** In short, for it is stored for each member. */
interface Shown {
  readonly u?: string | undefined;
  readonly i?: string | undefined;
}
