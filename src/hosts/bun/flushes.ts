/** Who waits until what was sent is out: Bun tells how much has not left, and not what. */

/** Somebody waits until so many bytes have left. */
interface Waiting {
  readonly handed: number;
  readonly done: (out: boolean) => void;
}

/** Of one WebSocket. */
export class Flushes {
  /** Bytes of all messages that Bun was given. */
  handed = 0;
  #waiting: Waiting[] = NOBODY;

  /** Calls `done` when all that Bun was given by now is out; with `false` if it never will be. */
  add(done: (out: boolean) => void): void {
    if (this.#waiting === NOBODY) this.#waiting = [];
    this.#waiting.push({ handed: this.handed, done });
  }

  /** So many bytes have not left. */
  left(bytes: number): void {
    const out = this.handed - bytes;
    while (this.#waiting.length > 0 && (bytes === 0 || this.#waiting[0]!.handed <= out)) {
      this.#waiting.shift()!.done(true);
    }
  }

  /** It is over. */
  end(): void {
    const waiting = this.#waiting;
    this.#waiting = NOBODY;
    for (const { done } of waiting) done(false);
  }
}

const NOBODY: Waiting[] = [];
