/** Connections that have not sent the head of a request yet: how long they may take, and how many there may be. */

import type { Socket } from "node:net";
import type { Clock } from "../../protocol/run/clock.ts";
import type { HostLimits } from "../../server/host.ts";

/** What a guard holds connections to. */
export type GuardLimits = Pick<HostLimits, "handshakes" | "handshakeTimeout">;

/**
 * Holds a server's connections to their deadline, with one timer for all. Over the bound, who has waited longest goes: an
 * honest client sends its request at once, so that silent ones never keep it out.
 */
export class ConnectionGuard {
  readonly #limits: GuardLimits;
  readonly #clock: Clock;
  /** By age: the oldest comes first. */
  readonly #waiting = new Map<ConnectionKey, Waiting>();
  #cancel: (() => void) | undefined;

  constructor(limits: GuardLimits, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
  }

  /** How many connections have not sent a head yet. */
  get size(): number {
    return this.#waiting.size;
  }

  /** A TCP connection came. `end` ends it, and says why with a status. */
  opened(socket: Socket, end: (status: 408 | 503) => void): void {
    const key = keyOf(socket);
    this.#waiting.set(key, { since: this.#clock.now(), end });
    socket.on("close", () => this.#waiting.delete(key));
    const [oldest] = this.#waiting.keys();
    if (this.#waiting.size > this.#limits.handshakes) this.#end(oldest!, 503);
    this.#cancel ??= this.#clock.after(this.#limits.handshakeTimeout, this.#endLate);
  }

  /** The head of a request came, over this socket or over TLS in it. */
  arrived(socket: ConnectionAddress): void {
    this.#waiting.delete(keyOf(socket));
  }

  /** Ends all that have not sent a head. */
  endAll(): void {
    for (const key of [...this.#waiting.keys()]) this.#end(key, 503);
    this.#cancel?.();
    this.#cancel = undefined;
  }

  readonly #endLate = (): void => {
    this.#cancel = undefined;
    const now = this.#clock.now();
    for (const [key, { since }] of this.#waiting) {
      const left = since + this.#limits.handshakeTimeout - now;
      if (left > 0) {
        this.#cancel = this.#clock.after(left, this.#endLate);
        return;
      }
      this.#end(key, 408);
    }
  };

  #end(key: ConnectionKey, status: 408 | 503): void {
    const waiting = this.#waiting.get(key);
    this.#waiting.delete(key);
    waiting?.end(status);
  }
}

interface Waiting {
  /** By the clock. */
  readonly since: number;
  readonly end: (status: 408 | 503) => void;
}

/** How a connection is known, whichever of Node's sockets stands for it: bare, TLS, or an HTTP/2 session's proxy of one. */
export interface ConnectionAddress {
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
}

type ConnectionKey = string | ConnectionAddress;

/** A unix socket has no address; there is one object for each as long as there is no TLS. */
function keyOf(socket: ConnectionAddress): ConnectionKey {
  const { remoteAddress, remotePort } = socket;
  return remotePort === undefined ? socket : `${remoteAddress} ${remotePort}`;
}
