/** How engines are run: what is the same for many connections, made once for all that are alike. */

import type { EngineParts } from "../engine-config.ts";
import { EngineConfig } from "../engine-config.ts";
import type { Clock } from "./clock.ts";

/** An engine's options but for its sink, and how to run it. */
export interface RunParts extends EngineParts {
  readonly clock: Clock;
  /** Milliseconds for the closing handshake and for the peer to end TCP, then the stream is destroyed. `Infinity`: for ever. */
  readonly closeTimeout: number;
}

/** The same with nothing left out. */
export class RunConfig extends EngineConfig {
  readonly clock: Clock;
  readonly closeTimeout: number;
  /** Whether pings are answered: by whoever runs the engine, which itself does not. */
  readonly answersPings: boolean;
  readonly #limits: RunParts["limits"];

  /** Throws a `UsageError` for a bad limit, or for compression on a platform without zlib. */
  constructor(parts: RunParts) {
    super({ ...parts, autoPong: false });
    this.clock = parts.clock;
    this.closeTimeout = parts.closeTimeout;
    this.answersPings = parts.autoPong ?? true;
    this.#limits = parts.limits;
  }

  /** The one that others with the same parts have got already, or a new one. Throws as the constructor does. */
  static of(parts: RunParts): RunConfig {
    // Nearly all are like the one before.
    if (last?.clock === parts.clock && last.#isOf(parts)) return last;
    last = RunConfig.#find(parts);
    return last;
  }

  static #find(parts: RunParts): RunConfig {
    let known = byClock.get(parts.clock);
    if (known === undefined) {
      known = [];
      byClock.set(parts.clock, known);
    }
    const found = known.find((config) => config.#isOf(parts));
    if (found !== undefined) return found;
    const made = new RunConfig(parts);
    known.unshift(made);
    if (known.length > MOST_KNOWN) known.pop();
    return made;
  }

  #isOf(parts: RunParts): boolean {
    if (this.role !== parts.role || this.platform !== parts.platform || this.#limits !== parts.limits) return false;
    const isSameRun = this.closeTimeout === parts.closeTimeout && this.answersPings === (parts.autoPong ?? true);
    return isSameRun && this.deflate === (parts.deflate ?? null);
  }
}

/** It keeps one clock alive, of an app that may be gone. */
let last: RunConfig | undefined;
/** Those made last, by their clock: one each for the routes of a server, with and without compression. */
const byClock = new WeakMap<Clock, RunConfig[]>();
const MOST_KNOWN = 16;
