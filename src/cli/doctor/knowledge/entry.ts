/** The form of one piece of the doctor's knowledge: a thing that goes wrong, what it means and what to do. */

import type { Severity, StepId } from "../step.ts";

/** One thing that goes wrong. `docs/troubleshooting.md` has a section for each, the command quotes it. */
export interface Knowledge {
  /** The step that finds it. */
  readonly step: StepId;
  /** A cross, or a warning. */
  readonly severity: Severity;
  /** A clause: what is the matter. */
  readonly title: string;
  /** What it means: whole sentences. */
  readonly means: string;
  /** What to do: whole sentences. */
  readonly remedy: string;
  /** What people see and search for, in the words of browsers, servers and libraries. */
  readonly symptoms: readonly string[];
  /** Which part of the proxies' configuration it is about, if any. */
  readonly proxies?: "upgrade" | "idle" | undefined;
}
