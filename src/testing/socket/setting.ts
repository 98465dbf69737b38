/** What surrounds one socket of a test client: its patience, its connection at hand, and who works for that. */

import { AntiphonError, TEST_TIMEOUT, TimeoutError } from "../../errors.ts";
import type { AppSide } from "../app/app-side.ts";
import type { VisitRecord } from "../app/visit-record.ts";
import type { ManualClock } from "../manual-clock.ts";
import type { ResolvedFaults } from "../network/faults.ts";
import { Arrivals } from "./arrivals.ts";

/** One for each `connect`. */
export class Setting {
  readonly app: AppSide;
  /** Path and query, for sentences. */
  readonly path: string;
  /** Milliseconds of real time. */
  readonly timeout: number;
  /** If the test moves one. */
  readonly clock: ManualClock | undefined;
  readonly arrivals = new Arrivals();
  /** The connection at hand, or the last one. */
  record: VisitRecord | undefined;
  readonly #faults: ResolvedFaults;

  constructor(parts: Pick<Setting, "app" | "path" | "timeout" | "clock"> & { readonly faults: ResolvedFaults }) {
    this.app = parts.app;
    this.path = parts.path;
    this.timeout = parts.timeout;
    this.clock = parts.clock;
    this.#faults = parts.faults;
  }

  /** The error for what did not come. `what`: a clause without its end, such as `nothing came`. */
  tooLate(call: string, { timeout, what, state }: { timeout: number; what: string; state?: string }): TimeoutError {
    const story = [
      ...(state === undefined ? [] : [this.arrivals.story, `the socket is ${state}`]),
      this.record?.story ?? "there was no connection",
      ...this.#circumstances(),
    ];
    const sentence = TEST_TIMEOUT.sentence(`${call} on ${this.path}`, timeout, what, story.join("; "));
    return this.explain(new TimeoutError(TEST_TIMEOUT.code, sentence));
  }

  /** Gives an error the handler's own as its cause, if that threw: then the test has seen it. */
  explain<Failure>(error: Failure): Failure {
    const failure = this.record?.failure;
    if (failure === undefined || !(error instanceof AntiphonError) || error.cause !== undefined) return error;
    error.cause = failure.error;
    this.see();
    return error;
  }

  /** The test knows that the handler threw. */
  see(): void {
    if (this.record !== undefined) this.app.errors.see(this.record);
  }

  #circumstances(): string[] {
    const { isRandom, seed } = this.#faults;
    const stalled = this.record?.line.isStalled === true ? ["the network is stalled"] : [];
    const still = this.clock === undefined ? [] : ["the clock stands still until advance()"];
    return [...stalled, ...still, ...(isRandom ? [`faults: { seed: ${seed} }`] : [])];
  }
}
