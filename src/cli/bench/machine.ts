/** The machine that a bench ran on, for whoever reads its figures later. */

import { readFileSync } from "node:fs";
import { availableParallelism, cpus, release, totalmem, type } from "node:os";

/** What it is. */
export interface Machine {
  /** The processor's name and how many of it this process may use. */
  readonly processor: string;
  readonly processors: number;
  readonly memory: number;
  /** Name and version of the operating system. */
  readonly system: string;
  readonly node: string;
  readonly antiphon: string;
}

/** This one. */
export function thisMachine(): Machine {
  return {
    processor: cpus()[0]?.model.trim() || "unknown",
    processors: availableParallelism(),
    memory: totalmem(),
    system: `${type()} ${release()}`,
    node: process.version,
    antiphon: (JSON.parse(readFileSync(new URL("../../../package.json", import.meta.url), "utf8")) as Package).version,
  };
}

interface Package {
  readonly version: string;
}
