/** A scenario that can be run: on which servers, and how a server and its load are made ready for samples. */

import type { Sample, Scenario, ServerName } from "./model.ts";

/** Where the two sides run, and what a sample may cost. */
export interface Place {
  /** The core of the server; undefined where the system cannot pin. */
  readonly serverCore: number | undefined;
  /** The core of the load. */
  readonly loadCore: number | undefined;
  /** Shorter samples, fewer connections. */
  readonly quick: boolean;
  /** All that have a turn in this run: what is the same for all may depend on who they are. */
  readonly servers: readonly ServerName[];
}

/** A server and its load, connected and warm. */
export interface Stage {
  /** Rejects if what came back is not what had to. */
  sample(): Promise<Sample>;
  /** Ends its processes. Safe to call twice. */
  close(): Promise<void>;
}

/** What the run loop takes. */
export interface RunnableScenario {
  readonly scenario: Scenario;
  /** Who has a turn. The others are not in its table. */
  readonly servers: readonly ServerName[];
  /** It takes long: a quick run leaves it out. */
  readonly isLong?: boolean;
  /** At most so many rounds: each of its samples takes long. @default as many as the run has */
  readonly rounds?: number;
  /** What one server takes, roughly, for the time that is left. @default { start: 2, sample: 0.5 } */
  readonly seconds?: { readonly start: number; readonly sample: number };
  /** Rejects with `CannotError` if the server is not able to. */
  start(server: ServerName, place: Place): Promise<Stage>;
}

/** A server has no such thing: the table says why. */
export class CannotError extends Error {
  override readonly name = "CannotError";
}
