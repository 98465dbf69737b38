/** A platform whose ends of turns and later turns come when the test says so. */

import { TestPlatform } from "../support/test-platform.ts";

/** Nothing that was put off happens by itself. */
export class TurnedPlatform extends TestPlatform {
  #ends: (() => void)[] = [];
  #deferred: (() => void)[] = [];

  override endOfTurn(work: () => void): void {
    this.#ends.push(work);
  }

  override defer(work: () => void): void {
    this.#deferred.push(work);
  }

  /** How much waits for a later turn. */
  get waiting(): number {
    return this.#deferred.length;
  }

  /** How much waits for the end of this one. */
  get atEnd(): number {
    return this.#ends.length;
  }

  /** The end of this turn. */
  end(): void {
    const ends = this.#ends;
    this.#ends = [];
    for (const work of ends) work();
  }

  /** One turn: what was put off until now; what is put off meanwhile waits for the next. */
  turn(): void {
    this.end();
    const deferred = this.#deferred;
    this.#deferred = [];
    for (const work of deferred) work();
    this.end();
  }

  /** As many turns as it takes until nothing waits. Gives how many. */
  turnAll(): number {
    let turns = 0;
    for (; this.#deferred.length + this.#ends.length > 0; turns++) {
      if (turns === 10_000) throw new Error("it does not end");
      this.turn();
    }
    return turns;
  }
}
