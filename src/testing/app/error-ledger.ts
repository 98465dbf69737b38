/** What was thrown on the side of the app while a test client was there, and whether the test has seen it. */

import type { ErrorSignal } from "../../server/observing/observer.ts";
import type { HeardError, VisitRecord } from "./visit-record.ts";

/** The errors of one test client. */
export class ErrorLedger {
  #errors: HeardError[] = [];
  readonly #seen = new Set<HeardError>();

  /** Something was thrown, on account of a connection if one is known. */
  add({ error, path, where }: ErrorSignal, record: VisitRecord | undefined): void {
    // `onError` hooks and events may report the same again. What two connections throw alike is no repetition.
    const before = record?.errors ?? this.#errors;
    if (before.some((known) => known.error === error)) return;
    const heard = { error, path: path ?? record?.path, where };
    this.#errors.push(heard);
    record?.errors.push(heard);
  }

  /** All that were not taken. */
  get all(): readonly HeardError[] {
    return this.#errors;
  }

  /** Empties it. */
  take(): readonly HeardError[] {
    const errors = this.#errors;
    this.#errors = [];
    return errors;
  }

  /** The test has seen what was thrown on account of this connection. */
  see(record: VisitRecord): void {
    for (const error of record.errors) this.#seen.add(error);
  }

  /** What users' code threw and the test has not seen. */
  get unseen(): readonly HeardError[] {
    // An outage of a broker is the test's own doing.
    return this.#errors.filter((heard) => !this.#seen.has(heard) && heard.where !== "broker");
  }
}
