/** How far the bench is, on standard error: a line that changes on a terminal, elsewhere a line for each scenario. */

import type { ServerName } from "../model.ts";
import type { RunnableScenario } from "../scenario.ts";

/** Says it, and reckons how long it will take. */
export class Progress {
  readonly #scenarios: readonly RunnableScenario[];
  readonly #rounds: number;
  readonly #began = performance.now();
  /** Seconds that all and that what is done should take, by the scenarios' own estimates. */
  readonly #all: number;
  #done = 0;
  #at = -1;
  #begun = this.#began;

  constructor(scenarios: readonly RunnableScenario[], rounds: number) {
    this.#scenarios = scenarios;
    this.#rounds = rounds;
    this.#all = sum(scenarios.map((scenario) => this.#cost(scenario, Number.POSITIVE_INFINITY)));
  }

  /** The next scenario begins. */
  next(): void {
    if (this.#at >= 0) this.#done += this.#cost(this.#scenarios[this.#at]!, Number.POSITIVE_INFINITY);
    this.#at++;
    this.#begun = performance.now();
    if (isTerminal) return;
    const { scenario, servers } = this.#scenarios[this.#at]!;
    process.stderr.write(`${this.#place()} ${scenario.id}: ${servers.join(", ")}; ${this.#left(0)}\n`);
  }

  /** A server has its turn in a round; without a server, they are started after so many rounds. */
  step(server: ServerName | null, round: number): void {
    if (!isTerminal) return;
    const { scenario, rounds } = this.#scenarios[this.#at]!;
    const what =
      server === null ? "starting" : `${server}, round ${round} of ${Math.min(this.#rounds, rounds ?? this.#rounds)}`;
    const line = `${this.#place()} ${scenario.id}: ${what}; ${this.#left(round)}`;
    process.stderr.write(`\r\u001b[K${line.slice(0, (process.stderr.columns || 80) - 1)}`);
  }

  /** All is done: the line goes. */
  end(): void {
    if (isTerminal) process.stderr.write("\r\u001b[K");
    else process.stderr.write(`done in ${time((performance.now() - this.#began) / 1000)}\n`);
  }

  #place(): string {
    return `[${this.#at + 1}/${this.#scenarios.length}]`;
  }

  #left(round: number): string {
    const done = this.#done + (round === 0 ? 0 : this.#cost(this.#scenarios[this.#at]!, round - 1));
    // What has been measured so far says by how much the estimates are wrong.
    const taken = ((this.#done > 0 ? this.#begun : performance.now()) - this.#began) / 1000;
    const speed = this.#done > 0 ? taken / this.#done : 1;
    return `${time((this.#all - done) * speed)} left`;
  }

  /** Seconds of a scenario until so many rounds are done. */
  #cost({ servers, rounds, seconds = { start: 2, sample: 0.5 } }: RunnableScenario, until: number): number {
    return servers.length * (seconds.start + seconds.sample * Math.min(this.#rounds, rounds ?? until, until));
  }
}

const isTerminal = process.stderr.isTTY === true;

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0);
}

function time(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}
