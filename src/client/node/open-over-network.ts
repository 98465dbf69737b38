/** The way to a server over the network: TCP or a unix socket, a proxy if there is one, and TLS. */

import { HTTP2_NOT_SPOKEN } from "../../errors.ts";
import { makeConnectError } from "./connect-errors.ts";
import { openTunnel } from "./connect-proxy.ts";
import type { OpenStream } from "./dial-options.ts";
import { openTcp } from "./tcp.ts";
import { openTls } from "./tls.ts";

/** Opens a stream on which the server itself is spoken to. */
export const openOverNetwork: OpenStream = async (attempt, { target, tls, proxy }, options) => {
  const { limits, clock, http2 } = options;
  const { place } = target;
  const body = { limit: limits.answerBody, clock };
  const stream =
    proxy !== undefined && place.type === "tcp"
      ? await openTunnel(attempt, proxy, { place, limits, body })
      : await openTcp(attempt, place, target);
  if (!target.secure) return stream;
  const protocols = http2 ? ["h2", "http/1.1"] : ["http/1.1"];
  const secured = await openTls(attempt, stream, { peer: target, setup: tls, protocols });
  if (http2 && secured.alpnProtocol !== "h2") throw makeConnectError(HTTP2_NOT_SPOKEN, undefined, target.name);
  return secured;
};
