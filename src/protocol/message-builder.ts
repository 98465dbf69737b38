/** Payloads become messages: UTF-8 checked as it comes, gathered or passed on in parts. Knows neither frames nor compression. */

import type { ProtocolError } from "../errors.ts";
import { INVALID_UTF8, protocolError, TEXT_TOO_LONG } from "../errors.ts";
import type { Arrival } from "./bytes.ts";
import { Gathering, keep } from "./bytes.ts";
import { Opcode } from "./frame-header.ts";
import type { MessageSink } from "./message.ts";
import type { Platform } from "./platform.ts";
import { lastBoundary, Utf8Check } from "./utf8.ts";

/** Builds one message after the other. */
export class MessageBuilder {
  /** Whether the next messages go to `part` piece by piece as they come, instead of to `message` as a whole. */
  inParts = false;
  /** The same for the message at hand: decided by its first piece. */
  #inParts = false;
  readonly #sink: MessageSink;
  readonly #platform: Platform;
  /** What has come of the message and has not been decoded or passed on. */
  #gathering: Gathering | null = null;
  #utf8: Utf8Check | null = null;
  /** The text so far, less what is still gathered: so that decoding a long one is spread over its pieces. */
  #text = "";

  constructor(sink: MessageSink, platform: Platform) {
    this.#sink = sink;
    this.#platform = platform;
  }

  /** Whether nothing has come of a message that has not ended. */
  get atRest(): boolean {
    return this.#gathering === null && this.#utf8 === null;
  }

  /** A message that lies whole in `bytes[from, to)`. */
  whole(opcode: number, bytes: Uint8Array, from: number, to: number): ProtocolError | undefined {
    const platform = this.#platform;
    const data = opcode === Opcode.text ? platform.text.decode(bytes, from, to) : keep(bytes, from, to, platform);
    if (data === null) return protocolError(INVALID_UTF8);
    if (this.inParts) this.#sink.part?.(data, true);
    else this.#sink.message(data);
    return undefined;
  }

  /** The next piece of the message. It is copied. */
  add(opcode: number, piece: Piece): ProtocolError | undefined {
    if (this.#gathering === null) {
      this.#gathering = new Gathering(this.#platform);
      this.#inParts = this.inParts;
    }
    if (opcode === Opcode.text) return this.#addText(this.#gathering, piece);
    // A part is given at once: there is nothing to leave room for.
    this.#gathering.add(this.#inParts ? { ...piece, announced: 0 } : piece);
    this.#giveBytes(this.#gathering, piece.last);
    return undefined;
  }

  /** What has been gathered of an unfinished message is of no use any more. */
  drop(): void {
    this.#gathering = null;
    this.#utf8 = null;
    this.#text = "";
  }

  #addText(gathering: Gathering, piece: Piece): ProtocolError | undefined {
    const start = gathering.size;
    // Text is decoded as it comes: memory for all of it would be for nothing.
    gathering.add({ ...piece, announced: this.#inParts ? 0 : Math.min(piece.announced, DECODE_FROM) });
    this.#utf8 ??= new Utf8Check();
    const possible = this.#utf8.push(gathering.bytes, start, gathering.size, this.#platform.text);
    if (!possible || (piece.last && !this.#utf8.complete)) return protocolError(INVALID_UTF8);
    if (!this.#inParts && this.#text.length + gathering.size > LONGEST_TEXT)
      return protocolError(TEXT_TOO_LONG, LONGEST_TEXT);
    if (piece.last || this.#inParts || gathering.size >= DECODE_FROM) this.#giveText(gathering, piece.last);
    return undefined;
  }

  #giveText(gathering: Gathering, last: boolean): void {
    // What is cut inside a character waits for the next piece.
    const whole = last ? gathering.size : lastBoundary(gathering.bytes, 0, gathering.size);
    const text = this.#text + this.#platform.text.decodeValid(gathering.bytes, 0, whole);
    if (last) this.drop();
    else gathering.keepFrom(whole);
    this.#text = "";
    if (this.#inParts) {
      if (text !== "" || last) this.#sink.part?.(text, last);
    } else if (last) {
      this.#sink.message(text);
    } else {
      this.#text = text;
    }
  }

  #giveBytes(gathering: Gathering, last: boolean): void {
    if (last) this.#gathering = null;
    if (this.#inParts) {
      if (gathering.size > 0 || last) this.#sink.part?.(gathering.take(), last);
    } else if (last) {
      this.#sink.message(gathering.take());
    }
  }
}

/** Text is decoded in pieces of about this size: Node takes six times as long for a megabyte in one. */
const DECODE_FROM = 32_768;

/** V8 makes no longer strings. */
const LONGEST_TEXT = 2 ** 29 - 24;

/** A piece of a payload. */
export interface Piece extends Arrival {
  /** Whether the message ends here. */
  readonly last: boolean;
}
