/** What a bench is to do, as plain data, and when each message of an open loop is due. */

/** How answers are looked at. `auto`: as echoes if the first one is an echo, else they are only counted. */
export type Expectation = "auto" | "echo" | "any" | "none";

/** Messages at a given pace, whatever the server does; or as many as it answers, so many under way on each connection. */
export type LoadKind =
  | { readonly kind: "open"; readonly rate: number }
  | { readonly kind: "closed"; readonly inFlight: number };

/** All of a bench. Times in milliseconds. */
export interface BenchPlan {
  readonly url: string;
  readonly connections: number;
  readonly load: LoadKind;
  /** Of the measurement. */
  readonly duration: number;
  /** Before it: the same load, which is not counted. */
  readonly warmup: number;
  /** From the very start: connections and rate rise to what was asked for. */
  readonly ramp: number;
  /** For answers that are still to come when the last message has been sent. */
  readonly drain: number;
  readonly expect: Expectation;
}

/** The times of an open loop: a rate that rises evenly and then stays. */
export class Pace {
  readonly #perMillisecond: number;
  readonly #ramp: number;
  /** Messages of the ramp. */
  readonly #risen: number;

  /** `rate`: messages per second; `ramp`: milliseconds until it is reached. */
  constructor(rate: number, ramp: number) {
    this.#perMillisecond = rate / 1000;
    this.#ramp = ramp;
    this.#risen = (this.#perMillisecond * ramp) / 2;
  }

  /** Milliseconds from the start at which message `index` is due, 0 for the first of a steady pace. */
  dueAt(index: number): number {
    if (index < this.#risen) return Math.sqrt((2 * index * this.#ramp) / this.#perMillisecond);
    return this.#ramp + (index - this.#risen) / this.#perMillisecond;
  }

  /** How many messages are due before this time. */
  countBefore(time: number): number {
    if (time <= 0) return 0;
    const risen = time < this.#ramp;
    const count = risen
      ? (this.#perMillisecond * time * time) / (2 * this.#ramp)
      : this.#risen + (time - this.#ramp) * this.#perMillisecond;
    return Math.ceil(count);
  }
}
