/** One wheel of deadlines for all connections: keepalive, idleness and the like, with one timer in all. */

import type { Clock } from "../protocol/run/clock.ts";
import { throwLater } from "../protocol/throw-later.ts";

/** What has deadlines. One item is on a wheel at most once, with its nearest. */
export interface WheelItem extends WheelMarks {
  /** Its time has come, or it is time to look again. Gives when to look next, or `undefined`: never. */
  wheelOnTime(now: number): number | undefined;
}

/** What a wheel writes on its items, and nobody else reads: in a map beside them, each would take twice as much memory. */
export interface WheelMarks {
  /** When it is looked at; `undefined`: it is on no wheel. */
  wheelTick?: number | undefined;
  wheelNext?: WheelMarks | undefined;
  wheelBefore?: WheelMarks | undefined;
}

/** Deadlines are kept to a resolution of 50 ms: never early, and at most so much late. */
export class Wheel {
  readonly #clock: Clock;
  /** A ring of items each, with a mark of the wheel's own where it begins and ends. */
  readonly #slots: (WheelMarks | undefined)[] = new Array(SLOTS);
  #size = 0;
  /** The last tick whose items were called. */
  #done: number;
  #isTurning = false;
  #armed: { readonly tick: number; readonly cancel: () => void } | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#done = tickBefore(clock.now());
  }

  /** How many items wait. */
  get size(): number {
    return this.#size;
  }

  /** Calls the item at `time`, by the clock; before that, if it was put down for an earlier one already. */
  put(item: WheelItem, time: number): void {
    const known = item.wheelTick;
    if (this.#size === 0 && !this.#isTurning) this.#done = tickBefore(this.#clock.now());
    // What lies beyond the wheel is looked at when its end comes round.
    const tick = Math.min(Math.max(tickBefore(time) + 1, this.#done + 1), this.#done + SLOTS - 1);
    if (known !== undefined && known <= tick) return;
    if (known !== undefined) unlink(item);
    else this.#size++;
    item.wheelTick = tick;
    const slot = this.#slots[tick % SLOTS] ?? emptyRing();
    this.#slots[tick % SLOTS] = slot;
    linkLast(slot, item);
    this.#arm(tick);
  }

  /** Takes the item off. */
  remove(item: WheelItem): void {
    if (item.wheelTick === undefined) return;
    this.#forget(item);
    if (this.#size > 0) return;
    this.#armed?.cancel();
    this.#armed = undefined;
  }

  #forget(item: WheelItem): void {
    unlink(item);
    item.wheelTick = undefined;
    this.#size--;
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
    this.#isTurning = true;
    for (let tick = from; tick <= last; tick++) {
      this.#done = tick;
      this.#call(tick % SLOTS, now);
    }
    this.#isTurning = false;
    this.#armNext();
  }

  #call(index: number, now: number): void {
    const ring = this.#slots[index];
    // What is put meanwhile is for the next time round.
    this.#slots[index] = undefined;
    while (ring !== undefined && ring.wheelNext !== ring) {
      const item = ring.wheelNext as WheelItem;
      this.#forget(item);
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
    if (this.#size === 0) return;
    for (let tick = this.#done + 1; tick < this.#done + SLOTS; tick++) {
      const ring = this.#slots[tick % SLOTS];
      if (ring !== undefined && ring.wheelNext !== ring) return this.#arm(tick);
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

function emptyRing(): WheelMarks {
  const ring: WheelMarks = {};
  ring.wheelNext = ring;
  ring.wheelBefore = ring;
  return ring;
}

function linkLast(ring: WheelMarks, item: WheelMarks): void {
  const last = ring.wheelBefore!;
  item.wheelNext = ring;
  item.wheelBefore = last;
  last.wheelNext = item;
  ring.wheelBefore = item;
}

function unlink(item: WheelMarks): void {
  item.wheelBefore!.wheelNext = item.wheelNext;
  item.wheelNext!.wheelBefore = item.wheelBefore;
  // A ring that is gone shall not be kept by an item that is not.
  item.wheelNext = undefined;
  item.wheelBefore = undefined;
}
