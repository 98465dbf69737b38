/** What one open socket may hold and do: its limits above the engine's, with their defaults. */

import { LIMIT_INVALID, usageError } from "../errors.ts";

/** Limits on one socket. `Infinity` switches one off. Times are in milliseconds. */
export interface SocketLimits {
  /** Messages that wait to be read before reading pauses. @default 64: a burst fits, a flood does not */
  readonly receiveMessages: number;
  /** Bytes of messages that wait to be read before reading pauses; one message always fits. @default 1 MiB */
  readonly receiveBytes: number;
  /** How long the receive queue may stay full before the socket is closed with 1008. @default 60 000 */
  readonly receiveFullTimeout: number;
  /** Bytes that wait for the peer before `slowConsumer` acts. @default 16 MiB: seconds of video, or a peer that does not read */
  readonly sendBuffer: number;
  /** For the closing handshake. @default 10 000: a round trip on any network, and some */
  readonly closeTimeout: number;
  /** Messages that the peer may send in a second, and at once. @default Infinity */
  readonly messagesPerSecond: number;
  /** Bytes of messages that the peer may send in a second, and at once. @default Infinity */
  readonly bytesPerSecond: number;
  /** Without a message either way, before the socket is closed with 1001. @default Infinity */
  readonly idleTimeout: number;
  /** From open to the closing with 1001. @default Infinity */
  readonly lifetime: number;
}

/** What holds where nothing else is said. */
export const defaultSocketLimits: SocketLimits = {
  receiveMessages: 64,
  receiveBytes: 1024 * 1024,
  receiveFullTimeout: 60_000,
  sendBuffer: 16 * 1024 * 1024,
  closeTimeout: 10_000,
  messagesPerSecond: Number.POSITIVE_INFINITY,
  bytesPerSecond: Number.POSITIVE_INFINITY,
  idleTimeout: Number.POSITIVE_INFINITY,
  lifetime: Number.POSITIVE_INFINITY,
};

/**
 * The defaults with the given ones in their place. Names that are not of `defaults` are left to others. Throws a
 * `UsageError` for what is no positive number.
 */
export function fillLimits<Limits extends object>(defaults: Limits, given: object): Limits {
  const known = Object.entries(given).filter(([name, value]) => name in defaults && value !== undefined);
  for (const [name, value] of known) {
    if (!(typeof value === "number" && value > 0)) throw usageError(LIMIT_INVALID, name, String(value));
  }
  return { ...defaults, ...Object.fromEntries(known) };
}
