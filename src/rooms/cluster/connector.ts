/** Gets a first connection: one attempt, and more as long as somebody waits for it. Knows no broker. */

import type { Clock } from "../../protocol/run/clock.ts";

/** How to wait for a connection. */
export interface ConnectBrokerOptions {
  /** Tries again until the broker is there, instead of failing at the first attempt. @default false */
  readonly wait?: boolean | undefined;
  /** Gives up waiting. */
  readonly signal?: AbortSignal | undefined;
}

/** Whose connection it is. */
export interface ConnectorOptions {
  readonly clock: Clock;
  /** Ends it for good; its reason is what those who wait are told. */
  readonly end: AbortSignal;
  /** Tries once. */
  readonly attempt: () => Promise<void>;
  /** An attempt begins that is not the continuation of another. */
  readonly onBegin: () => void;
  /** An attempt failed. `goesOn`: there is another. */
  readonly onFailure: (error: unknown, goesOn: boolean) => void;
}

/** Until it is there; coming back later is the connection's own affair. */
export class Connector {
  readonly #options: ConnectorOptions;
  /** The attempts under way: the first, and the last, which succeeds unless nobody wants to wait for it. */
  #attempts: { readonly first: Promise<void>; readonly last: Promise<void> } | undefined;
  #isWaitedFor = false;

  constructor(options: ConnectorOptions) {
    this.#options = options;
  }

  /** The attempt that came first, if one is under way or has succeeded. */
  get first(): Promise<void> | undefined {
    return this.#attempts?.first;
  }

  /** Connects. Rejects if the first attempt fails; with `wait`, tries on. */
  connect({ wait = false, signal }: ConnectBrokerOptions = {}): Promise<void> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    if (wait) this.#isWaitedFor = true;
    this.#attempts ??= this.#begin();
    return orAborted(wait ? this.#attempts.last : this.#attempts.first, signal);
  }

  /** Somebody needs it, now or later. */
  start(): void {
    this.#isWaitedFor = true;
    if (!this.#options.end.aborted) this.#attempts ??= this.#begin();
  }

  #begin() {
    const { attempt, end, onBegin, onFailure } = this.#options;
    onBegin();
    const first = attempt().catch((error: unknown) => {
      throw end.aborted ? end.reason : error;
    });
    const last = first.catch((error: unknown) => {
      if (end.aborted) throw error;
      onFailure(error, this.#isWaitedFor);
      if (this.#isWaitedFor) return this.#tryOn();
      this.#attempts = undefined;
      throw error;
    });
    // Whoever only starts waits for neither.
    last.catch(() => {});
    return { first, last };
  }

  async #tryOn(): Promise<void> {
    const { attempt, end, onFailure } = this.#options;
    for (let time = 1; ; time++) {
      await this.#pause(Math.min(LONGEST, 50 * 2 ** time) * (0.5 + Math.random() / 2));
      try {
        return await attempt();
      } catch (error) {
        if (end.aborted) throw end.reason;
        onFailure(error, true);
      }
    }
  }

  /** Rejects at the end. */
  #pause(milliseconds: number): Promise<void> {
    const { clock, end } = this.#options;
    let cancel = () => {};
    const passed = new Promise<void>((resolve) => {
      cancel = clock.after(milliseconds, resolve);
    });
    return orAborted(passed, end).finally(() => cancel());
  }
}

/** Between two attempts, in milliseconds. */
const LONGEST = 2000;

/** The work, unless it is given up first. */
export async function orAborted(work: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (signal === undefined) return work;
  let onAbort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason);
    signal.addEventListener("abort", onAbort);
  });
  try {
    await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
