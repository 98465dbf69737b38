/** What has begun and has to end: handlers, generators, teardowns; and what was reported on the way. */

import type { Observer } from "../../src/index.ts";

/** One for a whole soak. */
export class Ledger {
  /** How many there were of each, in all. */
  readonly begun = new Map<string, number>();
  /** What ended a connection for a limit or a rule, what was dropped, and with which status others were refused. */
  readonly acted = new Map<string, number>();
  /** What should never have been: errors that nobody here threw, promises that nobody caught. */
  readonly faults: string[] = [];
  readonly #running = new Map<string, number>();

  /** Something begins; the result says that it has ended. */
  begin(what: string): () => void {
    add(this.begun, what, 1);
    add(this.#running, what, 1);
    return () => add(this.#running, what, -1);
  }

  /** What has begun and not ended, with counts. */
  get running(): string[] {
    return [...this.#running].filter(([, count]) => count !== 0).map(([what, count]) => `${count} ${what}`);
  }

  fault(what: string): void {
    if (this.faults.length < 20) this.faults.push(what);
  }

  /** Hears of all that an app does. */
  observer(): Observer {
    return {
      connectionOpened: () => add(this.acted, "opened", 1),
      connectionClosed: ({ error, code }) => {
        add(this.acted, error === undefined ? `closed ${code}` : codeOf(error), 1);
      },
      connectionRejected: ({ status }) => add(this.acted, `refused ${status}`, 1),
      messagesDropped: ({ policy, messages }) => add(this.acted, policy, messages),
      backpressure: ({ direction, state }) => add(this.acted, `${direction} queue ${state}`, 1),
      error: ({ error, where, path }) => {
        if (error instanceof Mishap) return add(this.acted, "mishap", 1);
        this.fault(`an error in ${where} of ${path}: ${(error as Error)?.stack ?? String(error)}`);
      },
    };
  }
}

/** What handlers throw here on purpose. */
export class Mishap extends Error {}

function codeOf(error: unknown): string {
  return String((error as { code?: unknown }).code ?? error);
}

function add(counts: Map<string, number>, what: string, count: number): void {
  counts.set(what, (counts.get(what) ?? 0) + count);
}
