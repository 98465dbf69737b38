/** Which envelopes have come already: what goes to several topics comes by each of them. */

/** Remembers the last ones of each process: copies of one come within moments of each other. */
export class SeenNumbers {
  readonly #byProcess = new Map<string, Set<number>>();

  /** Whether this one has not come before. Takes note of it. */
  isNew(process: string, number: number): boolean {
    const seen = this.#byProcess.get(process) ?? new Set();
    if (seen.has(number)) return false;
    seen.add(number);
    if (seen.size > REMEMBERED) seen.delete(first(seen));
    // The one heard of last is at the end.
    this.#byProcess.delete(process);
    this.#byProcess.set(process, seen);
    if (this.#byProcess.size > PROCESSES) this.#byProcess.delete(first(this.#byProcess.keys()));
    return true;
  }
}

function first<Value>(values: Iterable<Value>): Value {
  for (const value of values) return value;
  throw new Error("there is none");
}

const REMEMBERED = 4096;
const PROCESSES = 1024;
