/** One message out of an iterable: sent fragment by fragment, as the transport takes it, without holding it. */

import { MESSAGE_UNFINISHED, NOT_A_STREAM, NOT_OPEN, usageError } from "../errors.ts";
import type { Engine } from "./engine.ts";
import type { Message } from "./message.ts";
import { checkMessage } from "./message.ts";

/** How to send a stream. */
export interface SendStreamOptions {
  /** Asked after each fragment: resolves when the transport can take more. On Node: `() => drained(stream)`. */
  readonly drained: () => Promise<void>;
  /** What an iterable that gives nothing is sent as. @default "binary" */
  readonly emptyAs?: "text" | "binary";
  /** @default true, if compression was negotiated */
  readonly compress?: boolean;
}

/**
 * Sends all that `chunks` gives as one message: text if it gives strings, binary if it gives bytes. Resolves when the
 * last fragment was taken. Nothing else can be sent meanwhile but control frames; a second stream rejects at once with a
 * `UsageError`. If `chunks` fails, the promise rejects with its error; a message that has begun must end, so that the
 * connection is closed with 1011 then. If the connection ends first, the promise rejects with a `UsageError`, and the
 * iterable is told to stop.
 *
 * @example
 * await sendStream(engine, createReadStream("film.mp4"), { drained: () => drained(tcp) });
 */
export async function sendStream(
  engine: Engine,
  chunks: Iterable<Message> | AsyncIterable<Message>,
  { drained, emptyAs = "binary", compress = true }: SendStreamOptions,
): Promise<void> {
  checkChunks(chunks);
  if (streaming.has(engine) || engine.sendingFragments) throw usageError(MESSAGE_UNFINISHED);
  streaming.add(engine);
  let kind = emptyAs;
  try {
    for await (const chunk of untilClosed(engine, chunks)) {
      checkMessage("sendStream", chunk);
      kind = typeof chunk === "string" ? "text" : "binary";
      for (const fragment of slices(chunk)) {
        engine.sendFragment(fragment, false, { compress });
        // A large message sent before may still be on its way through zlib, with our fragments behind it.
        await engine.compressed();
        await drained();
      }
    }
    engine.sendFragment(kind === "text" ? "" : new Uint8Array(0), true, { compress });
  } catch (error) {
    if (engine.state === "open" && engine.sendingFragments) engine.close(1011);
    throw error;
  } finally {
    streaming.delete(engine);
  }
}

/** Throws a `UsageError` for what is no iterable of messages; a string is one of characters, and hardly meant. */
export function checkChunks(chunks: unknown): void {
  const isIterable =
    typeof chunks === "object" && chunks !== null && (Symbol.asyncIterator in chunks || Symbol.iterator in chunks);
  if (!isIterable) throw usageError(NOT_A_STREAM, typeof chunks);
}

/** Who sends a stream: before its first fragment the engine can't know. */
const streaming = new WeakSet<Engine>();

/** The chunks as they come; throws as soon as the connection is over, even while a chunk is being waited for. */
async function* untilClosed(
  engine: Engine,
  chunks: Iterable<Message> | AsyncIterable<Message>,
): AsyncGenerator<Message, void> {
  const source = Symbol.asyncIterator in chunks ? chunks[Symbol.asyncIterator]() : chunks[Symbol.iterator]();
  // One listener for all chunks: a race against the same promise for each would pile up on it.
  let stop = () => {};
  void engine.closed.then(() => stop());
  let ended = false;
  try {
    while (engine.state === "open") {
      const step = await new Promise<IteratorResult<Message> | undefined>((resolve, reject) => {
        stop = () => resolve(undefined);
        Promise.resolve(source.next()).then(resolve, reject);
      });
      if (step === undefined) break;
      ended = step.done === true;
      if (step.done === true) return;
      yield step.value;
    }
    throw usageError(NOT_OPEN, "sendStream", engine.state);
  } finally {
    // Not awaited: a source that hangs would hang us.
    if (!ended) Promise.resolve(source.return?.()).catch(() => {});
  }
}

/** Fragments of a size that is compressed in one turn; none for an empty chunk. */
function* slices(chunk: Message): Generator<Message> {
  // A unit of a string takes up to three bytes.
  const size = typeof chunk === "string" ? Math.floor(FRAGMENT / 3) : FRAGMENT;
  for (let at = 0; at < chunk.length; at += size) {
    yield typeof chunk === "string" ? chunk.slice(at, at + size) : chunk.subarray(at, at + size);
  }
}

const FRAGMENT = 65_536;
