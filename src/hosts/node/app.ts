/** `App` on Node: the app of the server, with listening and attaching as Node does them. */

import { APP_CLOSED, usageError } from "../../errors.ts";
import { ServerApp } from "../../server/app.ts";
import type { AppOptions } from "../../server/app-options.ts";
import type { CloseOptions } from "../../server/drain.ts";
import { HOSTED } from "../../server/host.ts";
import { defaultServerLimits } from "../../server/server-limits.ts";
import type { Attached, AttachOptions } from "./attach.ts";
import { attach } from "./attach.ts";
import { diagnosticsObserver } from "./diagnostics.ts";
import type { Listening } from "./listen.ts";
import { listen } from "./listen.ts";
import type { ListenOptions } from "./listen-options.ts";
import { toPlace } from "./listen-options.ts";
import { nodeHost } from "./node-host.ts";
import type { AnyServer } from "./shared-server.ts";
import { stayAlive } from "./stay-alive.ts";
import type { WorkersApp } from "./workers/workers-app.ts";

/**
 * A server of WebSockets, with HTTP beside them. `Data` is what middleware puts into `socket.data`.
 *
 * @example
 * const app = new App();
 * app.ws("/ws", async (socket) => {
 *   for await (const text of socket.iterText()) await socket.sendText(`Echo: ${text}`);
 * });
 * await app.listen({ port: 5042 });
 */
export class App<Data = Record<string, unknown>> extends ServerApp<Data> {
  readonly #options: AppOptions;
  #closeOptions: CloseOptions = {};
  #closing: Promise<void> | undefined;
  #workersApp: WorkersApp | undefined;

  /** Throws a `UsageError` that names the option that is wrong. */
  constructor(options: AppOptions = {}) {
    super(options, { ...nodeHost, observers: [diagnosticsObserver()] });
    this.#options = options;
  }

  /**
   * Connects with the broker, if there is one, then listens on a port, a unix socket or a descriptor, with TLS and HTTP/2 if
   * `tls` is given. SIGTERM and SIGINT close the app. Rejects with a `UsageError` that says in one sentence why the place
   * cannot be had (the broker stays connected then, until `close`), and with a `BrokerError` if the broker cannot be
   * reached (with `waitForBroker`, it waits for it).
   *
   * With `workers`, other processes listen, and this one sees to them: `sockets` is empty in it, `ready` says that they
   * listen, rooms and `broadcast` reach everybody, and `close` closes them all.
   */
  async listen(options: ListenOptions = {}): Promise<Listening> {
    // What is wrong with the options is told first.
    toPlace(options);
    if (this.isClosing) throw usageError(APP_CLOSED);
    if (options.workers !== undefined) return this.#listenInWorkers(options);
    await this.#connect(options);
    return listen(this[HOSTED], options, (_name, timeout) => this.close({ timeout }));
  }

  /**
   * Answers the WebSockets of a server that exists: Node's `http`, `https` or `http2`, and whatever stands on them. Only
   * those with a route in this app; others are left to the server's other listeners. HTTP requests stay the server's. The
   * broker is connected meanwhile; to know that it is there, wait for `app.broker.connect()` first.
   */
  attach(server: AnyServer, options: AttachOptions = {}): Attached {
    const attached = attach(this[HOSTED], server, options);
    // It is told to the observer, and tried again.
    this.broker.connect({ wait: true }).catch(() => {});
    return attached;
  }

  override close(options: CloseOptions = {}): Promise<void> {
    if (this.#closing === undefined) this.#closeOptions = options;
    // A handler that only waits for time to pass keeps no process, and has until the deadline.
    this.#closing ??= stayAlive(super.close(options));
    return this.#closing;
  }

  #connect({ waitForBroker, signal }: ListenOptions): Promise<void> {
    return stayAlive(this.broker.connect({ wait: waitForBroker, signal }));
  }

  async #listenInWorkers(options: ListenOptions): Promise<Listening> {
    // Node's cluster is loaded where it is used.
    const { listenInWorkers } = await import("./workers/listen-in-workers.ts");
    const { limits, publishOverflow = "drop-oldest" } = this.#options;
    this.#workersApp ??= {
      hosted: this[HOSTED],
      publishBuffer: limits?.publishBuffer ?? defaultServerLimits.publishBuffer,
      publishOverflow,
      joinOthers: (broker) => this.joinOthers(broker),
      connect: (how) => this.#connect(how),
      close: (how) => this.close(how),
      onClose: (hook) => void this.onDrain(() => hook(this.#closeOptions)),
    };
    return listenInWorkers(this.#workersApp, options);
  }
}
