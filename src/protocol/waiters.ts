/** Promises for something that happens once or now and again, made only for who asks. */

/** Those who wait. */
export class Waiters<T> {
  #waiting: ((value: T) => void)[] | null = null;

  /** Resolves with what the next `tell` says. */
  wait(): Promise<T> {
    return new Promise((resolve) => {
      this.#waiting ??= [];
      this.#waiting.push(resolve);
    });
  }

  /** Tells all who wait. */
  tell(value: T): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = null;
    for (const resolve of waiting) resolve(value);
  }
}
