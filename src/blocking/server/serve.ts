/** `serve`: a server whose handlers wait, each connection in a thread. The connections themselves are in the calling thread. */

import { App } from "../../hosts/node/app.ts";
import { stayAlive } from "../../hosts/node/stay-alive.ts";
import type { CloseOptions } from "../../server/drain.ts";
import type { ServerSocket } from "../../server/server-socket.ts";
import { fromRecord } from "../lane/error-record.ts";
import { HandlerThreads } from "./handler-threads.ts";
import type { ServeOptions, ServePlan } from "./serve-options.ts";
import { toPlan } from "./serve-options.ts";
import type { Outcome } from "./visit.ts";

/** A server that listens. */
export interface Serving extends AsyncDisposable {
  /** Where: `ws://127.0.0.1:5042`. */
  readonly url: string;
  readonly port: number;
  /** Resolves when it has closed, by `close`, `shutdown` or a signal of the system. Never rejects. */
  readonly closed: Promise<void>;
  /**
   * Closes: takes no more connections, closes those that there are with 1001, so that their handlers read `null`, and ends
   * the threads whose handlers have not returned after `timeout` milliseconds (10 000). Resolves then, always.
   */
  close(options?: Pick<CloseOptions, "timeout">): Promise<void>;
}

/**
 * Serves WebSockets by a handler that waits: for each connection, up to `maxThreads`, the default export of a module is
 * called in a thread. Resolves when it listens: this one call is awaited, since signals have to be heard meanwhile. Rejects
 * with a `UsageError` for wrong options, a module that cannot be loaded, and a place that cannot be had.
 *
 * @example
 * // handler.js
 * export default function (socket, address) {
 *   for (const message of socket) socket.send(message);
 * }
 *
 * // server.js
 * const serving = await serve({ port: 8765, handler: new URL("./handler.js", import.meta.url) });
 * console.log(serving.url);
 */
export async function serve(options: ServeOptions): Promise<Serving> {
  const plan = toPlan(options);
  plan.shutdown?.throwIfAborted();
  const app: ThreadedApp = new ThreadedApp(plan);
  try {
    await app.threads.start();
  } catch (error) {
    await app.threads.end();
    throw error;
  }
  try {
    const { url, port } = await app.listen(plan.listen);
    const close = ({ timeout }: Pick<CloseOptions, "timeout"> = {}) => app.close({ timeout });
    const shutDown = () => void close({ timeout: plan.shutdownTimeout });
    plan.shutdown?.addEventListener("abort", shutDown);
    void app.closed.then(() => plan.shutdown?.removeEventListener("abort", shutDown));
    // It may have aborted while we were waiting.
    if (plan.shutdown?.aborted) shutDown();
    const serving = { url: url.replace(/^http/, "ws"), port: port!, closed: app.closed, close };
    return { ...serving, [Symbol.asyncDispose]: () => close() };
  } catch (error) {
    // Its broker may be connected.
    await app.close({ timeout: 0 });
    throw error;
  }
}

/** An app with one route, whose threads end when it has closed. */
class ThreadedApp extends App {
  readonly threads: HandlerThreads;
  readonly closed: Promise<void>;
  #tellClosed!: () => void;

  constructor(plan: ServePlan) {
    super(plan.app);
    this.closed = new Promise((resolve) => {
      this.#tellClosed = resolve;
    });
    this.threads = new HandlerThreads({
      handler: plan.handler,
      maxThreads: plan.maxThreads,
      window: {
        messages: plan.app.limits?.receiveMessages ?? 4096,
        bytes: plan.app.limits?.receiveBytes ?? 1024 * 1024,
      },
      rooms: {
        send: (socket, data, { rooms, withSelf }) => (withSelf ? this : socket).to(rooms).send(data),
        count: (room) => this.room(room).count(),
        who: (room) => this.room(room).who(),
      },
    });
    if (plan.onError) this.onError(plan.onError);
    for (const middleware of plan.use) this.use(middleware);
    this.ws(plan.path, plan.route, (socket) => this.#visit(socket as unknown as ServerSocket, plan));
  }

  /** However it is closed, its threads end with it. */
  override async close(options?: CloseOptions): Promise<void> {
    // A handler that computes keeps no process alive, and would be left behind.
    await stayAlive(super.close(options));
    await this.threads.end();
    this.#tellClosed();
  }

  async #visit(socket: ServerSocket, { waitTimeout }: ServePlan): Promise<void> {
    const thread = await this.threads.take(waitTimeout, socket.signal);
    if (thread === undefined) {
      if (socket.state !== "connecting") return;
      return socket.reject(503, undefined, { "Retry-After": String(Math.max(1, Math.ceil(waitTimeout / 1000))) });
    }
    try {
      await socket.accept();
      await this.#heed(socket, await thread.run(socket));
    } finally {
      this.threads.give(thread);
    }
  }

  async #heed(socket: ServerSocket, outcome: Outcome): Promise<void> {
    if (outcome.type === "threw") throw fromRecord(outcome.error);
    if (outcome.type === "fault") await socket.close(outcome.closeCode);
  }
}
