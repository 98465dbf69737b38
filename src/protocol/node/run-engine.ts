/** Runs an engine over a Node stream, for who needs no more than that. */

import type { Duplex } from "node:stream";
import { TIMEOUT_INVALID, usageError } from "../../errors.ts";
import type { Engine } from "../engine.ts";
import type { EngineOptions } from "../engine-options.ts";
import { systemClock } from "../run/clock.ts";
import { EngineRunner } from "../run/engine-runner.ts";
import { RunConfig } from "../run/run-config.ts";
import { NodeStream } from "./node-stream.ts";
import { nodePlatform } from "./platform.ts";

/** An engine's options, and how to run it. */
export interface RunEngineOptions extends Omit<EngineOptions, "platform"> {
  /** Bytes that came behind the head of the opening handshake: Node's `head`. @default none */
  readonly head?: Uint8Array;
  /**
   * Milliseconds for the closing handshake, and for the peer to end TCP; then the stream is destroyed. `Infinity` waits
   * for ever. @default 10 000
   */
  readonly closeTimeout?: number;
}

/**
 * Makes an engine on Node's platform and runs it over `stream`, whose opening handshake is done. What a turn of the
 * event loop sends leaves together. The stream is ours from now on; its errors end the connection with 1006. Make a
 * client's socket with `allowHalfOpen: true`, so that what is on its way out still goes out after the server's FIN.
 * A peer that does not read makes `stream.writableLength` grow: whoever sends looks at it, and at `engine.outputSize`.
 * `sink.output` is called when output has been handed to the stream. Throws a `UsageError` for a bad limit or timeout.
 *
 * @example
 * server.on("upgrade", (request, stream, head) => {
 *   // … readUpgrade, acceptUpgrade, write the answer …
 *   const engine = runEngine(stream, { role: "server", head, sink: {
 *     message: (data) => engine.send(data),
 *     close: ({ code }) => console.log("closed with", code),
 *   } });
 * });
 */
export function runEngine(stream: Duplex, options: RunEngineOptions): Engine {
  const { head, sink, closeTimeout = 10_000, ...engine } = options;
  const isTime = closeTimeout >= 0 && (closeTimeout <= LONGEST_TIMEOUT || closeTimeout === Number.POSITIVE_INFINITY);
  if (!isTime) throw usageError(TIMEOUT_INVALID, "closeTimeout", String(closeTimeout));
  const config = RunConfig.of({ ...engine, platform: nodePlatform, clock: systemClock, closeTimeout });
  const runner = new EngineRunner(new NodeStream(stream, head), { config, sink });
  runner.stream.open(runner);
  return runner.engine;
}

/** Node's timers take no more. */
const LONGEST_TIMEOUT = 2 ** 31 - 1;
