/** One message out of an iterable: sent fragment by fragment, as the transport takes it, without holding it. */

import type { Engine } from "./engine.ts";
import type { Message } from "./message-builder.ts";

/** How to send a stream. */
export interface SendStreamOptions {
  /** Asked after each fragment: resolves when the transport can take more. On Node: `() => drained(stream)`. */
  readonly drained: () => Promise<void>;
  /** What an iterable that gives nothing is sent as. @default "binary" */
  readonly empty?: "text" | "binary";
  /** @default true, if compression was negotiated */
  readonly compress?: boolean;
}

/**
 * Sends all that `chunks` gives as one message: text if it gives strings, binary if it gives bytes. Resolves when the
 * last fragment was taken. A message that has begun must end: if `chunks` fails, the connection is closed with 1011,
 * and the promise rejects with its error; if the connection ends first, it rejects with a `UsageError`.
 *
 * @example
 * await sendStream(engine, createReadStream("film.mp4"), { drained: () => drained(tcp) });
 */
export async function sendStream(
  engine: Engine,
  chunks: Iterable<Message> | AsyncIterable<Message>,
  { drained, empty = "binary", compress = true }: SendStreamOptions,
): Promise<void> {
  let kind = empty;
  try {
    for await (const chunk of chunks) {
      kind = typeof chunk === "string" ? "text" : "binary";
      for (const fragment of slices(chunk)) {
        engine.sendFragment(fragment, false, { compress });
        await drained();
      }
    }
  } catch (error) {
    if (engine.state === "open") engine.close(1011);
    throw error;
  }
  engine.sendFragment(kind === "text" ? "" : new Uint8Array(0), true, { compress });
}

/** Fragments of a size that is compressed in one turn. */
function* slices(chunk: Message): Generator<Message> {
  for (let at = 0; at === 0 || at < chunk.length; at += FRAGMENT) {
    yield chunk.length <= FRAGMENT ? chunk : slice(chunk, at);
  }
}

function slice(chunk: Message, at: number): Message {
  return typeof chunk === "string" ? chunk.slice(at, at + FRAGMENT) : chunk.subarray(at, at + FRAGMENT);
}

const FRAGMENT = 65_536;
