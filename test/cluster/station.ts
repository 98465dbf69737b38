/** One process on the broker: an app with sockets, or rooms alone. It publishes, lets clients in and out, and watches who is there. */

import type { Broker, Observer, OpenRooms, ServerSocket } from "../../src/index.ts";
import { App, openRooms } from "../../src/index.ts";
import { Chance } from "../soak/chance.ts";
import type { Mark, Numbers, Order } from "./words.ts";
import { now, toText } from "./words.ts";

/** What it is to be. */
export interface StationPlan {
  readonly name: string;
  /** Without an app it has no sockets. */
  readonly hasApp: boolean;
  /** Whether it listens to who comes and goes: then it knows who is there, and need not ask. */
  readonly listens: boolean;
  readonly rooms: readonly string[];
  /** By name, with their rooms. */
  readonly publishers: Readonly<Record<string, string>>;
  /** By room: messages that each of them sends in a second, about. */
  readonly rates: Readonly<Record<string, number>>;
  /** Bytes. @default the app's */
  readonly publishBuffer?: number | undefined;
  readonly seed: number;
}

/** What it can tell of a run. */
export interface StationReport {
  /** By publisher: when it sent each message. */
  readonly times: Readonly<Record<string, readonly number[]>>;
  /** Publications that were reported as lost, by reason. */
  readonly lost: Readonly<Record<"overflow" | "unconfirmed" | "closed", number>>;
  readonly broker: readonly { readonly state: string; readonly at: number }[];
  /** Who was told of as having come or gone; `undefined` where nobody listens. */
  readonly changes: readonly PresenceNews[] | undefined;
  /** What should never be: errors that have nothing to do with a broker that is away, somebody who came twice. */
  readonly complaints: readonly string[];
}

/** One call of `onJoin` or `onLeave`. */
export interface PresenceNews {
  readonly change: "join" | "leave";
  readonly room: string;
  readonly id: string;
  readonly at: number;
}

/** How it sees a room: by the listeners, by counting, and by asking. */
export interface RoomSight {
  readonly view: readonly string[] | undefined;
  readonly count: number;
  /** Only if it was to be asked. */
  readonly who: readonly string[] | undefined;
}

/** Milliseconds. */
const BEAT = 40;

export class Station {
  readonly #plan: StationPlan;
  readonly #chance: Chance;
  readonly #lost = { overflow: 0, unconfirmed: 0, "too-large": 0, closed: 0 };
  readonly #broker: { state: string; at: number }[] = [];
  readonly #changes: PresenceNews[] = [];
  readonly #complaints: string[] = [];
  readonly #views = new Map<string, Set<string>>();
  readonly #times: Map<string, number[]>;
  /** By room: a permanent member, who is told of the stays of others. */
  readonly #witnesses = new Map<string, ServerSocket>();
  #rooms: App | OpenRooms | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isSpeaking = false;

  constructor(plan: StationPlan) {
    this.#plan = plan;
    this.#chance = new Chance(plan.seed);
    this.#times = new Map(Object.keys(plan.publishers).map((name) => [name, []]));
  }

