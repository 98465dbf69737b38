/** Four servers, one process without sockets, and a crowd of clients, on one broker: opened, asked, and judged at the end. */

import { setTimeout as sleep } from "node:timers/promises";
import type { Broker } from "../../src/index.ts";
import { Chance } from "../soak/chance.ts";
import type { CrowdPlan, Progress } from "./crowd.ts";
import type { Forked } from "./forked.ts";
import type { Ranges } from "./heard.ts";
import type { Publisher, Stay, Verdict } from "./ledger.ts";
import { judge } from "./ledger.ts";
import type { RoomSight, StationPlan, StationReport } from "./station.ts";
import { Station } from "./station.ts";
import type { Numbers } from "./words.ts";

/** What a station is asked, wherever it is. */
export interface StationHandle {
  readonly name: string;
  ask<Value>(name: Exclude<keyof Station, "open">, argument?: unknown): Promise<Value>;
  /** As a station of this plan. Gives its port. */
  open(plan: StationPlan): Promise<number>;
}

/** A station in this process. */
export function stationHere(name: string, broker: Broker): StationHandle {
  let station: Station;
  return {
    name,
    open(plan) {
      station = new Station(plan);
      return station.open(broker);
    },
    ask: async (call, argument) => (station[call] as (argument: unknown) => never)(argument),
  };
}

/** A station in a process of its own. */
export function stationIn(process: Forked, name: string, address: unknown): StationHandle {
  return {
    name,
    open: (plan) => process.ask("open", { address, plan }),
    ask: (call, argument) => process.ask(call, argument),
  };
}

/** How a cluster is made up. */
export interface ClusterOptions {
  readonly servers: readonly StationHandle[];
  /** Those without sockets. */
  readonly speakers: readonly StationHandle[];
  readonly crowd: Forked;
  readonly seed: number;
  /** By name of the station: bytes. */
  readonly publishBuffer?: Readonly<Record<string, number>>;
}

/** One run. */
export class Cluster {
  readonly servers: readonly StationHandle[];
  readonly stations: readonly StationHandle[];
  readonly #options: ClusterOptions;
  readonly #publishers = new Map<string, { readonly room: string; readonly station: string }>();
  readonly #killed = new Set<string>();

  constructor(options: ClusterOptions) {
    const { servers, speakers } = options;
    this.#options = options;
    this.servers = servers;
    this.stations = [...servers, ...speakers];
    for (const [index, room] of ROOMS.entries()) {
      // What nobody is there to miss all the time is not for servers whose losses are to be counted.
      const [one, other] = hasPermanents(index) ? [index % 4, (index * 3 + 1) % 4] : [0, 3];
      const speaker = speakers[index % 2];
      for (const station of new Set([servers[one], servers[other], speaker])) {
        if (station === undefined) continue;
        this.#publishers.set(`${station.name}:${index}`, { room, station: station.name });
      }
    }
  }

