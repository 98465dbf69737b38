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
  readonly #keyOf: (socket: ConnectionAddress) => ConnectionKey;
  /** By age: the oldest comes first. */
  readonly #waiting = new Map<ConnectionKey, Waiting>();
  #cancel: (() => void) | undefined;

  /** `keyOf`: how a connection is known when its head has arrived. @default its address: over TLS, there are two objects */
  constructor(limits: GuardLimits, clock: Clock, keyOf = addressOf) {
    this.#keyOf = keyOf;
    this.#limits = limits;
    this.#clock = clock;
  }

  /** How many connections have not sent a head yet. */
  get size(): number {
    return this.#waiting.size;
  }

  /** A TCP connection came. `end` ends it. */
  opened(socket: Socket, end: EndWaiting): void {
    this.#waiting.set(this.#keyOf(socket), { since: this.#clock.now(), socket, end });
    if (this.#waiting.size > this.#limits.handshakes) {
      const [oldest] = this.#waiting.keys();
      this.#end(oldest!, 503);
    }
    this.#cancel ??= this.#clock.after(this.#limits.handshakeTimeout, this.#endLate);
  }

  /** The head of a request came, over this socket or over TLS in it; or it was closed. */
  arrived(socket: ConnectionAddress): void {
    if (this.#waiting.size > 0) this.#waiting.delete(this.#keyOf(socket));
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
    waiting?.end(status, waiting.socket);
  }
}

interface Waiting {
  /** By the clock. */
  readonly since: number;
  readonly socket: Socket;
  readonly end: EndWaiting;
}

/** Ends a connection, and says why with a status. One for all. */
export type EndWaiting = (status: 408 | 503, socket: Socket) => void;

/** How a connection is known, whichever of Node's sockets stands for it: bare, TLS, or an HTTP/2 session's proxy of one. */
export interface ConnectionAddress {
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
}

/** What a connection is found by. */
export type ConnectionKey = string | ConnectionAddress;

/** A unix socket has no address; there is one object for each as long as there is no TLS. */
function addressOf(socket: ConnectionAddress): ConnectionKey {
  const { remoteAddress, remotePort } = socket;
  return remotePort === undefined ? socket : `${remoteAddress} ${remotePort}`;
}
