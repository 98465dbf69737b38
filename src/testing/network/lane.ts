/** One direction of a connection in memory: what was sent waits here until its time has come and the receiver wants it. */

import { Buffer } from "node:buffer";
import type { Clock } from "../../protocol/run/clock.ts";
import { later } from "../real-time.ts";
import { stir } from "../settle.ts";
import type { ResolvedFaults } from "./faults.ts";
import { LineOfItems } from "./line-of-items.ts";

/** Who gets what comes out of a lane. */
export interface LaneReceiver {
  /** Takes bytes; gives whether it wants more now. */
  laneOnBytes(bytes: Uint8Array): boolean;
  /** The sender sends no more. */
  laneOnEnd(): void;
  /** The connection is broken. */
  laneOnReset(): void;
}

/** What a lane needs to know of its connection. */
export interface LaneParts {
  readonly clock: Clock;
  readonly faults: ResolvedFaults;
  /** From 0 up to 1. */
  readonly random: () => number;
  /** How many of the next bytes may pass. */
  readonly room: () => number;
  /** So many have passed. */
  readonly passed: (bytes: number) => void;
  /** Something was sent to a receiver that has left. */
  readonly unheard: () => void;
}

/** Something on its way. */
interface Item {
  readonly what: Uint8Array | "end" | "reset";
  /** By the clock. */
  readonly arrives: number;
}

/** One way from sender to receiver, in order. Everything arrives in a later turn. */
export class Lane {
  /** Set by who makes the ends. */
  receiver!: LaneReceiver;
  readonly #parts: LaneParts;
  readonly #items = new LineOfItems<Item>();
  /** Bytes on their way. */
  bytes = 0;
  /** The sender, while it waits for room. */
  #onRoom: (() => void) | undefined;
  #wanted = true;
  /** `left`: the receiver has; the sender finds out when it sends more. */
  #state: "flowing" | "stalled" | "left" | "closed" = "flowing";
  #turn: "none" | "scheduled" = "none";
  #cancel = () => {};
  #lastArrival = 0;
  #pace: "as-delayed" | "at-once" = "as-delayed";

  constructor(parts: LaneParts) {
    this.#parts = parts;
  }

  /** Sends a copy. `done` is called when there is room for more. */
  send(chunks: readonly Uint8Array[], done: () => void): void {
    if (this.#state === "left") this.#parts.unheard();
    if (this.#isOver) return later(done);
    for (const chunk of chunks) this.#put(Uint8Array.from(chunk));
    this.#onRoom = done;
    this.#giveRoom();
    this.#go();
  }

  /** Sends word of the end behind all that was sent. */
  end(): void {
    this.#add("end");
  }

  /** Sends word of a broken connection behind all that was sent. */
  reset(): void {
    this.#add("reset");
  }

  /** The receiver wants more. */
  want(): void {
    this.#wanted = true;
    this.#go();
  }

  /** From now on nothing is delayed any more. */
  hurry(): void {
    this.#pace = "at-once";
    this.#go();
  }

  stall(): void {
    if (this.#state === "flowing") this.#state = "stalled";
  }

  get isStalled(): boolean {
    return this.#state === "stalled";
  }

  resume(): void {
    if (this.#state !== "stalled") return;
    this.#state = "flowing";
    this.#go();
  }

  /** What is on its way is lost, and so is all that is sent from now on. */
  close(): void {
    this.#end("closed");
  }

  /** The same, because the receiver has left. */
  leave(): void {
    if (!this.#isOver) this.#end("left");
  }

  get #isOver(): boolean {
    return this.#state === "closed" || this.#state === "left";
  }

  #end(state: "closed" | "left"): void {
    this.#state = state;
    this.#items.clear();
    this.bytes = 0;
    this.#cancel();
    this.#giveRoom();
  }

  #add(what: "end" | "reset"): void {
    if (this.#isOver) return;
    this.#items.push({ what, arrives: this.#arrival() });
    this.#go();
  }

  #put(chunk: Uint8Array): void {
    const { faults, random } = this.#parts;
    this.bytes += chunk.length;
    for (let from = 0; from < chunk.length; ) {
      const size = faults.split === Number.POSITIVE_INFINITY ? chunk.length : 1 + Math.floor(random() * faults.split);
      this.#items.push({ what: chunk.subarray(from, from + size), arrives: this.#arrival() });
      from += size;
    }
  }

  #arrival(): number {
    const { clock, faults, random } = this.#parts;
    const [least, most] = faults.delay;
    if (most === 0) return 0;
    this.#lastArrival = Math.max(this.#lastArrival, clock.now() + least + random() * (most - least));
    return this.#lastArrival;
  }

  #go(): void {
    if (this.#turn === "scheduled" || this.#items.first === undefined || this.#state !== "flowing") return;
    this.#turn = "scheduled";
    later(this.#deliver);
  }

  readonly #deliver = (): void => {
    this.#turn = "none";
    const { first } = this.#items;
    if (first === undefined || this.#state !== "flowing") return;
    const wait = this.#waitFor(first);
    this.#cancel();
    if (wait > 0) {
      this.#cancel = this.#parts.clock.after(wait, () => this.#go());
      return;
    }
    if (typeof first.what === "string") return this.#deliverWord(first.what);
    if (!this.#wanted) return;
    const { passed, room } = this.#parts;
    const bytes = this.#take(room());
    if (bytes.length > 0) {
      stir();
      this.bytes -= bytes.length;
      this.#wanted = this.receiver.laneOnBytes(bytes);
    }
    // Here it may be cut, or stall.
    passed(bytes.length);
    this.#giveRoom();
    this.#go();
  };

  #deliverWord(word: "end" | "reset"): void {
    this.#items.shift();
    stir();
    if (word === "end") this.receiver.laneOnEnd();
    else this.receiver.laneOnReset();
    this.#go();
  }

  /** As TCP does, what has arrived by now comes as one; but not what was split. */
  #take(most: number): Uint8Array {
    const { faults } = this.#parts;
    const limit = Math.min(most, faults.split === Number.POSITIVE_INFINITY ? MOST_AT_ONCE : 0);
    const taken: Uint8Array[] = [];
    let size = 0;
    for (;;) {
      const item = this.#items.first;
      if (item === undefined || typeof item.what === "string") break;
      if (taken.length > 0 && (size >= limit || this.#waitFor(item) > 0)) break;
      const piece = item.what.subarray(0, Math.min(most, MOST_AT_ONCE) - size);
      if (piece.length < item.what.length) this.#items.first = { ...item, what: item.what.subarray(piece.length) };
      else this.#items.shift();
      if (piece.length === 0) break;
      taken.push(piece);
      size += piece.length;
    }
    return taken.length === 1 ? taken[0]! : Buffer.concat(taken);
  }

  /** Milliseconds until it arrives. */
  #waitFor({ arrives }: Item): number {
    return arrives === 0 || this.#pace === "at-once" ? 0 : arrives - this.#parts.clock.now();
  }

  #giveRoom(): void {
    if (this.#onRoom === undefined || this.bytes > MOST_ON_THE_WAY) return;
    const done = this.#onRoom;
    this.#onRoom = undefined;
    // Never in the call of the sender.
    later(done);
  }
}

/** Bytes that the receiver gets in one piece, as it reads from a socket. */
const MOST_AT_ONCE = 65_536;
/** Bytes, as in the system's own buffers. */
const MOST_ON_THE_WAY = 262_144;
