/** The deadlines of one open socket: silence, idleness, age, permission, a full queue, a slow end. One look at all of them. */

import type { ProtocolError } from "../errors.ts";
import { IDLE_TIMEOUT, LIFETIME_OVER, PERMISSION_EXPIRED, protocolError, RECEIVE_QUEUE_FULL } from "../errors.ts";
import type { SocketConfig } from "./socket-config.ts";
import type { WheelItem, WheelMarks } from "./wheel.ts";

/** Whose deadlines these are. */
export interface WatchOwner {
  readonly config: Pick<SocketConfig, "clock" | "wheel" | "limits" | "heartbeat">;
  /** When the peer was last known to be alive. */
  readonly lastHeard: number;
  /** Whether we do not read: then the peer's silence is our own doing. */
  readonly reading: "on" | "paused";
  readonly canPing: boolean;
  readonly queuedMessages: number;
  ping(): void;
  /** The peer does not answer any more. */
  watchOnDead(silence: number): void;
  /** A deadline has passed that the peer is told of. */
  fail(error: ProtocolError): void;
  /** What was left to be sent has not left in time; as far as we were told. */
  watchOnStuck(): void;
  /** Ends it at once. */
  terminate(): void;
}

/** On the wheel from open to end. */
export class Watch implements WheelItem {
  wheelTick: number | undefined;
  wheelNext: WheelMarks | undefined;
  wheelBefore: WheelMarks | undefined;
  readonly #owner: WatchOwner;
  readonly #item: WheelItem;
  readonly #openedAt: number;
  #pingedAt: number | undefined;
  #lastPaused = Number.NEGATIVE_INFINITY;
  /** When it pinged last because it did not read. */
  #shownAt = Number.NEGATIVE_INFINITY;
  #lastMessage: number;
  #expiresAt = Number.POSITIVE_INFINITY;
  #fullSince = Number.POSITIVE_INFINITY;
  #endingSince = Number.POSITIVE_INFINITY;

  /** `item` is what lies on the wheel: the watch itself, or who asks it when the time has come. */
  constructor(owner: WatchOwner, item?: WheelItem) {
    this.#owner = owner;
    this.#item = item ?? this;
    this.#openedAt = owner.config.clock.now();
    this.#lastMessage = this.#openedAt;
    this.#look();
  }

