/** What an engine is made of: its role, its runtime, its limits, and who listens. */

import type { EngineParts } from "./engine-config.ts";
import type { EngineSink } from "./engine-sink.ts";

/** The options of an `Engine`. */
export interface EngineOptions extends EngineParts {
  /** Who hears of messages and of the end. */
  readonly sink: EngineSink;
}
