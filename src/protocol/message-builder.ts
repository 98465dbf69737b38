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

  /** The next piece of the message. Its bytes may be kept as they lie until the message is whole. */
  add(opcode: number, { bytes, from, to, last }: Piece): ProtocolError | undefined {
    if (opcode === Opcode.text) {
      this.#utf8 ??= new Utf8Check();
      const possible = this.#utf8.push(bytes, from, to, this.#platform.text);
      if (!possible || (last && !this.#utf8.complete)) return protocolError(INVALID_UTF8);
      if (last) this.#utf8 = null;
    }
    if (this.#gathering === null) {
      this.#gathering = new Gathering(this.#platform);
      this.#inParts = this.inParts;
    }
    this.#gathering.add(bytes, from, to);
    if (opcode === Opcode.text) this.#addText(last);
    else this.#addBytes(last);
    return undefined;
  }

  /** What has been gathered of an unfinished message is of no use any more. */
  drop(): void {
    this.#gathering = null;
    this.#utf8 = null;
    this.#text = "";
  }

  #addText(last: boolean): void {
    if (!last && !this.#inParts && this.#gathering!.size < DECODE_FROM) return;
    const bytes = this.#gathering!.take();
    const whole = last ? bytes.length : lastBoundary(bytes, 0, bytes.length);
    const text = this.#text + this.#platform.text.decodeValid(bytes, 0, whole);
    this.#text = "";
    // What is cut inside a character waits for the next piece.
    if (last) this.#gathering = null;
    else this.#gathering!.add(bytes, whole, bytes.length);
    if (this.#inParts) {
      if (text !== "" || last) this.#sink.part?.(text, last);
    } else if (last) {
      this.#sink.message(text);
    } else {
      this.#text = text;
    }
  }

  #addBytes(last: boolean): void {
    if (!last && !this.#inParts) return;
    const data = this.#gathering!.take();
    if (last) this.#gathering = null;
    if (!this.#inParts) this.#sink.message(data);
    else if (data.length > 0 || last) this.#sink.part?.(data, last);
  }
}

/** Text is decoded in pieces of about this size: Node takes six times as long for a megabyte in one. */
const DECODE_FROM = 32_768;

/** The payload in `bytes[from, to)`, unmasked and inflated. */
export interface Piece {
  readonly bytes: Uint8Array;
  readonly from: number;
  readonly to: number;
  /** Whether the message ends here. */
  readonly last: boolean;
}
