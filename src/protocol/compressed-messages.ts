/** Compressed messages on their way in: gathered, inflated in this turn or off the event loop, handed to the builder. */

import type { ProtocolError } from "../errors.ts";
import { Gathering } from "./bytes.ts";
import type { DeflateAgreement } from "./deflate/agreement.ts";
import type { InflateRun } from "./deflate/inflate-run.ts";
import { COMPRESSED_AT_ONCE, Inflater } from "./deflate/inflater.ts";
import type { MessageBuilder, Piece } from "./message-builder.ts";
import type { Platform } from "./platform.ts";
import { throwLater } from "./throw-later.ts";
import type { Zlib } from "./zlib.ts";

/** What it stands between. */
export interface CompressedMessagesOptions {
  readonly platform: Platform;
  readonly zlib: Zlib;
  readonly deflate: DeflateAgreement;
  /** `limits.messageSize`. */
  readonly limit: number;
  readonly builder: MessageBuilder;
}

/** One compressed message after the other. */
export class CompressedMessages {
  /** The most bytes that a message within the limit can have come from: incompressible data grows a little. */
  readonly mostCompressed: number;
  readonly #platform: Platform;
  readonly #limit: number;
  readonly #builder: MessageBuilder;
  readonly #inflater: Inflater;
  #gathering: Gathering | null = null;
  /** A message too large for one turn. */
  #run: InflateRun | null = null;
  #wrong: ProtocolError | undefined;
  #paused = false;
  #budget = BUDGET;
  /** The end of a message that came during a pause. */
  #heldEnd: (() => void) | undefined;

  constructor({ platform, zlib, deflate, limit, builder }: CompressedMessagesOptions) {
    this.#platform = platform;
    this.#limit = limit;
    this.#builder = builder;
    this.#inflater = new Inflater(zlib, deflate);
    this.mostCompressed = limit + limit / 8 + 1024;
  }

  /**
   * How many bytes may be added at once. Large messages are inflated in steps that depend on the payload alone, so that
   * a wrong one fails at the same place however its bytes come.
   */
  get appetite(): number {
    return COMPRESSED_AT_ONCE - (this.#gathering?.size ?? 0);
  }

  /** Whether it remembers nothing of the messages so far. */
  get atRest(): boolean {
    const isBusy = this.#gathering !== null && this.#gathering.size > 0;
    return !isBusy && this.#run === null && this.#heldEnd === undefined && !this.#paused && this.#inflater.atRest;
  }

  /** Takes a piece of the payload. On `"suspended"`, `done` comes later, and no piece may come before it. */
  add(
    opcode: number,
    piece: Piece,
    done: (error: ProtocolError | undefined) => void,
  ): ProtocolError | "suspended" | undefined {
    const { last } = piece;
    this.#gathering ??= new Gathering(this.#platform);
    this.#gathering.add({ ...piece, announced: Math.min(piece.announced, COMPRESSED_AT_ONCE) });
    if (!last && this.#gathering.size < COMPRESSED_AT_ONCE) return undefined;
    const payload = this.#gathering.take();
    if (last && this.#run === null) {
      const output = this.#inflater.inflate(payload, this.#limit);
      if (output instanceof Uint8Array) return this.#giveWhole(opcode, output, done);
      if (output !== "large") return output;
    }
    this.#push(opcode, payload, last, done);
    return "suspended";
  }

  /** A turn of the event loop begins. */
  beginTurn(): void {
    this.#budget = BUDGET;
  }

  /** Holds back what a large message gives, or lets it go on. */
  setPaused(paused: boolean): void {
    this.#paused = paused;
    this.#run?.setPaused(paused);
    const end = this.#heldEnd;
    if (paused || end === undefined) return;
    this.#heldEnd = undefined;
    end();
  }

  /** Gives up the message at hand. */
  drop(): void {
    this.#run?.close();
    this.#run = null;
    this.#gathering = null;
    this.#heldEnd = undefined;
  }

  /** Many small messages are as much work as a large one: past a budget, the next ones wait for a later turn. */
  #giveWhole(
    opcode: number,
    output: Uint8Array,
    done: (error: ProtocolError | undefined) => void,
  ): ProtocolError | "suspended" | undefined {
    this.#budget -= output.length + CALL * this.#inflater.calls;
    if (this.#budget > 0) return this.#builder.whole(opcode, output, 0, output.length);
    this.beginTurn();
    this.#platform.defer(() => done(undefined));
    return this.#builder.whole(opcode, output, 0, output.length) ?? "suspended";
  }

  #push(opcode: number, payload: Uint8Array, last: boolean, done: (error: ProtocolError | undefined) => void): void {
    this.#run ??= this.#inflater.open(this.#limit, (bytes) => this.#give(opcode, bytes, false));
    this.#run.push(payload, last, (error) => {
      if ((error ?? this.#wrong) !== undefined || !last) return done(error ?? this.#wrong);
      this.#run?.close();
      this.#run = null;
      const end = () => {
        this.#give(opcode, EMPTY, true);
        done(this.#wrong);
      };
      if (this.#paused) this.#heldEnd = end;
      else end();
    });
  }

  /** A callback of the user's that throws here throws past everybody, in a turn of its own: we have to go on. */
  #give(opcode: number, bytes: Uint8Array, last: boolean): void {
    try {
      this.#wrong ??= this.#builder.add(opcode, {
        bytes,
        from: 0,
        to: bytes.length,
        key: 0,
        announced: Number.POSITIVE_INFINITY,
        last,
      });
    } catch (thrown) {
      throwLater(thrown);
    }
  }
}

/** Bytes that are inflated in one turn, about 2 ms; and what a call of zlib counts for, however little it gives. */
const BUDGET = 1_048_576;
const CALL = 4096;

const EMPTY: Uint8Array = new Uint8Array(0);
