/** What keeps an eye on one connection in Node: pings, idleness and age, on the wheel of all connections. */

import type { ProtocolError } from "../../errors.ts";
import type { Clock } from "../../protocol/run/clock.ts";
import { Pings } from "../../socket/pings.ts";
import type { HeartbeatOptions } from "../../socket/socket-config.ts";
import type { SocketLimits } from "../../socket/socket-limits.ts";
import type { WatchOwner } from "../../socket/watch.ts";
import { Watch } from "../../socket/watch.ts";
import type { Wheel } from "../../socket/wheel.ts";
import type { Vitals, VitalsOwner } from "../vitals.ts";

/** One for all connections of a client. */
export interface VitalsConfig {
  readonly clock: Clock;
  readonly wheel: Wheel;
  readonly limits: SocketLimits;
  /** `null`: no pings but the user's. */
  readonly heartbeat: HeartbeatOptions | null;
}

/** A ping that was sent behind so many messages. */
interface Marker {
  /** Its payload. */
  readonly ping: Uint8Array;
  readonly handed: number;
}

/** Made for one open connection; on the wheel until `stop`. */
export class NodeVitals implements Vitals, WatchOwner {
  readonly config: VitalsConfig;
  readonly canPing = true;
  readonly #owner: VitalsOwner;
  readonly #pings: Pings;
  readonly #watch: Watch;
  readonly #markers: Marker[] = [];

  constructor(config: VitalsConfig, owner: VitalsOwner) {
    this.config = config;
    this.#owner = owner;
    this.#pings = new Pings(config.clock);
    this.#watch = new Watch(this);
  }

  get latency(): number | undefined {
    return this.#pings.latency;
  }

  get lastHeard(): number {
    return this.#owner.wire!.lastHeard;
  }

  get reading(): "on" | "paused" {
    return this.#owner.intake.isPaused ? "paused" : "on";
  }

  get queuedMessages(): number {
    return this.#owner.intake.length;
  }

  active(): void {
    this.#watch.active();
  }

  pong(payload: Uint8Array): void {
    this.#pings.pong(payload);
    const answered = this.#markers.findIndex(({ ping }) => isSame(ping, payload));
    if (answered === -1) return;
    // RFC 6455, 5.5.3: several pings may have one pong, for the last of them. What went before a ping has come before it.
    const [last] = this.#markers.splice(0, answered + 1).slice(-1);
    this.#owner.outbox.confirmed = last!.handed;
  }

  roundTrip(timeout: number): Promise<number> {
    this.ping();
    return this.#pings.roundTrip(timeout);
  }

  stop(error: () => Error): void {
    this.#watch.stop();
    this.#pings.end(error);
  }

  ping(): void {
    const ping = this.#pings.next();
    this.#owner.wire!.ping!(ping);
    this.#markers.push({ ping, handed: this.#owner.outbox.handed });
    if (this.#markers.length > MOST_MARKERS) this.#markers.shift();
  }

  watchOnDead(silence: number): void {
    this.#owner.dead(silence);
  }

  fail(error: ProtocolError): void {
    this.#owner.fail(error);
  }

  /** Only of a watch that was told of an end; ours is stopped then. */
  watchOnStuck(): void {}

  terminate(): void {
    this.#owner.wire!.terminate();
  }
}

/** A server that answers no pings, but talks, is pinged for ever; a later pong confirms what an earlier one would have. */
const MOST_MARKERS = 64;

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}
