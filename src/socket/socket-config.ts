/** What all sockets of an app or a client share: their runtime, limits, policies, and who hears of what they do. */

import type { Role } from "../protocol/frame-header.ts";
import type { Message } from "../protocol/message.ts";
import type { Platform } from "../protocol/platform.ts";
import type { Clock } from "../protocol/run/clock.ts";
import type { ByteBudget } from "./byte-budget.ts";
import type { JsonCodec } from "./json-codec.ts";
import type { SocketLimits } from "./socket-limits.ts";
import type { Wheel } from "./wheel.ts";

/** How a silent connection is kept alive, and a dead one found. Milliseconds. */
export interface HeartbeatOptions {
  /** A ping goes out after so much silence of the peer's. @default 25 000: proxies cut at 30 to 60 s */
  readonly interval: number;
  /** The peer is dead when it stays silent for so much longer. @default 20 000 */
  readonly timeout: number;
}

/**
 * What happens when more waits for a peer than `limits.sendBuffer`: close with 1013, or drop messages, and count them.
 * `latest-by-key`: of what waits with the same `key`, only the newest is kept, from the first message that waits; if the
 * rest is still too much, close. For state, where only the newest value counts.
 */
export type SlowConsumerPolicy = "close" | "drop-oldest" | "drop-newest" | "latest-by-key";

/** What happens to a peer that sends faster than it may: close with 1008, or read it more slowly. */
export type OverRatePolicy = "close" | "pause";

/** One for all sockets. */
export interface SocketConfig {
  readonly role: Role;
  readonly platform: Platform;
  readonly clock: Clock;
  readonly wheel: Wheel;
  readonly json: JsonCodec;
  readonly limits: SocketLimits;
  readonly heartbeat: HeartbeatOptions | null;
  readonly slowConsumer: SlowConsumerPolicy;
  readonly overRate: OverRatePolicy;
  readonly budget: ByteBudget;
  readonly reporter: SocketReporter;
  /** Left out: nothing is sent to many. */
  readonly toMany?: ToMany;
}

/** What was sent to many and has not been handed out to each yet. */
export interface ToMany {
  /** Whether there is something. Asked before each send. */
  readonly waits: boolean;
  /** Hands out what waits for this one. */
  catchUp(face: object): void;
}

/** Who hears of what a socket does, besides its user. A method that is absent costs nothing. */
export interface SocketReporter {
  readonly messageReceived?: ((socketId: string, data: Message) => void) | undefined;
  readonly messageSent?: ((socketId: string, data: Message) => void) | undefined;
  /** A queue of this socket is full, or has room again. */
  backpressure?(socketId: string, queue: QueueReport): void;
  /** The policy for slow consumers dropped messages. */
  dropped?(socketId: string, drop: DropReport): void;
}

/** What a policy dropped. */
export interface DropReport {
  readonly policy: Exclude<SlowConsumerPolicy, "close">;
  readonly messages: number;
  readonly bytes: number;
}

/** The state of one queue. */
export interface QueueReport {
  readonly direction: "send" | "receive";
  readonly state: "full" | "relieved";
  readonly messages: number;
  readonly bytes: number;
}
