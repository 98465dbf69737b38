/** A thousand clients of several servers: most stay where they are, and some come and go all the time. */

import { setTimeout as sleep } from "node:timers/promises";
import type { Chance } from "../soak/chance.ts";
import { CrowdClient } from "./crowd-client.ts";
import type { Ranges } from "./heard.ts";
import type { Stay } from "./ledger.ts";
import type { Numbers } from "./words.ts";

/** Who comes, and where to. */
export interface CrowdPlan {
  /** By name of the server: its port. */
  readonly ports: Readonly<Record<string, number>>;
  /** Of each client that stays: its server, and its rooms. */
  readonly permanent: readonly { readonly station: string; readonly rooms: readonly string[] }[];
  /** How many come and go, and in which rooms. */
  readonly restless: number;
  readonly rooms: readonly string[];
  /** By name of the publisher, `<station>:…`: its room. */
  readonly publishers: Readonly<Record<string, string>>;
}

/** The last number of each publisher that every member has heard. */
export interface Progress {
  /** Every permanent member, of the publishers at its own server. */
  readonly near: Numbers;
  /** Everybody who is there now, of all. */
  readonly all: Numbers;
}

/** One for a run. */
export class Crowd {
  readonly #chance: Chance;
  readonly #ports: Map<string, number>;
  readonly #plan: CrowdPlan;
  readonly #clients: CrowdClient[] = [];
  readonly #complaints: string[] = [];
  readonly #begun = new Map<number, { stay: number; last: Numbers }>();
  readonly #ended = new Map<number, Numbers>();
  readonly #doomed = new Set<string>();
  readonly #restless: (CrowdClient | undefined)[] = [];
  #lastStay = 0;
  #churn: { isOver: boolean; readonly done: Promise<unknown> } | undefined;

  constructor(plan: CrowdPlan, chance: Chance) {
    this.#plan = plan;
    this.#chance = chance;
    this.#ports = new Map(Object.entries(plan.ports));
  }

  /** Those who stay come; resolves when all of them hear all machines. */
  async enter(): Promise<void> {
    const waiting = [...this.#plan.permanent];
    const enterSome = async () => {
      for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
        const client = await this.#connect(next.station, true);
        for (const room of next.rooms) await client.join(room);
        await client.ready();
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, enterSome));
  }

  /** The others begin to come and go. */
  stir(): void {
    const churn = { isOver: false };
    const done = Promise.all(Array.from({ length: this.#plan.restless }, (_, index) => this.#wander(index, churn)));
    this.#churn = Object.assign(churn, { done });
  }

  /** They stay where they are. Resolves when nobody is on the way any more, and all hear other machines. */
  async calm(): Promise<void> {
    if (this.#churn === undefined) return;
    this.#churn.isOver = true;
    await this.#churn.done;
    await Promise.all(this.#clients.map((client) => client.ready()));
  }

  /** This server is about to die, and nobody goes there any more. */
  doom(station: string): void {
    this.#doomed.add(station);
    this.#ports.delete(station);
    for (const client of this.#clients) if (client.station === station) client.expectEnd();
  }

  progress(): Progress {
    const near: Record<string, number> = {};
    const all: Record<string, number> = {};
    const publishers = Object.entries(this.#plan.publishers);
    for (const { room, station, isPermanent, end, books } of this.#clients.flatMap(({ stays }) => stays)) {
      if (end !== "present") continue;
      const newest = books.last();
      for (const [publisher, its] of publishers) {
        if (its !== room) continue;
        const last = newest[publisher] ?? 0;
        all[publisher] = Math.min(all[publisher] ?? last, last);
        if (isPermanent && publisher.startsWith(`${station}:`))
          near[publisher] = Math.min(near[publisher] ?? last, last);
      }
    }
    return { near, all };
  }

  /** By room: the ids of those who are in it. */
  present(): Record<string, string[]> {
    const rooms: Record<string, string[]> = Object.fromEntries(this.#plan.rooms.map((room) => [room, []]));
    for (const { id, rooms: its } of this.#clients) for (const room of its) rooms[room]!.push(id);
    return rooms;
  }

  /** What was heard, and what was wrong with it. */
  report(): { readonly stays: readonly Stay[]; readonly complaints: readonly string[] } {
    const written = this.#clients.flatMap(({ stays }) => stays);
    const stays = written.map(({ books, ...stay }): Stay => {
      const heard: Record<string, Ranges> = books.ranges();
      return { ...stay, heard, witness: this.#witnessOf(stay.number, stay.station) };
    });
    return { stays, complaints: this.#complaints };
  }

  async leave(): Promise<void> {
    await this.calm();
    await Promise.all(this.#clients.map((client) => client.end("vanish")));
  }

  /** What the dead have said last comes to one and not to another. */
  #witnessOf(stay: number, station: string): Stay["witness"] {
    const begun = this.#begun.get(stay);
    if (begun === undefined || this.#doomed.has(station)) return undefined;
    return { stay: begun.stay, from: begun.last, to: this.#ended.get(stay) };
  }

  async #connect(station: string, isPermanent: boolean): Promise<CrowdClient> {
    const client = new CrowdClient(
      station,
      {
        nextStay: () => ++this.#lastStay,
        complain: (what) => this.#complaints.push(what),
        witnessed: (mark, stay, by) => {
          if (mark === "begins") this.#begun.set(stay, by);
          else this.#ended.set(stay, by.last);
        },
      },
      isPermanent,
    );
    await client.connect(this.#ports.get(station)!);
    this.#clients.push(client);
    return client;
  }

  async #wander(index: number, churn: { readonly isOver: boolean }): Promise<void> {
    const chance = this.#chance.fork();
    while (!churn.isOver) {
      let client = this.#restless[index];
      if (!client?.isHere) {
        // Its server may be dying.
        client = await this.#connect(chance.oneOf([...this.#ports.keys()]), false).catch(() => undefined);
        this.#restless[index] = client;
      }
      if (client !== undefined) await this.#step(client, chance);
      await sleep(chance.between(10, PAUSE));
    }
  }

  async #step(client: CrowdClient, chance: Chance): Promise<void> {
    const { rooms } = client;
    const joins = rooms.length === 0 || (rooms.length < 3 && chance.happens(0.4));
    if (chance.happens(0.05)) await client.end(chance.oneOf(["close", "vanish"]));
    else if (joins) await client.join(chance.oneOf(this.#plan.rooms.filter((room) => !rooms.includes(room))));
    else await client.leave(chance.oneOf(rooms));
  }
}

/** Clients that connect at the same time. */
const AT_ONCE = 50;
/** Milliseconds that a restless client stays as it is, at most. */
const PAUSE = 1_500;
