/** Waits until events have brought something about; looks again at each of them. */

import { within } from "./within.ts";

/** Something that is looked at whenever it may have changed. */
export class Condition {
  #waiting: (() => void)[] = [];

  /** It may have changed. */
  changed(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const look of waiting) look();
  }

  /** What `look` gives, as soon as that is not `undefined`; rejects when it takes too long. `look` may throw. */
  async until<Value>(what: string, look: () => Value | undefined): Promise<Value> {
    for (;;) {
      const found = look();
      if (found !== undefined) return found;
      await within(new Promise<void>((resolve) => this.#waiting.push(resolve)), what, 3_000);
    }
  }
}
