/** One call of `listen` in the file that all processes run: the place, how it went, and which workers listen there. */

import type { Failure } from "./messages.ts";
import type { PoolWorker } from "./worker-pool.ts";

/** Where an app listens. */
export interface Where {
  readonly url: string;
  readonly port: number | undefined;
}

/** As the primary knows it. */
export class ListenCall {
  /** Resolves when all workers listen. */
  readonly listening: Promise<Where>;
  readonly #number: number;
  #state: "before" | "pending" | "listening" | "failed" = "before";
  #port: number | undefined;
  #failure: Failure = { code: "", message: "" };
  /** Workers that are ahead of the primary. */
  #asking: PoolWorker[] = [];
  readonly #there = new Set<PoolWorker>();
  #resolve!: (where: Where) => void;
  #reject!: (error: Error) => void;

  constructor(number: number) {
    this.#number = number;
    this.listening = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // Whoever waits hears of it; perhaps nobody does yet.
    this.listening.catch(() => {});
  }

  /** Whether it waits for the workers. */
  get isPending(): boolean {
    return this.#state === "pending";
  }

  /** The place can be had: at this port, if it is one. */
  open(port: number | undefined): void {
    this.#state = "pending";
    this.#port = port;
    this.#answerAll();
  }

  /** It is rejected, in all processes. Gives whether that is news: it is not when all listen already. */
  fail(error: Error): boolean {
    if (this.#state === "listening" || this.#state === "failed") return false;
    const { isPending } = this;
    this.#state = "failed";
    this.#failure = { code: "code" in error ? String(error.code) : error.name, message: error.message };
    this.#reject(error);
    this.#answerAll();
    return isPending;
  }

  /** A worker wants to know where. */
  ask(worker: PoolWorker): void {
    this.#asking.push(worker);
    if (this.#state !== "before") this.#answerAll();
  }

  /** One listens; `size`: how many there have to be. */
  listens(worker: PoolWorker, { url, port }: Where, size: number): void {
    this.#there.add(worker);
    if (this.#state !== "pending" || this.#there.size < size) return;
    this.#state = "listening";
    this.#resolve({ url, port });
  }

  /** It is gone. */
  forget(worker: PoolWorker): void {
    this.#there.delete(worker);
    this.#asking = this.#asking.filter((other) => other !== worker);
  }

  #answerAll(): void {
    const listen = this.#number;
    for (const worker of this.#asking) {
      if (this.#state === "failed") worker.tell({ antiphon: "failed", listen, failure: this.#failure });
      else worker.tell({ antiphon: "place", listen, port: this.#port });
    }
    this.#asking = [];
  }
}
