/** What the observer hears of one connection: opened and closed, or rejected. */

import type { CloseInfo } from "../../protocol/engine-sink.ts";
import type { Clock } from "../../protocol/run/clock.ts";
import type { Link } from "../../socket/link.ts";
import type { Entrant } from "../entrant.ts";
import type { Opening } from "../opening.ts";
import type { ConnectionOpened, Observer } from "./observer.ts";

/** What is known of the connection. */
export interface RecordParts {
  readonly observer: Observer;
  readonly clock: Clock;
  readonly entrant: Entrant;
  readonly link: Link;
}

/** One connection, for the log. Makes nothing that nobody hears of. */
export class ConnectionRecord {
  readonly #parts: RecordParts;
  #opened: ConnectionOpened | undefined;
  #openedAt = 0;

  constructor(parts: RecordParts) {
    this.#parts = parts;
  }

  /** The 101 is on its way. */
  accepted(opening: Opening): void {
    const { observer, clock, entrant, link } = this.#parts;
    this.#openedAt = clock.now();
    if (observer.connectionOpened === undefined && observer.connectionClosed === undefined) return;
    this.#opened = {
      id: link.id,
      path: entrant.handshake.target,
      route: entrant.match.pattern.text,
      remoteAddress: entrant.remote.address,
      protocol: opening.protocol,
      httpVersion: entrant.handshake.upgrade.httpVersion,
      compression: opening.compressed,
    };
    observer.connectionOpened?.(this.#opened);
  }

  /** It was answered with another status, or (499) the client left first. */
  rejected(status: number, reason: string): void {
    const { observer, entrant } = this.#parts;
    const { handshake, remote } = entrant;
    observer.connectionRejected?.({ path: handshake.target, remoteAddress: remote.address, status, reason });
  }

  /** It is over. `fault`: what the peer sent that the handler did not want. */
  ended(info: CloseInfo, fault: unknown): void {
    if (this.#opened === undefined) return;
    const { observer, clock, link } = this.#parts;
    const { code, reason, wasClean } = info;
    const error = fault ?? info.error;
    const { received } = link;
    const { sent, dropped } = link.sending!;
    const duration = clock.now() - this.#openedAt;
    const event = { ...this.#opened, code, reason, wasClean, duration, received, sent, dropped };
    observer.connectionClosed?.(error === undefined ? event : { ...event, error });
  }
}
