/** By which of its connections each process sends: what comes by one that it has lost is out of date. */

/** Remembers the newest connection of each process. */
export class NewestSessions {
  readonly #byProcess = new Map<string, number>();

  /** Whether something newer has come of this process already. Takes note of it. */
  isOutdated(process: string, session: number): boolean {
    const newest = this.#byProcess.get(process) ?? 0;
    if (session < newest) return true;
    // The process heard of last is at the end; those that are long gone are forgotten.
    this.#byProcess.delete(process);
    this.#byProcess.set(process, session);
    if (this.#byProcess.size > PROCESSES) this.#byProcess.delete(this.#byProcess.keys().next().value!);
    return false;
  }
}

const PROCESSES = 1024;
