/** The threads of `serve`: as many as are needed at one time, up to a limit; those that wait for one are served in order. */

import { HandlerThread, type HandlerThreadOptions } from "./handler-thread.ts";

/** How many, and what they are made with. */
export interface HandlerThreadsOptions extends Omit<HandlerThreadOptions, "onEnd"> {
  readonly maxThreads: number;
}

/** Who waits for a thread. */
interface Waiting {
  give(thread: Promise<HandlerThread> | undefined): void;
}

/** All threads of one server. */
export class HandlerThreads {
  readonly #options: HandlerThreadsOptions;
  readonly #all = new Set<HandlerThread>();
  readonly #free: HandlerThread[] = [];
  readonly #waiting = new Set<Waiting>();
  #isEnded = false;

  constructor(options: HandlerThreadsOptions) {
    this.#options = options;
  }

  /** Starts the first one, to see whether the module can be loaded. Rejects with a `UsageError` if not. */
  async start(): Promise<void> {
    const thread = await this.#add();
    this.give(thread);
  }

  /** A thread; `undefined` if none is free within so many milliseconds, or the signal aborts. Rejects if none can be started. */
  take(timeout: number, signal: AbortSignal): Promise<HandlerThread | undefined> {
    const free = this.#free.pop();
    if (free !== undefined) return Promise.resolve(free);
    if (this.#isEnded || signal.aborted) return Promise.resolve(undefined);
    if (this.#all.size < this.#options.maxThreads) return this.#add();
    return new Promise((resolve) => {
      const waiting: Waiting = {
        give: (thread) => {
          clearTimeout(timer);
          signal.removeEventListener("abort", giveUp);
          this.#waiting.delete(waiting);
          resolve(thread);
        },
      };
      const giveUp = () => waiting.give(undefined);
      const timer = setTimeout(giveUp, Math.min(timeout, LONGEST_TIMER));
      signal.addEventListener("abort", giveUp);
      this.#waiting.add(waiting);
    });
  }

  /** The thread has nothing to do any more. */
  give(thread: HandlerThread): void {
    if (!this.#all.has(thread)) return;
    const [first] = this.#waiting;
    if (first === undefined) this.#free.push(thread);
    else first.give(Promise.resolve(thread));
  }

  /** Ends all threads, whatever they do. */
  async end(): Promise<void> {
    this.#isEnded = true;
    for (const waiting of [...this.#waiting]) waiting.give(undefined);
    await Promise.all([...this.#all].map((thread) => thread.dismiss()));
  }

  async #add(): Promise<HandlerThread> {
    const thread = new HandlerThread({ ...this.#options, onEnd: (ended) => this.#threadOnEnd(ended) });
    this.#all.add(thread);
    try {
      await thread.loaded;
    } catch (error) {
      // It would keep a place for nothing.
      await thread.dismiss();
      throw error;
    }
    return thread;
  }

  #threadOnEnd(thread: HandlerThread): void {
    this.#all.delete(thread);
    const at = this.#free.indexOf(thread);
    if (at !== -1) this.#free.splice(at, 1);
    // Another one takes its place where somebody waits.
    const [first] = this.#waiting;
    if (first !== undefined && !this.#isEnded) first.give(this.#add());
  }
}

/** Timers take no more milliseconds than this. */
const LONGEST_TIMER = 2 ** 31 - 1;
