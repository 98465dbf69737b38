/** An outage of the broker: what it may cost, and what it did cost. */

import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import type { Allowance, Cluster, Judgement } from "./cluster.ts";
import type { StationReport } from "./station.ts";
import { now } from "./words.ts";

/** When it was. */
export interface Outage {
  /** Before this, all was well. */
  readonly beginsAt: number;
  /** From this on, the broker takes nothing. */
  readonly hasBegunAt: number;
}

/** What is to be done to the broker. */
export interface OutageSteps {
  begin(): Promise<void>;
  end(): Promise<void>;
}

/** The broker goes away and comes back. Meanwhile those at one server hear each other; afterwards all stations are connected again. */
export async function duringOutage(cluster: Cluster, milliseconds: number, steps: OutageSteps): Promise<Outage> {
  const beginsAt = now();
  await steps.begin();
  // Who is stopped stops a little later.
  await sleep(50);
  const hasBegunAt = now();
  try {
    for (const part of [1, 2]) {
      const sent = await cluster.sent();
      const isHeard = await cluster.heard(sent, "near", 2_000);
      expect(isHeard, "whether those at one server hear each other").toBe(true);
      await sleep(hasBegunAt + (milliseconds * part) / 2 - now());
    }
  } finally {
    await steps.end();
  }
  const states = () => Promise.all(cluster.alive.map((station) => station.ask("state")));
  await expect.poll(states, { timeout: 10_000 }).toEqual(cluster.alive.map(() => "connected"));
  return { beginsAt, hasBegunAt };
}

/**
 * On one machine nothing is lost. Between machines these may be: messages of the moment before, which the broker had taken and
 * not passed on to all; those between then and when their publisher heard of the loss, for they were on their way; and at a
 * station that has little room, those that found none. All others wait, and come.
 */
export function outageAllowance({ beginsAt }: Outage, small?: string): Allowance {
  return (reports, publishers) => (name, number) => {
    const { station, times } = publishers.get(name)!;
    const sentAt = times![number - 1]!;
    return sentAt > beginsAt - MOMENT && (sentAt <= lostAt(reports.get(station)!) || station === small);
  };
}

/** Milliseconds. More than a message takes through a broker and two busy processes. */
const MOMENT = 1_000;

/** What one station's publishers have lost. */
export interface Losses {
  readonly station: string;
  /** What it has said itself. */
  readonly lost: StationReport["lost"];
  /** Messages that some member elsewhere did not get: in all; of those that the broker cannot have taken; of those that had to wait. */
  readonly missed: number;
  readonly missedSince: number;
  readonly missedAfter: number;
}

/** By station. */
export function lossesOf({ reports, publishers, missed }: Judgement, { hasBegunAt }: Outage): Losses[] {
  return Array.from(reports, ([station, report]) => {
    const sentAt = [...missed]
      .filter(([name]) => publishers.get(name)!.station === station)
      .flatMap(([name, numbers]) => [...numbers].map((number) => publishers.get(name)!.times![number - 1]!));
    const count = (from: number) => sentAt.filter((time) => time > from).length;
    const { lost } = report;
    return {
      station,
      lost,
      missed: sentAt.length,
      missedSince: count(hasBegunAt),
      missedAfter: count(lostAt(report)),
    };
  });
}

/** When the station heard of the loss of its broker. */
function lostAt({ broker }: StationReport): number {
  const isThere = broker.findIndex(({ state }) => state === "connected");
  return broker.find(({ state }, index) => state === "connecting" && index > isThere)?.at ?? Number.POSITIVE_INFINITY;
}

/**
 * Where the listeners of a station were told of somebody who came or went, and it was not so: a member who is there was
 * taken for dead, or, with `"each once"`, somebody was told of too often or never.
 */
export function newsAgainst(
  { reports, stays }: Judgement,
  mode: "no false end" | "each once" = "no false end",
): string[] {
  const joined = new Map<string, number>();
  const ended = new Map<string, number>();
  for (const { member, room, joined: hasJoined, end } of stays) {
    const key = `${member} in ${room}`;
    if (hasJoined !== undefined) add(joined, key);
    if (end !== "present") add(ended, key);
  }
  return [...reports].flatMap(([station, { changes }]) => {
    if (changes === undefined) return [];
    const joins = new Map<string, number>();
    const leaves = new Map<string, number>();
    for (const { change, id, room } of changes) add(change === "join" ? joins : leaves, `${id} in ${room}`);
    const falseEnds = [...leaves].filter(([key, count]) => count > (ended.get(key) ?? 0));
    const found = falseEnds.map(([key, count]) => `${station} was told ${count} times that ${key} has gone`);
    if (mode === "no false end") return found;
    const wrong = [...joined].filter(([key, count]) => joins.get(key) !== count);
    const missing = [...ended].filter(([key, count]) => leaves.get(key) !== count);
    return [
      ...found,
      ...wrong.map(([key, count]) => `${station} was told ${joins.get(key) ?? 0} times that ${key} came, not ${count}`),
      ...missing.map(
        ([key, count]) => `${station} was told ${leaves.get(key) ?? 0} times that ${key} went, not ${count}`,
      ),
    ];
  });
}

function add(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
