/** Calls that wait for the server's answer: all of them are rejected at once when the connection is lost. */

/** The client's own promises may wait for ever, or for answers that can no longer come. */
export class PendingCalls {
  readonly #rejects = new Set<(error: unknown) => void>();

  /** The promise, unless `rejectAll` is called before it settles. */
  wait<Value>(promise: Promise<Value>): Promise<Value> {
    return new Promise((resolve, reject) => {
      this.#rejects.add(reject);
      const settle = () => this.#rejects.delete(reject);
      promise.then(
        (value) => {
          settle();
          resolve(value);
        },
        (error: unknown) => {
          settle();
          reject(error);
        },
      );
    });
  }

  rejectAll(error: unknown): void {
    const rejects = [...this.#rejects];
    this.#rejects.clear();
    for (const reject of rejects) reject(error);
  }
}
