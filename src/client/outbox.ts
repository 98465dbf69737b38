/** What waits to be sent: while there is no connection, or while the server reads slowly. In order, and bounded. */

import { AntiphonError, OUTBOX_FULL } from "../errors.ts";
import type { Message } from "../protocol/message.ts";
import type { PreparedMessage } from "../protocol/prepared-message.ts";
import { MessageQueue } from "../socket/message-queue.ts";
import { quiet } from "../socket/quiet.ts";
import type { Wire } from "../socket/wire.ts";
import { WIRE_HIGH_WATER } from "../socket/wire.ts";
import type { OutboxBounds } from "./outbox-options.ts";

/** Whose messages these are. */
export interface OutboxOwner {
  /** The error for what will not be sent. */
  disconnectError(call: string): Error;
}

/** A message, or somebody who wants the wire for themselves once all before it is with that. */
type Entry = { readonly message: Message | PreparedMessage; readonly compress: boolean } | (() => void);

/** The sending half of a client's socket, whatever connection it has. */
export class Outbox {
  /** Messages that did not fit, whatever the policy. */
  dropped = 0;
  /** Messages that this connection was given, and how many of them are known to have arrived. */
  handed = 0;
  confirmed = 0;
  /** Called when the connection at hand is gone. */
  readonly onGone = new Set<() => void>();
  readonly #owner: OutboxOwner;
  readonly #bounds: OutboxBounds;
  readonly #waiting = new MessageQueue(null, sizeOf);
  /** Of all who wait for room, and what settles it. */
  #room: Promise<void> | undefined;
  #tellRoom: (error?: Error) => void = () => {};
  #wire: Wire | undefined;
  /** `flowing`: straight to the wire. `held`: somebody has that for themselves. */
  #state: "away" | "flowing" | "full" | "held" | "ended" = "away";

  constructor(owner: OutboxOwner, bounds: OutboxBounds) {
    this.#owner = owner;
    this.#bounds = bounds;
  }

  /** How many messages wait. */
  get length(): number {
    return this.#waiting.length;
  }

  /** Their bytes. */
  get bytes(): number {
    return this.#waiting.bytes - this.length * ENTRY;
  }

  /** Whether somebody has the wire for themselves. */
  get isHeld(): boolean {
    return this.#state === "held";
  }

  /** Sends a message, or keeps it for later; the promise is the backpressure. */
  send(message: Message | PreparedMessage, compress: boolean): Promise<void> {
    if (this.#state === "flowing" && this.#wire!.isOpen !== false) {
      if (this.hand(message, compress)) return DONE;
      this.#state = "full";
    } else if (!this.#admit({ message, compress })) {
      const sentence = OUTBOX_FULL.sentence(this.length, this.bytes);
      return quiet(Promise.reject(new AntiphonError(OUTBOX_FULL.code, sentence)));
    }
    return this.#state === "away" ? DONE : this.#untilRoom();
  }

  /** Gives the message to the wire, ahead of all that wait; and whether that has room for more. */
  hand(message: Message | PreparedMessage, compress = true): boolean {
    if (this.#wire!.isOpen === false) return false;
    this.handed++;
    return this.#wire!.send(message, compress);
  }

  /** There is a connection. What `first` sends goes first; then what has waited. */
  attach(wire: Wire, first: () => void): void {
    const waiting = this.#waiting.clear();
    this.#wire = wire;
    this.#state = "flowing";
    this.handed = 0;
    this.confirmed = 0;
    first();
    if (this.#isEnded()) return;
    for (const entry of waiting) this.#waiting.push(entry);
    if (this.#state === "flowing") this.release();
  }

  /**
   * The connection is gone: what it was not given waits for the next one; `held`: it is about to go, and nobody knows yet
   * whether there will be one; `ended`: there is none.
   */
  detach(state: "away" | "held" | "ended" = "away"): void {
    this.#state = state;
    for (const gone of this.onGone) gone();
    if (state === "held") return;
    if (state === "away") return this.#tellRoom();
    this.#waiting.clear();
    this.#tellRoom(this.#owner.disconnectError("send"));
  }

  /** Something has left the transport. */
  pump(): void {
    while (this.#state === "full" && this.#wire!.isOpen !== false && this.#wire!.bufferedAmount < WIRE_HIGH_WATER) {
      const entry = this.#waiting.shift();
      if (typeof entry === "object") this.hand(entry.message, entry.compress);
      else {
        this.#state = entry ? "held" : "flowing";
        if (entry) entry();
        else this.#tellRoom();
      }
    }
  }

  /** Calls `go` once all that waits is with the wire. Nothing else is sent then, until `release`. */
  turn(go: () => void): void {
    this.#waiting.push(go);
    if (this.#state === "flowing") this.release();
  }

  /** What waits is sent on. */
  release(): void {
    this.#state = "full";
    this.pump();
  }

  /** Puts a message in line, or drops one; `false`: there is no place for it. */
  #admit(entry: Exclude<Entry, () => void>): boolean {
    const { messages, bytes, policy } = this.#bounds;
    // One message always fits.
    const isOver = () => this.length > 0 && (this.length >= messages || this.#waiting.bytes + sizeOf(entry) > bytes);
    while (policy === "drop-oldest" && isOver() && typeof this.#waiting.peek() === "object") {
      this.#waiting.shift();
      this.dropped++;
    }
    if (isOver()) {
      this.dropped++;
      return policy !== "reject";
    }
    const { message } = entry;
    this.#waiting.push(message instanceof Uint8Array ? { ...entry, message: message.slice() } : entry);
    return true;
  }

  #untilRoom(): Promise<void> {
    this.#room ??= quiet(
      new Promise((resolve, reject) => {
        this.#tellRoom = (error) => {
          this.#room = undefined;
          if (error) reject(error);
          else resolve();
        };
      }),
    );
    return this.#room;
  }

  /** Asked anew: what was called in between may have ended it. */
  #isEnded(): boolean {
    return this.#state === "ended";
  }
}

const DONE = Promise.resolve();
/** What a message costs beside its content. */
const ENTRY = 64;

function sizeOf(entry: Entry): number {
  if (typeof entry === "function") return ENTRY;
  const { message } = entry;
  return ENTRY + (typeof message === "string" || message instanceof Uint8Array ? message : message.data).length;
}
