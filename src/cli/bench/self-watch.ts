/** Watches the load generator itself: whether its figures tell of the server, or of its own limits. */

import { performance } from "node:perf_hooks";
import { inPercent, inTime } from "./figures.ts";

/** What this process did meanwhile. */
export interface OwnWork {
  /** The part of the time in which it had something to do: at 1 it could not have done more. */
  readonly busy: number;
  /** Microseconds of processor time for each message there and back; `null`: open loop. */
  readonly cpuPerMessage: number | null;
  /** Milliseconds that messages of an open loop left later than they were due by this process's own doing; `null`: closed loop. */
  readonly lag: { readonly p50: number; readonly p99: number; readonly max: number } | null;
  /** Why the figures tell of the generator as well as of the server; `null`: they do not. */
  readonly limit: string | null;
}

/** What it did, awake or not: see `OwnWork`. */
export interface Work {
  readonly busy: number;
  readonly cpuPerMessage: number;
}

/** From when it is made. */
export class SelfWatch {
  readonly #start = performance.now();
  readonly #loop = performance.eventLoopUtilization();
  readonly #cpu = process.cpuUsage();

  /** `awakeIdle`: milliseconds that were spent awake with nothing to do; `activity`: messages that went out or came in. */
  look(awakeIdle: number, activity: number): Work {
    const elapsed = performance.now() - this.#start;
    const { idle } = performance.eventLoopUtilization(this.#loop);
    const { user, system } = process.cpuUsage(this.#cpu);
    return {
      busy: Math.min(1, Math.max(0, 1 - (idle + awakeIdle) / elapsed)),
      cpuPerMessage: activity === 0 ? 0 : (2 * (user + system)) / activity,
    };
  }
}

/** From here on more load would hardly have been possible. */
const BUSY = 0.9;
/** Milliseconds by which timers and the collector of garbage make anybody late. */
const PUNCTUAL = 1;

/** What limited the generator, if anything did. `p99` is that of the latency, in milliseconds. */
export function limitOf(busy: number, lag: OwnWork["lag"], p99: number): string | null {
  if (busy >= BUSY) {
    return `the load generator was busy ${inPercent(busy)} of the time: the server may be able to do more than it was asked`;
  }
  if (lag !== null && lag.p99 > Math.max(PUNCTUAL, p99 / 2)) {
    return `1 % of the messages left ${inTime(lag.p99)} late or more, which the load generator or its machine did, not the server`;
  }
  return null;
}
