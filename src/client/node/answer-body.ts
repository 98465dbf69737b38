/** The body of an answer that opens no WebSocket, as text, for the error: as much of it as is wanted and comes soon. */

import type { Duplex } from "node:stream";
import type { Clock } from "../../protocol/run/clock.ts";
import type { BodyReader } from "./http-body.ts";

/** How much is wanted. */
export interface BodyWish {
  /** Bytes. */
  readonly limit: number;
  readonly clock: Clock;
}

/**
 * Reads the body; `rest` came behind the head. Never rejects: what has come when the stream ends or fails, or after two
 * seconds, is better than nothing, and the status says more.
 */
export function readBody(
  stream: Duplex,
  { rest, reader }: { readonly rest: Uint8Array; readonly reader: BodyReader },
  { limit, clock }: BodyWish,
): Promise<string> {
  return new Promise((resolve) => {
    const decoder = new TextDecoder();
    let text = "";
    let left = limit;
    const take = (chunk: Uint8Array) => {
      for (const piece of reader.push(chunk)) {
        const wanted = piece.subarray(0, Math.min(piece.length, left));
        left -= wanted.length;
        // A character that the limit cuts in two is left out.
        text += decoder.decode(wanted, { stream: true });
      }
      if (reader.over || left === 0) finish();
    };
    const finish = () => {
      cancel();
      stream.off("data", take);
      for (const event of ENDS) stream.off(event, finish);
      resolve(text);
    };
    const cancel = clock.after(PATIENCE, finish);
    for (const event of ENDS) stream.on(event, finish);
    stream.on("data", take);
    stream.resume();
    take(rest);
    if (stream.destroyed || stream.readableEnded) finish();
  });
}

const ENDS = ["end", "error", "close"];

/** Milliseconds: some servers answer, and then neither go on nor end the connection. */
const PATIENCE = 2_000;
