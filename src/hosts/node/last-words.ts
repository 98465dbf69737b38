/** The end of a connection that was refused: the response goes out whole, and the peer cannot hold the socket after it. */

import type { Duplex } from "node:stream";
import { systemClock } from "../../protocol/run/clock.ts";

/**
 * Sends the last bytes and ends the stream. What the peer still sends is read and dropped, because unread bytes would make
 * TCP reset the connection under the response; a peer that stays is cut off two seconds later.
 */
export function sendLastWords(stream: Duplex, bytes: Uint8Array): void {
  const cancel = systemClock.after(LINGER, () => stream.destroy());
  stream.on("close", cancel);
  stream.on("error", () => stream.destroy());
  if (stream.writable) stream.end(bytes);
  else stream.destroy();
  stream.resume();
}

/** Milliseconds. An honest peer closes within a round trip. */
const LINGER = 2_000;
