/** What holds a peer back: a full queue, a rate that it passed, its goodbye while something is still to be said. */

import type { SocketLimits } from "./socket-limits.ts";
import { TokenBucket } from "./token-bucket.ts";

/** Of one peer; most are never held back, and have none. */
export class Hold {
  isFull = false;
  /** The peer's, which waits; with a deadline. */
  goodbye: { readonly cancel: () => void } | undefined;
  /** While the peer is read more slowly: ends that. */
  cancelSlow: (() => void) | undefined;
  readonly messageRate: TokenBucket | undefined;
  readonly byteRate: TokenBucket | undefined;

  constructor({ messagesPerSecond, bytesPerSecond }: SocketLimits) {
    this.messageRate = bucketOf(messagesPerSecond);
    this.byteRate = bucketOf(bytesPerSecond);
  }

  /** Whether one is needed before anything has happened. */
  static hasRates({ messagesPerSecond, bytesPerSecond }: SocketLimits): boolean {
    return Math.min(messagesPerSecond, bytesPerSecond) !== Number.POSITIVE_INFINITY;
  }

  get hasRates(): boolean {
    return this.messageRate !== undefined || this.byteRate !== undefined;
  }

  forgetGoodbye(): void {
    this.goodbye?.cancel();
    this.goodbye = undefined;
  }

  end(): void {
    this.cancelSlow?.();
    this.cancelSlow = undefined;
    this.forgetGoodbye();
  }
}

function bucketOf(perSecond: number): TokenBucket | undefined {
  return perSecond === Number.POSITIVE_INFINITY ? undefined : new TokenBucket(perSecond);
}
