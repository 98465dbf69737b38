/** Several processes with rooms, on one broker in memory and one clock, both the test's. */

import { onTestFinished } from "vitest";
import type { Broker } from "../../src/rooms/broker.ts";
import { memory } from "../../src/rooms/memory/memory-broker.ts";
import type { PresentMember, Room } from "../../src/rooms/room.ts";
import type { Rooms, RoomsConfig } from "../../src/rooms/rooms.ts";
import { TestClock } from "../support/test-clock.ts";
import { TestPlatform } from "../support/test-platform.ts";
import { Singer } from "./singer.ts";
import { RoomsRecorder, testRooms } from "./test-rooms.ts";

export const LEASE = 15_000;

/** They share nothing but the broker and the time. */
export class ClusterOfRooms {
  readonly clock = new TestClock();
  readonly broker = memory({ lease: LEASE, clock: this.clock });

  /** One more process, connected. */
  async process(given: Partial<RoomsConfig> = {}): Promise<RoomsProcess> {
    const one = new RoomsProcess(this, given);
    onTestFinished(() => one.rooms.shutDown(0));
    await one.rooms.broker.connect();
    one.name = this.broker.processes.at(-1)!;
    await this.settled();
    return one;
  }

  async two(given: Partial<RoomsConfig> = {}): Promise<[RoomsProcess, RoomsProcess]> {
    return [await this.process(given), await this.process(given)];
  }

  /** Everything that is under way in memory has come: what the broker carries takes a turn of the timers each way. */
  async settled(): Promise<void> {
    for (let turn = 0; turn < 8; turn++) {
      await new Promise((resolve) => setTimeout(resolve, 0));
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Time passes, and what comes of it has come. */
  async pass(milliseconds: number): Promise<void> {
    for (let left = milliseconds; left > 0; left -= 1_000) {
      await this.clock.pass(Math.min(left, 1_000));
      if (Math.round(left / 1_000) % 5 === 0) await this.settled();
    }
    await this.settled();
  }

  /** All processes have ended: the broker has nothing left of them. */
  get left(): Record<string, readonly string[]> {
    const { processes, subscribed, shown } = this.broker;
    return { processes, subscribed, shown };
  }
}

export const NOTHING_LEFT = { processes: [], subscribed: [], shown: [] };

/** One process. */
export class RoomsProcess {
  readonly rooms: Rooms<Singer>;
  readonly reporter = new RoomsRecorder();
  /** What the broker calls it. */
  name = "";

  constructor(
    { clock, broker }: { readonly clock: TestClock; readonly broker: Broker },
    given: Partial<RoomsConfig> = {},
  ) {
    this.rooms = testRooms({ broker, clock, platform: new TestPlatform(), reporter: this.reporter, ...given }).rooms;
  }

  /** Somebody who has connected here, and joined these rooms. */
  enter(id: string, ...names: readonly string[]): Singer {
    const singer = new Singer(this.rooms.toMany, id);
    this.rooms.enter(singer);
    for (const name of names) this.rooms.join(singer, name);
    return singer;
  }

  /** It is somebody's socket from now on. */
  identify(who: Singer, userId: string | undefined): void {
    const before = who.userId;
    who.userId = userId;
    this.rooms.identified(who, before);
  }

  /** What is heard of who comes and goes: `+ada`, `-ada`. */
  async watch(room: Room<Singer> = this.rooms.room("choir")): Promise<string[]> {
    const heard: string[] = [];
    room.onJoin(({ id }) => heard.push(`+${id}`));
    room.onLeave(({ id }) => heard.push(`-${id}`));
    await room.ready();
    return heard;
  }

  /** Who is in the room, wherever, by id. */
  async who(name = "choir"): Promise<string[]> {
    return (await this.rooms.room(name).who()).map(({ id }: PresentMember) => id).sort();
  }
}
