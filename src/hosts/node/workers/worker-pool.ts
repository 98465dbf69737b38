/** So many workers at all times: starts them, replaces those that end, and ends them all. Knows nothing of what they do. */

import type { CloseOptions } from "../../../server/drain.ts";
import type { FromWorker, ToWorker } from "./messages.ts";
import type { StartWorker, WorkerProcess } from "./worker-process.ts";

/** Who has a pool. */
export interface PoolOwner {
  poolOnMessage(worker: PoolWorker, message: FromWorker): void;
  /** It is gone, whoever wanted it. */
  poolOnExit(worker: PoolWorker): void;
  /** It ended although nobody wanted it; another starts after so many milliseconds, unless the pool is killed now. */
  poolOnCrash(worker: PoolWorker, how: string, delay: number): void;
}

/** What a pool works with. */
export interface PoolOptions {
  readonly size: number;
  readonly start: StartWorker;
  readonly owner: PoolOwner;
  /** Keeps the process alive meanwhile: without workers it has nothing else to do. */
  readonly after: (milliseconds: number, work: () => void) => () => void;
  readonly now: () => number;
}

/** One of them. */
export interface PoolWorker {
  readonly pid: number;
  tell(message: ToWorker, taken?: (error?: Error | null) => void): void;
  /** It does what it is there for. */
  isUp(): void;
  /** Ends it, whatever it does. Another takes its place, as if it had crashed. */
  kill(): void;
}

/** The workers of one primary. */
export class WorkerPool {
  /** Resolves when all are gone, and no others come. */
  readonly gone: Promise<void>;
  readonly #options: PoolOptions;
  readonly #workers = new Set<Worker>();
  /** Ends what waits: the next start of a worker that crashed. */
  readonly #pauses = new Set<() => void>();
  #state: "running" | "closing" | "closed" = "running";
  #tellGone: () => void = () => {};

  constructor(options: PoolOptions) {
    this.#options = options;
    this.gone = new Promise((resolve) => {
      this.#tellGone = resolve;
    });
    for (let count = 0; count < options.size; count++) this.#start(0);
  }

  get isRunning(): boolean {
    return this.#state === "running";
  }

  /** Those that run now. */
  get pids(): readonly number[] {
    return Array.from(this.#workers, ({ pid }) => pid);
  }

  get workers(): Iterable<PoolWorker> {
    return this.#workers;
  }

  /** Tells all to close, and kills those that are left shortly after the deadline. Once; `gone` tells the end. */
  drain(options: CloseOptions): void {
    if (!this.#close()) return;
    for (const worker of this.#workers) this.#end(worker, options);
  }

  /** Ends all at once. */
  kill(): void {
    this.#close();
    for (const worker of this.#workers) worker.kill();
  }

  /** One is to close; another takes its place now. */
  retire(worker: PoolWorker, options: CloseOptions): void {
    const one = worker as Worker;
    if (!this.isRunning || one.state === "ending" || !this.#workers.has(one)) return;
    this.#end(one, options);
    this.#start(0);
  }

  #close(): boolean {
    if (!this.isRunning) return false;
    this.#state = "closing";
    for (const cancel of this.#pauses) cancel();
    this.#pauses.clear();
    this.#tellIfGone();
    return true;
  }

  #end(worker: Worker, options: CloseOptions): void {
    // It has nobody to say goodbye to, and may not listen to us yet.
    if (worker.state === "starting") return worker.kill();
    worker.state = "ending";
    worker.tell({ antiphon: "close", options });
    worker.cancel = this.#options.after((options.timeout ?? 10_000) + GRACE, () => worker.kill());
  }

  /** `crashes`: how often in a row the one before it has ended soon. */
  #start(crashes: number): void {
    const { start, owner, now } = this.#options;
    const worker: Worker = new Worker(now);
    this.#workers.add(worker);
    worker.process = start({
      workerOnMessage: (message) => owner.poolOnMessage(worker, message),
      workerOnExit: (how) => this.#exited(worker, how, crashes),
    });
  }

  #exited(worker: Worker, how: string, crashes: number): void {
    const { owner, after } = this.#options;
    worker.cancel();
    this.#workers.delete(worker);
    owner.poolOnExit(worker);
    if (this.isRunning && worker.state !== "ending") {
      const inARow = worker.hasLasted ? 0 : crashes;
      const delay = inARow === 0 ? 0 : Math.min(LONGEST, 100 * 2 ** (inARow - 1));
      owner.poolOnCrash(worker, how, delay);
      if (this.isRunning) this.#pause(delay, after, () => this.#start(inARow + 1));
    }
    this.#tellIfGone();
  }

  #pause(delay: number, after: PoolOptions["after"], work: () => void): void {
    const cancel = after(delay, () => {
      this.#pauses.delete(cancel);
      work();
    });
    this.#pauses.add(cancel);
  }

  #tellIfGone(): void {
    if (this.#state !== "closing" || this.#workers.size > 0) return;
    this.#state = "closed";
    this.#tellGone();
  }
}

/** Milliseconds that a worker has, after the deadline of its drain, to end by itself. */
const GRACE = 500;
/** Between two starts of one that ends again and again. */
const LONGEST = 5_000;
/** Who ends after it was up for so long did not end because it began. */
const LASTING = 10_000;

class Worker implements PoolWorker {
  process: WorkerProcess | undefined;
  state: "starting" | "up" | "ending" = "starting";
  /** Takes back what is to be done with it later. */
  cancel: () => void = () => {};
  readonly #now: () => number;
  #since = Number.POSITIVE_INFINITY;

  constructor(now: () => number) {
    this.#now = now;
  }

  get pid(): number {
    return this.process?.pid ?? 0;
  }

  get hasLasted(): boolean {
    return this.#now() - this.#since >= LASTING;
  }

  isUp(): void {
    if (this.state !== "starting") return;
    this.state = "up";
    this.#since = this.#now();
  }

  tell(message: ToWorker, taken?: (error?: Error | null) => void): void {
    this.process?.tell(message, taken);
  }

  kill(): void {
    this.process?.kill();
  }
}
