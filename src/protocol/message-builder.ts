/** Payloads become messages: UTF-8 checked as it comes, gathered or passed on in parts. Knows neither frames nor compression. */

import type { ProtocolError } from "../errors.ts";
import { INVALID_UTF8, protocolError } from "../errors.ts";
import { Gathering, keep } from "./bytes.ts";
import { Opcode } from "./frame-header.ts";
import type { Platform } from "./platform.ts";
import { lastBoundary, Utf8Check } from "./utf8.ts";

/** A whole message, or one part of it: text as a string, binary as bytes. */
export type Message = string | Uint8Array;

/** Where messages go. The bytes belong to the receiver. */
export interface MessageSink {
  /** A whole message. */
  message(data: Message): void;
  /** A part of a message, while messages are wanted in parts; text is never cut inside a character. */
  part?(data: Message, last: boolean): void;
}

/** Builds one message after the other. */
export class MessageBuilder {
  /** Whether messages go to `part` piece by piece as they come, instead of to `message` as a whole. */
  inParts = false;
  readonly #sink: MessageSink;
  readonly #platform: Platform;
  #gathering: Gathering | null = null;
  #utf8: Utf8Check | null = null;

  constructor(sink: MessageSink, platform: Platform) {
    this.#sink = sink;
    this.#platform = platform;
  }

  /** A message that lies whole in `bytes[from, to)`. Hot path (bench: `protocol`). */
  whole(opcode: number, bytes: Uint8Array, from: number, to: number): ProtocolError | undefined {
    let data: Message | null;
    if (opcode === Opcode.text) {
      data = this.#platform.text.decode(bytes, from, to);
      if (data === null) return protocolError(INVALID_UTF8);
    } else {
      data = keep(bytes, from, to, this.#platform);
    }
    if (this.inParts) this.#sink.part?.(data, true);
    else this.#sink.message(data);
    return undefined;
  }

  /** The next piece of the message; `announced` is how much is known to follow in the same frame. */
  add(opcode: number, piece: Piece): ProtocolError | undefined {
    const { bytes, from, to, last } = piece;
    if (opcode === Opcode.text) {
      this.#utf8 ??= new Utf8Check();
      const possible = this.#utf8.push(bytes, from, to, this.#platform.text);
      if (!possible || (last && !this.#utf8.complete)) return protocolError(INVALID_UTF8);
    }
    this.#gathering ??= new Gathering(this.#platform);
    this.#gathering.add(bytes, from, to, piece.announced);
    if (this.inParts) this.#givePart(opcode, last);
    else if (last) this.#sink.message(this.#take(opcode));
    if (last) this.#utf8 = null;
    return undefined;
  }

  /** What has been gathered of an unfinished message is of no use any more. */
  drop(): void {
    this.#gathering = null;
    this.#utf8 = null;
  }

  #take(opcode: number): Message {
    const gathering = this.#gathering!;
    this.#gathering = null;
    if (opcode === Opcode.binary) return gathering.take();
    const bytes = gathering.takeView();
    return this.#platform.text.decodeValid(bytes, 0, bytes.length);
  }

  #givePart(opcode: number, last: boolean): void {
    if (opcode === Opcode.binary) {
      const data = this.#gathering!.take();
      if (data.length > 0 || last) this.#sink.part?.(data, last);
      return;
    }
    const bytes = this.#gathering!.takeView();
    const whole = lastBoundary(bytes, 0, bytes.length);
    // What was cut inside a character waits for the next piece.
    this.#gathering!.add(bytes, whole, bytes.length, 0);
    if (whole > 0 || last) this.#sink.part?.(this.#platform.text.decodeValid(bytes, 0, whole), last);
    if (last) this.#gathering = null;
  }
}

/** The payload in `bytes[from, to)`, unmasked and inflated. */
export interface Piece {
  readonly bytes: Uint8Array;
  readonly from: number;
  readonly to: number;
  /** How many bytes are known to follow. */
  readonly announced: number;
  /** Whether the message ends here. */
  readonly last: boolean;
}
