/** An engine run over a stream whose other end is the test, and the turns of the event loop that it takes. */

import type { RunEngineOptions } from "../../src/protocol/node/index.ts";
import { runEngine } from "../../src/protocol/node/index.ts";
import { Recorder } from "./recorder.ts";
import { TestStream } from "./test-stream.ts";

/** A client's engine, unless the options say otherwise. */
export function run(options: Partial<RunEngineOptions> = {}) {
  const stream = new TestStream();
  const sink = new Recorder();
  const engine = runEngine(stream, { role: "client", sink, ...options });
  return { stream, sink, engine };
}

/** Lets the event loop turn. */
export async function turns(count = 5): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}
