/** What a peer may cost us: the limits of the engine and of the opening handshake, with their defaults. */

import { LIMIT_INVALID, usageError } from "../errors.ts";

/** Limits on one connection. `Infinity` switches one off; each failure names the option that it passed. */
export interface Limits {
  /** Bytes of one message, after inflating. @default 1 MiB: room for any JSON, small enough that a thousand peers fit in memory. */
  readonly messageSize: number;
  /** Bytes of the payload of one frame, as on the wire. @default Infinity: `messageSize` already bounds it. */
  readonly frameSize: number;
  /** Frames that one message may come in. @default 16 384: 1 MiB in pieces of 64 bytes. */
  readonly fragments: number;
  /** Pings, pongs and frames without a payload, per second. @default 1000: far above any honest peer, far below what hurts. */
  readonly controlFramesPerSecond: number;
  /** Bytes of the head of the HTTP request or response of the opening handshake. @default 16 KiB, as Node has it. */
  readonly headBytes: number;
  /** Header fields in that head. @default 100: browsers send about 15. */
  readonly headers: number;
}

/** The limits that hold where nothing else is said. */
export const defaultLimits: Limits = {
  messageSize: 1024 * 1024,
  frameSize: Number.POSITIVE_INFINITY,
  fragments: 16_384,
  controlFramesPerSecond: 1000,
  headBytes: 16 * 1024,
  headers: 100,
};

/** The defaults with the given ones in their place. Throws a `UsageError` for an unknown limit, or one that is no positive number. */
export function resolveLimits(given: Partial<Limits> = {}): Limits {
  for (const [name, value] of Object.entries(given)) {
    if (value !== undefined && !(value > 0 && name in defaultLimits))
      throw usageError(LIMIT_INVALID, name, String(value));
  }
  const known = Object.entries(given).filter(([, value]) => value !== undefined);
  return known.length === 0 ? defaultLimits : { ...defaultLimits, ...Object.fromEntries(known) };
}
