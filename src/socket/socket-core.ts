/** What a `Socket` needs of what lies below it: one connection, or on a client one that comes back. */

import type { CloseInfo } from "../protocol/engine-sink.ts";
import type { Message } from "../protocol/message.ts";
import type { TextCodec } from "../protocol/platform.ts";
import type { PreparedMessage } from "../protocol/prepared-message.ts";
import type { Reading, ReceiveOptions } from "./receive-queue.ts";
import type { SocketConfig } from "./socket-config.ts";
import type { SocketState } from "./socket-state.ts";
import type { WireStreamOptions } from "./wire.ts";

/** The inner life of a socket, as its methods see it. */
export interface SocketCore {
  readonly config: Pick<SocketConfig, "json" | "heartbeat"> & {
    readonly platform: { readonly text: Pick<TextCodec, "decode" | "encode"> };
  };
  /** A random name, the same for life. */
  readonly id: string;
  readonly state: SocketState;
  /** Resolves when it is over for good. Never rejects. */
  readonly closed: Promise<CloseInfo>;
  /** Aborts then, with a `DisconnectError`. */
  readonly signal: AbortSignal;
  /** The last round trip of a ping. */
  readonly latency: number | undefined;
  /** Bytes that wait for the peer, here and in the transport. */
  readonly bufferedAmount: number;
  readonly canPing: boolean;
  /** Whether streams of pieces can be sent. */
  readonly canStream: boolean;
  /** Sends a message; the promise is the backpressure, and rejects where nothing can be sent any more. */
  send(message: Message | PreparedMessage, compress: boolean, key?: string): Promise<void>;
  /** Sends one message out of many pieces. */
  stream(chunks: Iterable<Message> | AsyncIterable<Message>, options: WireStreamOptions): Promise<void>;
  /** The next message, or the end. */
  read<Result>(reading: Reading<Result>, options?: ReceiveOptions): Promise<Result>;
  /** Messages go nowhere from now on. */
  ignoreMessages(): void;
  /** Sends a ping; resolves with the round trip in milliseconds. */
  roundTrip(timeout: number): Promise<number>;
  /** Closes behind all that was sent; before it is open, ends it. Throws a `UsageError` for a bad code. */
  close(code: number, reason: string): void;
  /** Ends at once, without a handshake. */
  terminate(): void;
  /** The error for a call that the end has overtaken. */
  disconnectError(call: string): Error;
}
