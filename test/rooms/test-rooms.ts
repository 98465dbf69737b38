/** Rooms for tests: their turns come when the test says so, and all that they report is written down. */

import type { LostPublications } from "../../src/rooms/cluster/publish-queue.ts";
import type { BrokerSignal, RoomsReporter } from "../../src/rooms/cluster/rooms-reporter.ts";
import type { RoomsConfig } from "../../src/rooms/rooms.ts";
import { Rooms } from "../../src/rooms/rooms.ts";
import { TestClock } from "../support/test-clock.ts";
import { Singer } from "./singer.ts";
import { TurnedPlatform } from "./turned-platform.ts";

/** Writes down what is reported. */
export class RoomsRecorder implements RoomsReporter {
  hearsMessages = false;
  readonly changes: BrokerSignal[] = [];
  readonly lost: LostPublications[] = [];
  readonly errors: unknown[] = [];
  readonly memberErrors: unknown[] = [];
  readonly hookErrors: unknown[] = [];

  /** The states, in order. */
  get states(): string[] {
    return this.changes.map(({ state }) => state);
  }

  brokerChanged(signal: BrokerSignal): void {
    this.changes.push(signal);
  }

  publicationsLost(lost: LostPublications): void {
    this.lost.push(lost);
  }

  error(error: unknown): void {
    this.errors.push(error);
  }

  memberError(error: unknown): void {
    this.memberErrors.push(error);
  }

  hookError(error: unknown): void {
    this.hookErrors.push(error);
  }
}

/** Rooms of this process alone, unless there is a broker. */
export function testRooms({ broker, ...given }: Partial<RoomsConfig> = {}) {
  const platform = new TurnedPlatform();
  const clock = new TestClock();
  const reporter = new RoomsRecorder();
  const config = {
    platform,
    clock,
    json: JSON,
    reporter,
    publishBuffer: 1_000_000,
    publishOverflow: "drop-oldest",
  } as const;
  const rooms = new Rooms<Singer>({ ...config, broker, ...given });
  /** Somebody who has connected, and joined these rooms. */
  const enter = (...names: readonly string[]): Singer => {
    const singer = new Singer(rooms.toMany);
    rooms.enter(singer);
    for (const name of names) rooms.join(singer, name);
    return singer;
  };
  return { rooms, platform, clock, reporter, enter };
}