  /** A message came or went. */
  active(): void {
    if (this.#owner.config.limits.idleTimeout !== Number.POSITIVE_INFINITY) this.#lastMessage = this.#now();
  }

  /** The permission ends at this time, by the clock; `Infinity`: it does not. */
  expires(time: number): void {
    this.#expiresAt = time;
    this.#look();
  }

  /** The receive queue became full. */
  full(): void {
    this.#fullSince = this.#now();
    this.#look();
  }

  /** It has room again. */
  relieved(): void {
    this.#fullSince = Number.POSITIVE_INFINITY;
  }

  /** This side closes: from now on only what is left to be sent has a deadline. */
  ending(): void {
    this.#endingSince = this.#now();
    this.#look();
  }

  /** A piece of a stream has left: it goes on, also behind a `close`. */
  moved(): void {
    if (this.#isEnding) this.#endingSince = this.#now();
  }

  /** Reading went on after a pause: until now the peer could not be heard. */
  resumed(): void {
    this.#lastPaused = this.#now();
  }

  /** Whether there is nothing to remember: one that is made anew when it is wanted would do the same. */
  get isPlain(): boolean {
    const { limits } = this.#owner.config;
    if (limits.lifetime !== Number.POSITIVE_INFINITY || limits.idleTimeout !== Number.POSITIVE_INFINITY) return false;
    if (this.#isEnding || this.#owner.reading === "paused" || this.#shownAt !== Number.NEGATIVE_INFINITY) return false;
    if (this.#expiresAt !== Number.POSITIVE_INFINITY || this.#fullSince !== Number.POSITIVE_INFINITY) return false;
    const heard = this.#owner.lastHeard;
    return heard >= this.#lastPaused && (this.#pingedAt === undefined || heard >= this.#pingedAt);
  }

  stop(): void {
    this.#owner.config.wheel.remove(this.#item);
  }

  wheelOnTime(now: number): number | undefined {
    const { limits } = this.#owner.config;
    const fail = (error: ProtocolError) => {
      this.#owner.fail(error);
      return undefined;
    };
    if (now >= this.#endingSince + limits.closeTimeout) return void this.#owner.watchOnStuck();
    // Once it is ending, a Close frame of ours waits already; what may not last any longer is cut.
    if (this.#isEnding && now >= this.#lastMoment) return void this.#owner.terminate();
    if (!this.#isEnding) {
      if (now >= this.#expiresAt) return fail(protocolError(PERMISSION_EXPIRED));
      if (now >= this.#openedAt + limits.lifetime) return fail(protocolError(LIFETIME_OVER, limits.lifetime));
      if (now >= this.#lastMessage + limits.idleTimeout) return fail(protocolError(IDLE_TIMEOUT, limits.idleTimeout));
      if (now >= this.#fullSince + limits.receiveFullTimeout) {
        return fail(protocolError(RECEIVE_QUEUE_FULL, this.#owner.queuedMessages, limits.receiveFullTimeout));
      }
    }
    const next = Math.min(this.#heartbeat(now), this.#nearest());
    return next === Number.POSITIVE_INFINITY ? undefined : next;
  }

  #look(): void {
    const { heartbeat } = this.#owner.config;
    const first = heartbeat === null ? Number.POSITIVE_INFINITY : this.#now() + heartbeat.interval;
    const next = Math.min(first, this.#nearest());
    if (next !== Number.POSITIVE_INFINITY) this.#owner.config.wheel.put(this.#item, next);
  }

  #nearest(): number {
    const { limits } = this.#owner.config;
    if (this.#isEnding) return Math.min(this.#lastMoment, this.#endingSince + limits.closeTimeout);
    return Math.min(
      this.#lastMoment,
      this.#lastMessage + limits.idleTimeout,
      this.#fullSince + limits.receiveFullTimeout,
    );
  }

  get #isEnding(): boolean {
    return this.#endingSince !== Number.POSITIVE_INFINITY;
  }

  /** When it has to be over, whatever is going on. */
  get #lastMoment(): number {
    return Math.min(this.#expiresAt, this.#openedAt + this.#owner.config.limits.lifetime);
  }

  /** Pings a silent peer, or gives it up; answers with the time to look again. */
  #heartbeat(now: number): number {
    const { heartbeat } = this.#owner.config;
    if (heartbeat === null || !this.#owner.canPing) return Number.POSITIVE_INFINITY;
    if (this.#owner.reading === "paused") return this.#showLife(now, heartbeat.interval);
    const heard = Math.max(this.#owner.lastHeard, this.#lastPaused);
    if (this.#pingedAt !== undefined && heard >= this.#pingedAt) this.#pingedAt = undefined;
    if (this.#pingedAt === undefined) {
      if (now < heard + heartbeat.interval) return heard + heartbeat.interval;
      this.#owner.ping();
      // As coarse as `lastHeard`, which it is compared with.
      this.#pingedAt = Math.floor(now);
      return now + Math.min(heartbeat.interval, heartbeat.timeout);
    }
    // A pong may have come, and the next silence begun, long before the timeout.
    if (now < this.#pingedAt + heartbeat.timeout) {
      return Math.min(this.#pingedAt + heartbeat.timeout, now + heartbeat.interval);
    }
    this.#owner.watchOnDead(now - heard);
    return Number.POSITIVE_INFINITY;
  }

  /** While we do not read, the peer's pings are not answered; so that it hears of us all the same, we ping it. */
  #showLife(now: number, interval: number): number {
    this.#lastPaused = now;
    this.#pingedAt = undefined;
    if (now < this.#shownAt + interval) return this.#shownAt + interval;
    this.#shownAt = now;
    this.#owner.ping();
    return now + interval;
  }

  #now(): number {
    return this.#owner.config.clock.now();
  }
}
