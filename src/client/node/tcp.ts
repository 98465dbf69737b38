/** A TCP connection, or one to a unix socket. Knows nothing of what is spoken on it. */

import { connect } from "node:net";
import type { Duplex } from "node:stream";
import type { Attempt } from "./attempt.ts";
import { connectError } from "./connect-errors.ts";
import { stage } from "./stage.ts";
import type { Peer, Place } from "./target.ts";

/**
 * Connects. A name with several addresses is tried at all of them, as Node does it (RFC 8305, happy eyeballs). Rejects with
 * a `ConnectError`.
 */
export async function openTcp(attempt: Attempt, place: Place, peer: Peer): Promise<Duplex> {
  // Half-open, so that what is on its way out still goes out after the server's FIN.
  const options = { allowHalfOpen: true, noDelay: true };
  const where = place.type === "unix" ? { path: place.path } : { host: place.host, port: place.port };
  const socket = attempt.hold(connect({ ...where, ...options }));
  const failed = (cause: Error | undefined) => connectError(cause, peer, "while connecting");
  await stage<void>(socket, failed, ({ on, done }) => on("connect", () => done()));
  return socket;
}
