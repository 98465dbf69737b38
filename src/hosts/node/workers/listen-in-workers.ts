/** `listen({ workers })`: the same call in a primary and in its workers, as they run the same file. */

import { availableParallelism } from "node:os";
import type { Listening } from "../listen.ts";
import type { ListenOptions } from "../listen-options.ts";
import { Primary } from "./primary.ts";
import { isWorker, Worker } from "./worker.ts";
import type { WorkersApp } from "./workers-app.ts";

// One for the process, whichever it is.
let primary: Primary | undefined;
let worker: Worker | undefined;

/** In a primary: starts workers, and resolves when all listen. In a worker: listens. Rejects as `App.listen`. */
export function listenInWorkers(app: WorkersApp, options: ListenOptions): Promise<Listening> {
  if (isWorker()) {
    worker ??= new Worker();
    return worker.listen(app, options);
  }
  primary ??= new Primary();
  return primary.listen(app, options, options.workers === "auto" ? availableParallelism() : options.workers!);
}
