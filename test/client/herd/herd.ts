/** A thousand clients that lose their server at once, by formula: at which moments does each of them try again? */

import type { Lost } from "../../../src/client/reconnect.ts";
import { nextDelay, resolveReconnect } from "../../../src/client/reconnect.ts";
import { Chance } from "../../soak/chance.ts";

/** What happens to all at the moment 0. Milliseconds. */
export interface Outage {
  readonly clients: number;
  /** How each connection ends. */
  readonly lost: Lost;
  /** Until then, whoever tries is refused at once. */
  readonly backAt: number;
}

/** One attempt to come back. */
export interface Attempt {
  readonly client: number;
  readonly at: number;
  /** Whether the server was back. */
  readonly opened: boolean;
}

/** How long to wait before attempt number `attempt`; `undefined`: gives up. */
export type Backoff = (lost: Lost, attempt: number, random: () => number) => number | undefined;

/** The name of our own way. */
export const OURS = "full jitter";

/** What clients do: ours by default, and two that are found in other places. */
export const BACKOFFS = {
  [OURS]: (lost, attempt, random) => nextDelay(resolveReconnect(true)!, lost, attempt, random),
  "exponential waits without jitter": (_lost, attempt) => Math.min(30_000, 1000 * 2 ** (attempt - 1)),
  "fixed waits of 1 s": () => 1000,
} satisfies Record<string, Backoff>;

/** Whoever finds nobody listening. */
export const REFUSED: Lost = { code: 1006, reason: "", wasClean: false, cause: new Error("connection refused") };

/** Every client's own chance: the same for the same seed. */
export function chances(clients: number, seed: number): Chance[] {
  const chance = new Chance(seed);
  return Array.from({ length: clients }, () => chance.fork());
}

/** All attempts until everybody is back, or has given up, in the order of time. */
export function attemptsAfter({ clients, lost, backAt }: Outage, backoff: Backoff, seed = 1): Attempt[] {
  const attempts = chances(clients, seed).flatMap((chance, client) => {
    const own: Attempt[] = [];
    for (let at = 0, end = lost; !own.at(-1)?.opened; end = REFUSED) {
      const wait = backoff(end, own.length + 1, () => chance.next());
      if (wait === undefined) break;
      at += wait;
      own.push({ client, at, opened: at >= backAt });
    }
    return own;
  });
  return attempts.sort((one, other) => one.at - other.at);
}

/** How many there are in each 100 ms from 0 on. */
export function perTenth(attempts: readonly Attempt[]): number[] {
  const counts: number[] = [];
  for (const { at } of attempts) {
    const tenth = Math.floor(at / 100);
    while (counts.length <= tenth) counts.push(0);
    counts[tenth]!++;
  }
  return counts;
}

/** The most in any 100 ms. */
export function peak(attempts: readonly Attempt[]): number {
  return Math.max(...perTenth(attempts));
}
