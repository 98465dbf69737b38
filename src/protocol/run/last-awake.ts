/** The few connections that woke last: in the middle of a conversation, none of them has to wake for each message. */

/** Who can let go of what can be made again. */
export interface Sleeper {
  /** Others have woken since: from now on it may rest as soon as it can. */
  mayRest(): void;
}

/** A ring: for each one that wakes, the one that woke longest ago may rest. */
export class LastAwake {
  readonly #ring: (Sleeper | undefined)[];
  #next = 0;

  constructor(size: number) {
    this.#ring = new Array(size).fill(undefined);
  }

  /** It has woken. */
  add(sleeper: Sleeper): void {
    const before = this.#ring[this.#next];
    this.#ring[this.#next] = sleeper;
    this.#next = (this.#next + 1) % this.#ring.length;
    before?.mayRest();
  }

  /** It is over, and not kept alive for this. */
  remove(sleeper: Sleeper): void {
    const at = this.#ring.indexOf(sleeper);
    if (at >= 0) this.#ring[at] = undefined;
  }
}
