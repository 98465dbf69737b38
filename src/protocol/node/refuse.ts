/** Sends the response to an opening handshake that was refused, and ends the connection. */

import type { Duplex } from "node:stream";
import type { Refusal } from "../handshake/refusal.ts";
import { encodeResponseHead } from "../handshake/write-head.ts";

/**
 * Answers a refused upgrade over HTTP/1.1 and ends the stream. Errors of the stream are of no account from then on: Node
 * has taken its own listener away, and a peer that resets would end the process.
 *
 * @example
 * if (upgrade.type === "refuse") return refuse(stream, upgrade);
 */
export function refuse(stream: Duplex, refusal: Refusal): void {
  stream.on("error", () => stream.destroy());
  const headers = [...refusal.headers, ["Connection", "close"]] as const;
  stream.write(encodeResponseHead({ status: refusal.status, headers }));
  stream.end(refusal.body);
}
