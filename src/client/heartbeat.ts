/** A heartbeat by messages of the application's: where there are no pings, or where only the application can tell. */

import type { Clock } from "../protocol/run/clock.ts";
import { throwLater } from "../protocol/throw-later.ts";
import { toMessage } from "../socket/message-input.ts";
import type { ConnectOptions, MessageHeartbeat } from "./connect-options.ts";
import type { Vitals, VitalsOwner } from "./vitals.ts";
import { withDefaults } from "./with-defaults.ts";

/** The option with nothing left out; `undefined` where it is none of messages. Throws a `UsageError` for what is wrong with it. */
export function resolveMessageHeartbeat(option: ConnectOptions["heartbeat"]): Required<MessageHeartbeat> | undefined {
  return "message" in Object(option) ? withDefaults("heartbeat", DEFAULTS, option as MessageHeartbeat) : undefined;
}

const DEFAULTS: Required<MessageHeartbeat> = { message: () => "", interval: 25_000, timeout: 20_000 };

/** Sends `message()` after `interval` of silence, and gives the server up after `timeout` more. A function: it takes less room. */
export function messageHeartbeat(owner: VitalsOwner, options: Required<MessageHeartbeat>, clock: Clock): Vitals {
  const { message, interval, timeout } = options;
  /** When a message went out last. */
  let askedAt = Number.NEGATIVE_INFINITY;
  /** Silence before that is none of the server's. */
  let since = clock.now();
  let stop = () => {};

  const look = () => {
    const now = clock.now();
    if (owner.intake.isPaused || owner.outbox.isHeld) since = now;
    const heard = Math.max(owner.wire!.lastHeard, since);
    const isAsked = heard < askedAt;
    const left = (isAsked ? askedAt + timeout : heard + interval) - now;
    if (isAsked && left <= 0) return owner.dead(now - heard);
    // The silence may end, and the next one begin, long before the timeout.
    stop = clock.after(left > 0 ? Math.min(left, interval) : Math.min(timeout, interval), look);
    if (left > 0) return;
    askedAt = now;
    try {
      owner.outbox.hand(toMessage(message()));
    } catch (thrown) {
      // What was not sent cannot be answered.
      since = now;
      throwLater(thrown);
    }
  };
  look();
  return { stop: () => stop() };
}
