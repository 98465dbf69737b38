/** Who is let in: the checks between a handshake and the middleware, in their order. */

import { BAD_HOST, HOST_REFUSED, NO_ROUTE, ORIGIN_REFUSED } from "../errors.ts";
import type { Refusal } from "../protocol/handshake/refusal.ts";
import { readUpgrade } from "../protocol/handshake/server.ts";
import type { AppConfig } from "./app-options.ts";
import { Connection } from "./connection.ts";
import type { RemoteAddress } from "./guards/remote-address.ts";
import type { Handshake, Visit } from "./host.ts";
import { genericAnswer } from "./http-answer.ts";
import { toDirectRequest } from "./kept-request.ts";
import type { ConnectionContext } from "./request-link.ts";
import { pathnameOf } from "./request-target.ts";

/** The gate of an app. */
export class Admission {
  readonly #parts: ConnectionContext;
  #lastHost: string | undefined;

  constructor(parts: ConnectionContext) {
    this.#parts = parts;
  }

  /** Answers the handshake, now or later. Never throws. Gives the visit, if it did not end at the door. */
  take(handshake: Handshake): Visit | undefined {
    const { config } = this.#parts;
    try {
      return this.#take(handshake);
    } catch (error) {
      // What the user's own functions throw: converters, and those in `origins`.
      config.observer.error?.({ error, path: handshake.target, where: "hook" });
      handshake.refuse(genericAnswer(500));
      return undefined;
    }
  }

  #take(handshake: Handshake): Visit | undefined {
    const { config, routes, hub } = this.#parts;
    const upgrade = readUpgrade(handshake.upgrade);
    const remote = this.#remoteOf(handshake);
    if (upgrade.type === "refuse") return this.#refuseMalformed(handshake, upgrade, remote);
    const pathname = pathnameOf(handshake.target);
    const match = routes.match(pathname);
    const arrival = { handshake, remote };
    if (match === undefined) return this.#refuse(arrival, NO_ROUTE.status, NO_ROUTE.sentence(pathname));
    // Not every host that RFC 9110 allows makes a URL, and `socket.url` is one: `a:99999`, `1.2.3.4.5`.
    const isHost = remote.host === null || this.#isHost(remote.host);
    if (!isHost) return this.#refuse(arrival, BAD_HOST.status, BAD_HOST.sentence(remote.host));
    const { headers } = handshake.upgrade;
    const wrongHost = config.checkHost({ host: remote.host, secure: remote.secure });
    if (wrongHost !== undefined) return this.#refuse(arrival, HOST_REFUSED.status, wrongHost);
    const origin = headers.get("origin") ?? null;
    const wrongOrigin = match.value.settings.checkOrigin({ origin, host: remote.host });
    if (wrongOrigin !== undefined) {
      return this.#refuse({ ...arrival, origin: origin ?? "" }, ORIGIN_REFUSED.status, wrongOrigin);
    }
    const overload = hub.overload(remote);
    if (overload !== undefined) return this.#refuse(arrival, overload.status, overload.reason);
    const middleware = routes.middlewareOf(pathname);
    const connection = new Connection(this.#parts, { handshake, upgrade, match });
    connection.start(middleware);
    return connection;
  }

  #refuse({ handshake, remote, ...more }: Arrival, status: number, reason: string): undefined {
    handshake.refuse(genericAnswer(status));
    this.#tellRejected({ path: handshake.target, remoteAddress: remote.address, status, reason, ...more });
  }

  /** Nearly all ask for the same one. */
  #isHost(host: string): boolean {
    if (host === this.#lastHost) return true;
    if (!URL.canParse(`ws://${host}`)) return false;
    this.#lastHost = host;
    return true;
  }

  #refuseMalformed(handshake: Handshake, refusal: Refusal, remote: RemoteAddress): undefined {
    const { status, headers, body, error } = refusal;
    handshake.refuse({ status, headers: headers.filter(([name]) => name.toLowerCase() !== "content-length"), body });
    this.#tellRejected({ path: handshake.target, remoteAddress: remote.address, status, reason: error.message });
  }

  #remoteOf(handshake: Handshake): RemoteAddress {
    return this.#parts.config.remote(toDirectRequest(handshake));
  }

  #tellRejected(event: Parameters<NonNullable<AppConfig["observer"]["connectionRejected"]>>[0]): void {
    this.#parts.config.observer.connectionRejected?.(event);
  }
}

/** Who is refused. */
interface Arrival {
  readonly handshake: Handshake;
  readonly remote: RemoteAddress;
  readonly origin?: string;
}
