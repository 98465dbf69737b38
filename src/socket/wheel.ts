/** One wheel of deadlines for all connections: keepalive, idleness and the like, with one timer in all. */

import type { Clock } from "../protocol/run/clock.ts";
import { throwLater } from "../protocol/throw-later.ts";

/** What has deadlines. One item is on a wheel at most once, with its nearest. */
export interface WheelItem {
  /** Its time has come, or it is time to look again. Gives when to look next, or `undefined`: never. */
  wheelOnTime(now: number): number | undefined;
}

/** Deadlines are kept to a resolution of 50 ms: never early, and at most so much late. */
export class Wheel {
  readonly #clock: Clock;
  readonly #slots: (Set<WheelItem> | undefined)[] = new Array(SLOTS);
  readonly #tickOf = new Map<WheelItem, number>();
  /** The last tick whose items were called. */
  #done: number;
  /** In a turn: those of the tick at hand who have not been called. */
  #calling: Set<WheelItem> | null = null;
  #armed: { readonly tick: number; readonly cancel: () => void } | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#done = tickBefore(clock.now());
  }

  /** How many items wait. */
  get size(): number {
    return this.#tickOf.size;
  }

  /** Calls the item at `time`, by the clock; before that, if it was put down for an earlier one already. */
  put(item: WheelItem, time: number): void {
    const known = this.#tickOf.get(item);
    if (this.#tickOf.size === 0 && this.#calling === null) this.#done = tickBefore(this.#clock.now());
    // What lies beyond the wheel is looked at when its end comes round.
    const tick = Math.min(Math.max(tickBefore(time) + 1, this.#done + 1), this.#done + SLOTS - 1);
    if (known !== undefined && known <= tick) return;
    if (known !== undefined) this.#slots[known % SLOTS]?.delete(item);
    this.#tickOf.set(item, tick);
    const slot = this.#slots[tick % SLOTS];
    if (slot === undefined) this.#slots[tick % SLOTS] = new Set([item]);
    else slot.add(item);
    this.#arm(tick);
  }

  /** Takes the item off. */
  remove(item: WheelItem): void {
    const tick = this.#tickOf.get(item);
    if (tick === undefined) return;
    this.#tickOf.delete(item);
    this.#slots[tick % SLOTS]?.delete(item);
    this.#calling?.delete(item);
    if (this.#tickOf.size > 0) return;
    this.#armed?.cancel();
    this.#armed = undefined;
  }

  #arm(tick: number): void {
    if (this.#armed !== undefined && this.#armed.tick <= tick) return;
    this.#armed?.cancel();
    const wait = Math.max(tick * RESOLUTION - this.#clock.now(), 0);
    this.#armed = { tick, cancel: this.#clock.after(wait, () => this.#turn()) };
  }

  #turn(): void {
    this.#armed = undefined;
    const now = this.#clock.now();
    const last = Math.floor(now / RESOLUTION);
    // After a long sleep every slot is due, once.
    const from = Math.max(this.#done + 1, last - SLOTS + 1);
    for (let tick = from; tick <= last; tick++) {
      this.#done = tick;
      this.#call(tick % SLOTS, now);
    }
    this.#calling = null;
    this.#armNext();
  }

  #call(index: number, now: number): void {
    const slot = this.#slots[index];
    if (slot === undefined) return;
    this.#slots[index] = undefined;
    this.#calling = slot;
    for (const item of slot) {
      this.#tickOf.delete(item);
      try {
        const next = item.wheelOnTime(now);
        if (next !== undefined) this.put(item, next);
      } catch (thrown) {
        // One connection's failure stops no other's clock.
        throwLater(thrown);
      }
    }
  }

  #armNext(): void {
    // After a sleep, what was put in this turn may have been called in it as well.
    this.#armed?.cancel();
    this.#armed = undefined;
    if (this.#tickOf.size === 0) return;
    for (let tick = this.#done + 1; tick < this.#done + SLOTS; tick++) {
      const slot = this.#slots[tick % SLOTS];
      if (slot !== undefined && slot.size > 0) return this.#arm(tick);
    }
  }
}

/** Milliseconds. */
const RESOLUTION = 50;
/** 51 seconds: more than interval and timeout of the heartbeat, so that hardly anything is put twice. */
const SLOTS = 1024;

/** The last tick at or before a time that is not past `time`'s own. */
function tickBefore(time: number): number {
  return Math.ceil(time / RESOLUTION) - 1;
}
