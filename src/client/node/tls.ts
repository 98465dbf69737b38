/** TLS on a stream that is connected. */

import { isIP } from "node:net";
import type { Duplex } from "node:stream";
import type { TLSSocket } from "node:tls";
import { connect } from "node:tls";
import type { Attempt } from "./attempt.ts";
import { connectError } from "./connect-errors.ts";
import { stage } from "./stage.ts";
import type { Peer } from "./target.ts";
import type { TlsSetup } from "./tls-setup.ts";

/** What to ask for. */
export interface TlsRequest {
  readonly peer: Peer;
  readonly setup: TlsSetup;
  /** By preference, for ALPN (RFC 7301). */
  readonly protocols: readonly string[];
}

/** Shakes hands; the certificate is checked then. Rejects with a `ConnectError` that names the check which failed. */
export async function openTls(
  attempt: Attempt,
  stream: Duplex,
  { peer, setup, protocols }: TlsRequest,
): Promise<TLSSocket> {
  const { given: _given, servername, ...options } = setup;
  // RFC 6066, 3: "Literal IPv4 and IPv6 addresses are not permitted in "HostName"", which has no "trailing dot".
  const host = (servername ?? peer.host).replace(/\.$/, "");
  const name = isIP(host) ? {} : { servername: host };
  const socket = attempt.hold(connect({ socket: stream, host, ...name, ALPNProtocols: [...protocols], ...options }));
  const failed = (cause: Error | undefined) => connectError(cause, { ...peer, host }, "in the TLS handshake");
  await stage<void>(socket, failed, ({ on, done }) => on("secureConnect", () => done()));
  return socket;
}
