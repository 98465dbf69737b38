/** Whose clock an app lives by, when several test clients come and go in any order. */

import type { Clock } from "../../protocol/run/clock.ts";
import type { AppClock } from "../../server/app-clock.ts";
import { realClock } from "../real-time.ts";

/** For each app: its host's clock at the bottom, then those that test clients have brought. */
const seats = new WeakMap<AppClock, Clock[]>();

/** The place of one test client. */
export interface Seat {
  /** What counts as time from now on. */
  readonly clock: Clock;
  /** Whether there is no other test client of this app now. */
  readonly isOnly: boolean;
  leave(): void;
}

/**
 * Puts this clock in the place of the app's. Without one: real time, unless a test already moves the app's clock. Who
 * leaves takes it away again.
 */
export function takeSeat(app: AppClock, own: Clock | undefined): Seat {
  let stack = seats.get(app);
  if (stack === undefined) {
    stack = [];
    seats.set(app, stack);
  }
  const top = stack.at(-1);
  const clock = own ?? (top === undefined || stack.length < 2 ? realClock : top);
  const before = app.replace(clock);
  if (stack.length === 0) stack.push(before);
  stack.push(clock);
  const all = stack;
  return {
    clock,
    get isOnly() {
      return all.length === 2;
    },
    leave() {
      all.splice(all.lastIndexOf(clock), 1);
      app.replace(all.at(-1)!);
      if (all.length === 1) all.pop();
    },
  };
}