  /** The stations that were not killed. */
  get alive(): readonly StationHandle[] {
    return this.stations.filter(({ name }) => !this.#killed.has(name));
  }

  /** Everybody is there, and nothing has been said yet. */
  async open(): Promise<void> {
    const { seed, crowd, publishBuffer = {} } = this.#options;
    const ports: Record<string, number> = {};
    await Promise.all(
      this.stations.map(async (station, index) => {
        const { name } = station;
        const hasApp = this.servers.includes(station);
        const limit = publishBuffer[name];
        const publishers = this.#publishersAt(name);
        // The last one asks the broker instead.
        const listens = index < this.stations.length - 1;
        const plan = { name, hasApp, listens, rooms: ROOMS, publishers, rates: RATES, seed: seed + index };
        const port = await station.open(limit === undefined ? plan : { ...plan, publishBuffer: limit });
        if (hasApp) ports[name] = port;
      }),
    );
    await crowd.ask("open", { ...this.#crowdPlan(ports), seed });
    await crowd.ask("enter");
  }

  /** Publishers speak, and clients come and go. */
  async begin(): Promise<void> {
    await Promise.all(this.stations.map((station) => station.ask("speak")));
    await this.#options.crowd.ask("stir");
  }

  stir(): Promise<void> {
    return this.#options.crowd.ask("stir");
  }

  calm(): Promise<void> {
    return this.#options.crowd.ask("calm");
  }

  /** The publishers fall silent, and nobody comes or goes any more. Resolves when all that is to come has come, or takes too long. */
  async end(): Promise<void> {
    await this.calm();
    const sent: Numbers = Object.assign({}, ...(await this.#askAlive<Numbers>("hush")));
    await this.heard(sent, "all", 8_000);
  }

  /** Whether all permanent members have heard so far: of their own server, or of all. */
  async heard(numbers: Numbers, from: keyof Progress, milliseconds: number): Promise<boolean> {
    for (const end = performance.now() + milliseconds; performance.now() < end; await sleep(50)) {
      const { [from]: last } = await this.#options.crowd.ask<Progress>("progress");
      if (Object.entries(last).every(([publisher, number]) => number >= (numbers[publisher] ?? 0))) return true;
    }
    return false;
  }

  /** What the publishers have sent until now. */
  async sent(): Promise<Numbers> {
    return Object.assign({}, ...(await this.#askAlive<Numbers>("sent")));
  }

  /** A server is about to be killed. */
  async doom(name: string): Promise<void> {
    this.#killed.add(name);
    await this.#options.crowd.ask("doom", name);
  }

  /** By room: who is in it, as the clients know. */
  present(): Promise<Record<string, string[]>> {
    return this.#options.crowd.ask("present");
  }

  /** Where a station that lives sees a room otherwise than it is, by its listeners and by `count`, or also by `who`: sentences. */
  async misjudged(by: "count" | "who"): Promise<string[]> {
    const truth = await this.present();
    const seen = await Promise.all(
      this.alive.map(async (station) => {
        const sight = await station.ask<Record<string, RoomSight>>("see", by === "who").catch((error: Error) => error);
        if (sight instanceof Error) return [`${station.name} cannot see: ${sight.message}`];
        return ROOMS.flatMap((room) => compare(`${station.name} in ${room}`, truth[room]!, sight[room]!));
      }),
    );
    return seen.flat();
  }

  async reports(): Promise<Map<string, StationReport>> {
    const reports = await this.#askAlive<StationReport>("report");
    return new Map(reports.map((report, index) => [this.alive[index]!.name, report]));
  }

  /** Everything that was sent against everything that was heard. */
  async judge(allow: Allowance = () => () => false): Promise<Judgement> {
    const [reports, { stays, complaints }] = await Promise.all([
      this.reports(),
      this.#options.crowd.ask<{ stays: Stay[]; complaints: string[] }>("report"),
    ]);
    const publishers = new Map<string, Publisher>();
    for (const [name, { room, station }] of this.#publishers) {
      publishers.set(name, { room, station, times: reports.get(station)?.times[name] });
    }
    const verdict = judge({ publishers, stays, mayMiss: allow(reports, publishers) });
    const ofStations = [...reports.values()].flatMap((report) => report.complaints);
    const messages = stays.flatMap(({ heard }) => Object.values(heard).flat()).reduce(addLength, 0);
    return {
      ...verdict,
      messages,
      complaints: [...complaints, ...ofStations, ...verdict.complaints],
      stays,
      reports,
      publishers,
    };
  }

  async close(): Promise<void> {
    await this.#options.crowd.ask("leave");
    await this.#askAlive("close");
  }

  #askAlive<Value>(call: Exclude<keyof Station, "open">): Promise<Value[]> {
    return Promise.all(this.alive.map((station) => station.ask<Value>(call)));
  }

  #publishersAt(station: string): Record<string, string> {
    const here = [...this.#publishers].filter(([, publisher]) => publisher.station === station);
    return Object.fromEntries(here.map(([name, { room }]) => [name, room]));
  }

  #crowdPlan(ports: Record<string, number>): CrowdPlan {
    const chance = new Chance(this.#options.seed);
    const permanent = Array.from({ length: CLIENTS - RESTLESS }, (_, index) => {
      const { name: station } = this.servers[index % 4]!;
      const rooms = new Set(Array.from({ length: chance.between(1, 3) }, () => ROOMS[someRoom(chance)]!));
      return { station, rooms: [...rooms] };
    });
    const publishers = Object.fromEntries(Array.from(this.#publishers, ([name, { room }]) => [name, room]));
    return { ports, permanent, restless: RESTLESS, rooms: ROOMS, publishers };
  }
}

/** What may be lost, in the light of what the stations say. */
export type Allowance = (
  reports: ReadonlyMap<string, StationReport>,
  publishers: ReadonlyMap<string, Publisher>,
) => (publisher: string, number: number) => boolean;

/** What came of a run. */
export interface Judgement extends Verdict {
  readonly stays: readonly Stay[];
  /** How many were heard. */
  readonly messages: number;
  readonly reports: ReadonlyMap<string, StationReport>;
  readonly publishers: ReadonlyMap<string, Publisher>;
}

const CLIENTS = 1_000;
const RESTLESS = 80;
/** The last of them have no permanent members: there, somebody is the first to come and the last to go. */
export const ROOMS = Array.from({ length: 30 }, (_, index) => `room-${index}.*.>`);
const EMPTY_ROOMS = 5;
/** By room: messages that each publisher sends in a second. More where each join may be the first. */
const RATES = Object.fromEntries(ROOMS.map((room, index) => [room, hasPermanents(index) ? 3 : 25]));

function addLength(sum: number, [first, last]: Ranges[number]): number {
  return sum + last - first + 1;
}

function hasPermanents(index: number): boolean {
  return index < ROOMS.length - EMPTY_ROOMS;
}

/** The first of them are large, the last are small. */
function someRoom(chance: Chance): number {
  return Math.floor((ROOMS.length - EMPTY_ROOMS + 1) ** chance.next()) - 1;
}

function compare(where: string, truth: readonly string[], { view, count, who }: RoomSight): string[] {
  const wrong: string[] = [];
  if (count !== truth.length) wrong.push(`${where}: counts ${count} of ${truth.length}`);
  for (const [by, ids] of [
    ["view", view ?? truth],
    ["who", who ?? truth],
  ] as const) {
    const missing = truth.filter((id) => !ids.includes(id));
    const dead = ids.filter((id) => !truth.includes(id));
    if (missing.length + dead.length === 0) continue;
    wrong.push(
      `${where}: the ${by} of ${ids.length} lacks ${missing.length}, and has ${dead.length} that are not there`,
    );
  }
  return wrong;
}
