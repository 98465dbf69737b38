/** A worker as its primary sees it: a process of Node's cluster that runs the entry file. */

import cluster from "node:cluster";
import { isMainThread } from "node:worker_threads";
import { usageError, WORKERS_NOT_HERE } from "../../../errors.ts";
import type { FromWorker, ToWorker } from "./messages.ts";
import { isOurs, WORKER_MARK } from "./messages.ts";

/** A process that was started. */
export interface WorkerProcess {
  readonly pid: number;
  /** `taken`: the system has it, or it can't go any more. */
  tell(message: ToWorker, taken?: (error?: Error | null) => void): void;
  /** Ends it, whatever it does. */
  kill(): void;
}

/** Who hears of it. */
export interface WorkerListener {
  workerOnMessage(message: FromWorker): void;
  /** Once. `how`: `exit code 1`, `SIGKILL`. */
  workerOnExit(how: string): void;
}

/** Starts a process. */
export type StartWorker = (listener: WorkerListener) => WorkerProcess;

/**
 * Starts the entry file once more. How connections are spread is Node's cluster's to choose, which by default hands them out
 * in turn. Measured with two workers: that costs 75 µs of the primary's time and 80 µs of the worker's for each handshake
 * more than workers that accept by themselves (SCHED_NONE); but of 300 clients at once, as after a restart, those had
 * 220 and 80, and a WebSocket stays for hours where it began. SO_REUSEPORT spreads well and costs as little, but Node 20
 * has none of it, two programs would share a port by mistake, and what waits for a worker dies with it.
 */
export const forkWorker: StartWorker = (listener) => {
  // As structured clones: bytes go as they are.
  cluster.setupPrimary({ serialization: "advanced" });
  const worker = cluster.fork({ [WORKER_MARK]: "1" });
  let isGone = false;
  const gone = (how: string) => {
    if (isGone) return;
    isGone = true;
    listener.workerOnExit(how);
  };
  worker.on("message", (message: unknown) => isOurs<FromWorker>(message) && listener.workerOnMessage(message));
  worker.on("exit", (code: number | null, signal: string | null) => gone(signal ?? `exit code ${code}`));
  // It could not be started, or not be sent to; in the second case it has ended.
  worker.on("error", (error) => worker.process.pid === undefined && gone(error.message));
  return {
    pid: worker.process.pid ?? 0,
    tell: (message, taken = () => {}) => void worker.process.send(message, taken),
    kill: () => void worker.process.kill("SIGKILL"),
  };
};

/** Throws a `UsageError` where there is no entry file to run again. */
export function checkCanFork(): void {
  if (!isMainThread) throw usageError(WORKERS_NOT_HERE, "a thread");
  if (cluster.isWorker) throw usageError(WORKERS_NOT_HERE, "a worker of another cluster");
  if (process.argv[1] === undefined && cluster.settings.exec === undefined) {
    throw usageError(WORKERS_NOT_HERE, "a program without a file");
  }
}
