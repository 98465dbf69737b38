/** Subprotocols (RFC 6455, 1.9 and 11.3.4): what may be offered, and which of the offered is chosen. */
import { isToken, toListElements } from "../http-token.ts";

/**
 * The first of `supported` that the client offered, or `""` when there is none: the server's order decides.
 *
 * @example
 * chooseProtocol(["soap", "wamp"], ["wamp", "soap"]); // "wamp"
 */
export function chooseProtocol(offered: readonly string[], supported: readonly string[]): string {
  return supported.find((protocol) => offered.includes(protocol)) ?? "";
}

/** The subprotocols of a `Sec-WebSocket-Protocol` header of a client, in its order, or what is wrong with it. */
export function readProtocols(header: string): { protocols: readonly string[] } | { reason: string } {
  const protocols = toListElements(header);
  // RFC 6455, 4.3: Sec-WebSocket-Protocol-Client = 1#token
  if (protocols.length === 0) return { reason: "names no subprotocol" };
  if (!protocols.every(isToken)) return { reason: "holds something that is no token" };
  // RFC 6455, 4.1: "MUST all be unique strings"
  if (new Set(protocols).size < protocols.length) return { reason: "names a subprotocol twice" };
  return { protocols };
}
