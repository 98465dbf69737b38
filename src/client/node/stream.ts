/** Sends one message out of many pieces over a connection of ours: what `sendStream` of a client does in Node. */

import { CloseCode } from "../../protocol/close-code.ts";
import type { Message } from "../../protocol/message.ts";
import { checkChunks } from "../../protocol/send-stream.ts";
import type { WireStreamOptions } from "../../socket/wire.ts";
import type { StreamOwner } from "../stream-owner.ts";

/**
 * Sends all that `chunks` gives, once there is a connection and all messages before it are with that; those behind it
 * wait. Rejects with a `DisconnectError` if the connection is lost on the way: half a message cannot be sent again.
 */
export function sendClientStream(
  owner: StreamOwner,
  chunks: Iterable<Message> | AsyncIterable<Message>,
  options: WireStreamOptions,
): Promise<void> {
  checkChunks(chunks);
  const { outbox, signal } = owner;
  return new Promise((resolve, reject) => {
    // The end is told at once, also while the source has nothing to give for hours.
    const lose = () => reject(owner.disconnectError("sendStream"));
    signal.addEventListener("abort", lose);
    outbox.turn(() => {
      // Counted at its end: a pong on the way confirms what was sent before it, and not the half that has come of this.
      const gone = () => {
        outbox.onGone.delete(gone);
        outbox.handed++;
        lose();
      };
      outbox.onGone.add(gone);
      /** Whether the connection is still the same, and open. */
      const settled = () => {
        signal.removeEventListener("abort", lose);
        return outbox.onGone.delete(gone);
      };
      const sent = () => {
        resolve();
        if (!settled()) return;
        outbox.handed++;
        outbox.release();
      };
      const failed = (error: unknown) => {
        if (!settled()) return;
        // Half a message cannot be taken back, and nothing can follow it; what waits goes to the next connection.
        reject(error);
        owner.abandon(CloseCode.internalError);
      };
      owner.wire!.sendStream!(chunks, options).then(sent, failed);
    });
  });
}