  /** Connects with the broker, and watches all rooms. Gives the port of the app; 0 without one. */
  async open(broker: Broker): Promise<number> {
    const { hasApp, publishBuffer, rooms } = this.#plan;
    const observer = this.#observer();
    if (hasApp) {
      const limits = publishBuffer === undefined ? {} : { publishBuffer };
      const app = new App({ broker, observer, limits, logger: false });
      app.ws("/", {
        open: (socket) => tell(socket, { mark: "hello", id: socket.id }),
        message: (socket, text) => this.#onOrder(socket as ServerSocket, JSON.parse(String(text)) as Order),
      });
      this.#rooms = app;
      const { port } = await app.listen({ port: 0 });
      await Promise.all(rooms.map((room) => this.#watch(room)));
      return Number(port);
    }
    this.#rooms = await openRooms(broker, { observer, publishBuffer, logger: false });
    await Promise.all(rooms.map((room) => this.#watch(room)));
    return 0;
  }

  /** All publishers begin. */
  speak(): void {
    this.#isSpeaking = true;
    this.#timer = setInterval(() => this.#beat(), BEAT);
  }

  /** Each of them says a last word, which everybody is there to hear. Gives how many messages they have sent. */
  hush(): Numbers {
    clearInterval(this.#timer);
    this.#isSpeaking = false;
    for (const [publisher, room] of Object.entries(this.#plan.publishers)) this.#say(publisher, room);
    return this.sent();
  }

  sent(): Numbers {
    return Object.fromEntries(Array.from(this.#times, ([name, times]) => [name, times.length]));
  }

  state(): string {
    return this.#rooms!.broker.state;
  }

  /** How it sees each room. Rejects when the broker cannot be asked. */
  async see(asks: boolean): Promise<Record<string, RoomSight>> {
    const rooms = await Promise.all(
      this.#plan.rooms.map(async (name) => {
        const room = this.#rooms!.room(name);
        const [count, who] = await Promise.all([room.count(), asks ? room.who() : undefined]);
        return [name, { view: this.#viewOf(name), count, who: who?.map(({ id }) => id) }] as const;
      }),
    );
    return Object.fromEntries(rooms);
  }

  report(): StationReport {
    return {
      times: Object.fromEntries(this.#times),
      lost: this.#lost,
      broker: this.#broker,
      changes: this.#plan.listens ? this.#changes : undefined,
      complaints: this.#complaints,
    };
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#rooms?.close({ timeout: 2_000 });
  }

  #observer(): Observer {
    return {
      brokerChanged: ({ state }) => this.#broker.push({ state, at: now() }),
      publicationsLost: ({ why, messages }) => {
        this.#lost[why] += messages;
      },
      error: ({ error, where }) => {
        const { code } = Object(error) as { code?: unknown };
        const isOutage =
          where === "broker" && typeof code === "string" && /^BROKER_(AWAY|SILENT|UNREACHABLE)$/.test(code);
        if (!isOutage) this.#complain(`an error in ${where}: ${(error as Error)?.stack ?? String(error)}`);
      },
    };
  }

  #viewOf(room: string): string[] | undefined {
    return this.#plan.listens ? [...this.#views.get(room)!] : undefined;
  }

  async #watch(name: string): Promise<void> {
    if (!this.#plan.listens) return;
    const view = new Set<string>();
    this.#views.set(name, view);
    const room = this.#rooms!.room(name);
    room.onJoin(({ id }) => {
      if (view.has(id)) this.#complain(`${id} came twice to ${name}`);
      view.add(id);
      this.#changes.push({ change: "join", room: name, id, at: now() });
    });
    room.onLeave(({ id }) => {
      if (!view.delete(id)) this.#complain(`${id} left ${name}, where it was not`);
      this.#changes.push({ change: "leave", room: name, id, at: now() });
    });
    await room.ready();
  }

  #onOrder(socket: ServerSocket, { order, room: name, stay, isPermanent }: Order): void {
    const witness = this.#witnesses.get(name);
    // What is said in this turn before somebody comes is not for them; what is said before they go, is.
    this.#sayNow(name);
    if (order === "join") {
      const room = socket.join(name, { info: { stay } });
      tell(socket, { mark: "joined", room: name, stay, local: this.#sentTo(name) });
      if (witness !== undefined) tell(witness, { mark: "begins", room: name, stay });
      else if (isPermanent) this.#witnesses.set(name, socket);
      room.ready().then(
        () => tell(socket, { mark: "ready", room: name, stay, at: now() }),
        (error) => this.#complain(`ready() was rejected: ${error}`),
      );
    } else {
      socket.leave(name);
      tell(socket, { mark: "left", room: name, stay, local: this.#sentTo(name) });
      if (witness !== undefined) tell(witness, { mark: "ends", room: name, stay });
    }
    this.#sayNow(name);
  }

  #sentTo(room: string): Numbers {
    const here = Object.entries(this.#plan.publishers).filter(([, its]) => its === room);
    return Object.fromEntries(here.map(([publisher]) => [publisher, this.#times.get(publisher)!.length]));
  }

  /** Now and then several in one turn. */
  #beat(): void {
    const { publishers, rates } = this.#plan;
    for (const [publisher, room] of Object.entries(publishers)) {
      if (!this.#chance.happens((rates[room]! * BEAT) / 1_000 / 2)) continue;
      for (let more = this.#chance.between(1, 3); more > 0; more--) this.#say(publisher, room);
    }
  }

  /** Sometimes, and only while the publishers speak: one here has something to say in this room. */
  #sayNow(room: string): void {
    if (!this.#isSpeaking || !this.#chance.happens(0.3)) return;
    const publisher = Object.keys(this.#sentTo(room))[0];
    if (publisher !== undefined) this.#say(publisher, room);
  }

  #say(publisher: string, room: string): void {
    const times = this.#times.get(publisher)!;
    times.push(now());
    this.#rooms!.room(room).sendText(toText({ room, publisher, number: times.length }, FILLING));
  }

  #complain(what: string): void {
    this.#complaints.push(`${this.#plan.name}: ${what}`);
  }
}

const FILLING = "-".repeat(40);

function tell(socket: ServerSocket, mark: Mark): void {
  if (socket.state === "open") socket.sendText(JSON.stringify(mark)).catch(() => {});
}
