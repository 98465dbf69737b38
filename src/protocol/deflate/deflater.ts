/** The sending half of permessage-deflate (RFC 7692, 7.2.1): payloads in, compressed payloads out. Knows no frames. */

import { concat } from "../bytes.ts";
import type { DeflateOptions, Zlib } from "../zlib.ts";
import type { DeflateAgreement } from "./agreement.ts";
import { History } from "./history.ts";

/** More than this is compressed off the event loop: the higher levels search long where the data is of few letters. */
export function deflateAtOnce(level: number): number {
  if (level <= 3) return 65_536;
  return level <= 7 ? 16_384 : 2048;
}

/**
 * How far back our own compressor looks at earlier messages: 4 KiB, whatever window the peer keeps. zlib indexes the
 * dictionary anew for each message, and 32 KiB would cost it four times the message itself (bench: `zlib`).
 */
const LOOK_BACK_BITS = 12;

/** Compresses the messages of one connection, fragment by fragment. */
export class Deflater {
  readonly #zlib: Zlib;
  readonly #agreement: DeflateAgreement;
  /** What the peer's window holds. Without context takeover it lasts from the first fragment of a message to the last. */
  #history: History | null = null;

  constructor(zlib: Zlib, agreement: DeflateAgreement) {
    this.#zlib = zlib;
    this.#agreement = agreement;
  }

  /** Whether the next message needs nothing of those before. */
  get atRest(): boolean {
    return this.#history === null;
  }

  /** Compresses one fragment, the whole message if it is the only one. */
  deflate(payload: Uint8Array, last: boolean): Uint8Array {
    const output = this.#zlib.deflate(payload, this.#options());
    this.#remember(payload, last);
    return last ? withoutTail(output) : output;
  }

  /**
   * The same off the event loop, for more than `deflateAtOnce`, slice by slice: so that text need not be encoded in
   * one go. The output goes to `onPiece`, which may change it; then `done` is called, and if the message ends there,
   * `endMessage` follows. Gives a function that abandons it all.
   */
  deflateLater(slices: Iterator<Uint8Array>, onPiece: (piece: Uint8Array) => void, done: () => void): () => void {
    const stream = this.#zlib.openDeflate(this.#options(), onPiece);
    const next = () => {
      const slice = slices.next();
      if (slice.done === true) {
        stream.close();
        return done();
      }
      stream.push(slice.value, () => {
        this.#remember(slice.value, false);
        next();
      });
    };
    next();
    return () => stream.close();
  }

  /** Ends a message that was sent with `deflateLater`: takes its tail off the pieces, and gives the size of that. */
  endMessage(pieces: Uint8Array[]): number {
    if (!this.#agreement.sendTakeover) this.#history = null;
    for (let left = TAIL; left > 0; ) {
      const piece = pieces.pop()!;
      if (piece.length > left) pieces.push(piece.subarray(0, piece.length - left));
      left -= Math.min(left, piece.length);
    }
    return TAIL;
  }

  /** A stand-alone message went out beside us: the peer's window has moved on, so we start afresh. */
  skipMessage(): void {
    this.#history?.clear();
  }

  #options(): DeflateOptions {
    const { sendWindowBits, level, memory } = this.#agreement;
    return { windowBits: sendWindowBits, level, memory, dictionary: this.#history?.dictionary };
  }

  #remember(payload: Uint8Array, last: boolean): void {
    if (last && !this.#agreement.sendTakeover) {
      // RFC 7692, 7.1.1.1: no "context takeover", so nothing is kept between messages.
      this.#history = null;
      return;
    }
    this.#history ??= new History(Math.min(this.#agreement.sendWindowBits, LOOK_BACK_BITS));
    this.#history.add(payload);
  }
}

/** A whole message that refers to nothing before it, so that it suits every connection with a window as large. */
export function deflateAlone(zlib: Zlib, payload: Uint8Array, agreement: DeflateAgreement): Uint8Array {
  return new Deflater(zlib, { ...agreement, sendTakeover: false }).deflate(payload, true);
}

/** The same off the event loop. */
export function deflateAloneLater(
  zlib: Zlib,
  payload: Uint8Array,
  agreement: DeflateAgreement,
  done: (output: Uint8Array) => void,
): void {
  const pieces: Uint8Array[] = [];
  const deflater = new Deflater(zlib, { ...agreement, sendTakeover: false });
  deflater.deflateLater(
    [payload].values(),
    (piece) => pieces.push(piece),
    () => done(withoutTail(concat(pieces))),
  );
}

/** RFC 7692, 7.2.1: "Remove 4 octets (that are 0x00 0x00 0xff 0xff) from the tail end." */
function withoutTail(output: Uint8Array): Uint8Array {
  return output.subarray(0, output.length - TAIL);
}

const TAIL = 4;
