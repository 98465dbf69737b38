/** Data frames become messages (RFC 6455, 5.4 and 5.6): their order, the limits on them, and who takes their payload. */

import type { ProtocolError } from "../errors.ts";
import {
  CONTINUATION_UNEXPECTED,
  FRAME_TOO_BIG,
  MESSAGE_INTERRUPTED,
  MESSAGE_TOO_BIG,
  protocolError,
  TOO_MANY_FRAGMENTS,
} from "../errors.ts";
import { CompressedMessages } from "./compressed-messages.ts";
import type { EngineConfig } from "./engine-config.ts";
import type { FrameHeader } from "./frame-header.ts";
import { Opcode, RSV1 } from "./frame-header.ts";
import type { MessageSink } from "./message.ts";
import type { Piece } from "./message-builder.ts";
import { MessageBuilder } from "./message-builder.ts";

/** The message being read, frame by frame. Made for the first one that does not come whole in one plain frame. */
export class MessageFrames {
  readonly #config: EngineConfig;
  readonly #builder: MessageBuilder;
  readonly #compressed: CompressedMessages | null;
  /** The opcode of the message, or 0 between two messages. */
  #opcode = 0;
  #isCompressed = false;
  /** Its size so far, as on the wire. */
  #size = 0;
  #fragments = 0;

  constructor(config: EngineConfig, sink: MessageSink) {
    const { platform, limits, deflate } = config;
    this.#config = config;
    this.#builder = new MessageBuilder(sink, platform);
    const { zlib } = platform;
    const builder = this.#builder;
    const compresses = deflate !== null && zlib !== null;
    this.#compressed = compresses
      ? new CompressedMessages({ platform, zlib, deflate, limit: limits.messageSize, builder })
      : null;
  }

  /** Whether no message is unfinished. */
  get idle(): boolean {
    return this.#opcode === 0;
  }

  /** Whether another one could take its place: nothing is remembered. */
  get atRest(): boolean {
    return this.#opcode === 0 && this.#builder.atRest && (this.#compressed === null || this.#compressed.atRest);
  }

  /** How many bytes the message may still get after the frame at hand. */
  get room(): number {
    return this.#mostOnWire - this.#size;
  }

  /** How many bytes of the payload may be added at once. */
  get appetite(): number {
    return this.#isCompressed ? this.#compressed!.appetite : Number.POSITIVE_INFINITY;
  }

  /** A turn of the event loop begins: what may be inflated in one starts anew. */
  beginTurn(): void {
    this.#compressed?.beginTurn();
  }

  /** Whether the next messages are given in parts. */
  set inParts(inParts: boolean) {
    this.#builder.inParts = inParts;
  }

  /** A data frame begins: the rules and limits that it can break where it stands, before its payload comes. */
  begin({ opcode, length, rsv }: FrameHeader): ProtocolError | undefined {
    const { frameSize, fragments, messageSize } = this.#config.limits;
    if (opcode === Opcode.continuation) {
      // RFC 6455, 5.4: a fragmented message is "a single frame with the FIN bit clear …, followed by … continuation frames"
      if (this.#opcode === 0) return protocolError(CONTINUATION_UNEXPECTED);
      if (++this.#fragments > fragments) return protocolError(TOO_MANY_FRAGMENTS, fragments);
    } else {
      // RFC 6455, 5.4: "The fragments of one message MUST NOT be interleaved between the fragments of another message"
      if (this.#opcode !== 0) return protocolError(MESSAGE_INTERRUPTED);
      this.#opcode = opcode;
      this.#isCompressed = rsv === RSV1;
      this.#size = 0;
      this.#fragments = 1;
    }
    if (length > frameSize) return protocolError(FRAME_TOO_BIG, length, frameSize);
    this.#size += length;
    return this.#size > this.#mostOnWire ? protocolError(MESSAGE_TOO_BIG, this.#size, messageSize) : undefined;
  }

  /** A piece of the payload has come. On `"suspended"`, `done` comes later, and no piece may come before it. */
  add(piece: Piece, done: (error: ProtocolError | undefined) => void): ProtocolError | "suspended" | undefined {
    const opcode = this.#opcode;
    // Before anyone is told: a callback that throws leaves us between two messages.
    if (piece.last) this.#opcode = 0;
    if (this.#isCompressed) return this.#compressed!.add(opcode, piece, done);
    return this.#builder.add(opcode, piece);
  }

  /** Holds back what a large compressed message gives, or lets it go on. */
  setPaused(paused: boolean): void {
    this.#compressed?.setPaused(paused);
  }

  /** Gives up the message at hand. */
  drop(): void {
    this.#builder.drop();
    this.#compressed?.drop();
  }

  get #mostOnWire(): number {
    return this.#isCompressed ? this.#compressed!.mostCompressed : this.#config.limits.messageSize;
  }
}
