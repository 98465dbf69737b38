/** A worker: listens where its primary says, joins the rooms of the others through it, and ends when it is told to. */

import cluster from "node:cluster";
import { UsageError } from "../../../errors.ts";
import type { Hosted } from "../../../server/host.ts";
import type { Listening } from "../listen.ts";
import { listen, toSignals } from "../listen.ts";
import type { ListenOptions } from "../listen-options.ts";
import { toPlace } from "../listen-options.ts";
import { ChannelBroker } from "./channel-broker.ts";
import type { FromExchange } from "./channel-messages.ts";
import type { FromWorker, ToWorker } from "./messages.ts";
import { isOurs, WORKER_MARK } from "./messages.ts";
import type { WorkersApp } from "./workers-app.ts";

/** Whether this process was started by a primary of ours. Its own children are none, whatever they inherit. */
export function isWorker(): boolean {
  isMarked ??= cluster.isWorker && process.env[WORKER_MARK] !== undefined;
  delete process.env[WORKER_MARK];
  return isMarked;
}

let isMarked: boolean | undefined;

/** One for the process. */
export class Worker {
  readonly #apps: WorkersApp[] = [];
  /** Those that have not closed. */
  readonly #open = new Set<WorkersApp>();
  readonly #rooms = new Map<number, (message: FromExchange) => void>();
  readonly #places = new Map<number, { resolve: (port: number | undefined) => void; reject: (error: Error) => void }>();
  readonly #heard = new Set<string>();
  #calls = 0;

  constructor() {
    process.on("message", (message) => isOurs<ToWorker>(message) && this.#hear(message));
  }

  /** Listens where the primary says. Rejects as it does there. */
  async listen(app: WorkersApp, options: ListenOptions): Promise<Listening> {
    const number = this.#calls++;
    this.#join(app);
    const port = await this.#place(number);
    try {
      const listening = await this.#listenAt(port, app, options);
      this.#tell({ antiphon: "listening", listen: number, url: listening.url, port: listening.port });
      return listening;
    } catch (error) {
      const { code = "", message } = error as UsageError;
      this.#tell({ antiphon: "failed", listen: number, failure: { code, message } });
      throw error;
    }
  }

  async #listenAt(port: number | undefined, app: WorkersApp, options: ListenOptions): Promise<Listening> {
    await app.connect(options);
    const listening = await listen(hushed(app.hosted), { ...options, ...at(options, port), signals: false });
    app.hosted.addListener({ stop() {}, close: async () => this.#closed(app) });
    if (options.signals !== false) this.#leaveSignals(toSignals(options.signals).names ?? ["SIGTERM", "SIGINT"]);
    return listening;
  }

  #join(app: WorkersApp): void {
    if (this.#apps.includes(app)) return;
    const number = this.#apps.push(app) - 1;
    this.#open.add(app);
    const broker = new ChannelBroker((hear) => {
      this.#rooms.set(number, hear);
      return (message, taken) => this.#tell({ antiphon: "rooms", app: number, message }, taken);
    });
    app.joinOthers(broker);
  }

  #place(number: number): Promise<number | undefined> {
    return new Promise((resolve, reject) => {
      this.#places.set(number, { resolve, reject });
      this.#tell({ antiphon: "place", listen: number });
    });
  }

  #hear(message: ToWorker): void {
    switch (message.antiphon) {
      case "place":
        return this.#places.get(message.listen)?.resolve(message.port);
      case "failed":
        return this.#places.get(message.listen)?.reject(new UsageError(message.failure.code, message.failure.message));
      case "close":
        for (const app of this.#open) void app.close(message.options);
        return;
      case "rooms":
        return this.#rooms.get(message.app)?.(message.message);
    }
  }

  /** A terminal sends its signals to all processes, but when to end is the primary's to say. */
  #leaveSignals(names: readonly NodeJS.Signals[]): void {
    for (const name of names) {
      if (this.#heard.has(name)) continue;
      this.#heard.add(name);
      process.on(name, () => this.#tell({ antiphon: "signal" }));
    }
  }

  /** Without an app that listens, a worker has nothing to do. */
  #closed(app: WorkersApp): void {
    this.#open.delete(app);
    if (this.#open.size > 0) return;
    cluster.worker?.disconnect();
    // What else keeps the process, a pool or an interval, has as long as after a signal.
    setTimeout(() => process.exit(), GRACE).unref();
  }

  #tell(message: FromWorker, taken: (error?: Error | null) => void = () => {}): void {
    process.send?.(message, undefined, undefined, taken);
  }
}

/** Milliseconds. */
const GRACE = 1_000;

/** That it listens is the primary's to tell, once. */
function hushed(hosted: Hosted): Hosted {
  return { ...hosted, observer: Object.create(hosted.observer, { listening: { value: undefined } }) };
}

/** The same port for all, whichever it was. */
function at(options: ListenOptions, port: number | undefined): ListenOptions {
  return toPlace(options).type === "tcp" ? { port } : {};
}
