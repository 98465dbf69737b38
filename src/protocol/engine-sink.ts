/** Where an engine says what happens on its connection: the contract between the engine and whoever holds it. */

import type { ProtocolError } from "../errors.ts";
import type { MessageSink } from "./message.ts";

/** Where the engine says what happens. It is called inside the engine's methods, and in turns of its own for large messages. */
export interface EngineSink extends MessageSink {
  /** A ping came (and was answered, unless `autoPong` is off). */
  ping?(payload: Uint8Array): void;
  /** A pong came, asked for or not. */
  pong?(payload: Uint8Array): void;
  /**
   * The peer's Close frame has come, or it broke a rule: `true` puts that aside, and all reading, until `resume`, so that
   * the messages before it can be answered. RFC 6455, 5.5.1: "An endpoint MAY delay sending a Close frame".
   */
  holdClose?(): boolean;
  /**
   * The connection is over for us: nothing comes any more, and nothing can be sent. Once, and last but for `output`: what
   * had been sent before may still be on its way.
   */
  close(info: CloseInfo): void;
  /** After `paused` or `suspended`: what had come has been read, and `receive` may be called again. */
  ready?(): void;
  /** There is output to `take`. Called often; schedule one `take` for many. */
  output?(): void;
}

/** How a connection ended (RFC 6455, 7.1.5 and 7.1.6). */
export interface CloseInfo {
  /** The peer's code; 1005 if its Close frame had none, 1006 if there was no Close frame, or our own when it broke a rule. */
  readonly code: number;
  /** The peer's reason, or `""`. */
  readonly reason: string;
  /** Whether both sides sent a Close frame. */
  readonly wasClean: boolean;
  /** The rule or limit that the peer broke, where that was the end. */
  readonly error?: ProtocolError;
  /** What `abort` was told: the error of the transport, say. */
  readonly cause?: unknown;
}
