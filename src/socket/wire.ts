/** The contract of one open WebSocket, message by message, whoever carries it. Knows no user and no queue. */

import type { CloseInfo } from "../protocol/engine-sink.ts";
import type { Message } from "../protocol/message.ts";
import type { PreparedBatch } from "../protocol/prepared-batch.ts";
import type { PreparedMessage } from "../protocol/prepared-message.ts";

/** Who hears of a wire. */
export interface WireSink {
  /** A whole message came. Bytes are the sink's. */
  wireOnMessage(data: Message): void;
  /** A pong came, asked for or not. */
  wireOnPong(payload: Uint8Array): void;
  /** Something left: look at `bufferedAmount` again. */
  wireOnRoom(): void;
  /** The peer says goodbye, or broke a rule: `true` lets that wait until `resume`, for what is to be sent before. */
  wireOnGoodbye(): boolean;
  /** It is over: nothing comes any more and nothing can be sent. Once, and last. */
  wireOnClose(info: CloseInfo): void;
}

/**
 * One open WebSocket. Below here there is no promise and no object per message. What a runtime cannot do is left out:
 * a wire without `ping` is not kept alive by us, one without `pause` cannot be held back.
 */
export interface Wire {
  /** Begins: `sink` hears of everything from now on. Called once. */
  open(sink: WireSink): void;
  /** Sends a message; nothing once closing. Gives whether it can take more without queueing much. */
  send(message: Message | PreparedMessage, compress: boolean): boolean;
  /** Sends several messages of a room's behind each other, when the turn ends. As `send`; a wire that frames by itself has none of these. */
  sendBatch?(batch: PreparedBatch): boolean;
  /** Whether it is open, and nothing waits before what is sent now. */
  readonly takesAtOnce?: boolean;
  /** The same where that is so: they are on their way when it returns. */
  sendBatchAtOnce?(batch: PreparedBatch): boolean;
  /** `false` when it takes no message any more, and cannot tell its end yet. Left out: it can. */
  readonly isOpen?: boolean;
  /** Bytes that were sent and are not out. */
  readonly bufferedAmount: number;
  /** The same as exactly as it can be known: it falls while the peer takes what was sent. Not for hot paths. */
  unsent(): number;
  /** Calls `done` when all that was sent is out and its bytes are the caller's again; with `false` if it never will be. */
  flushed(done: (out: boolean) => void): void;
  /** When the peer was last known to be alive, by the clock. */
  readonly lastHeard: number;
  /** Sends a ping with up to 125 bytes. */
  ping?(payload: Uint8Array): void;
  /** Gives no message after the one at hand, and reads no further. */
  pause?(): void;
  /** Goes on, first with what has come already. */
  resume?(): void;
  /** Sends one message out of many pieces; see `sendStream` of the protocol. Messages sent meanwhile are the caller's to hold back. */
  sendStream?(chunks: Iterable<Message> | AsyncIterable<Message>, options: WireStreamOptions): Promise<void>;
  /** Begins the closing handshake behind all messages; it has a deadline. */
  close(code: number | undefined, reason: string): void;
  /** Ends at once, without a handshake: 1006. Also before `open`, which is not called then. */
  terminate(): void;
}

/** How to send a stream of pieces. */
export interface WireStreamOptions {
  readonly compress: boolean;
  readonly emptyAs: "text" | "binary";
  /** A piece is out. */
  readonly onMoved?: (() => void) | undefined;
}

/** At most this many bytes are handed to the transport; the rest waits above, as whole messages. DESIGN.md, rule 11. */
export const WIRE_HIGH_WATER = 65_536;
