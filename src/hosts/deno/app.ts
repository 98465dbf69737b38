/** `App` on Deno: it listens by Deno's `node:http`, with our own engine, and answers for a `Deno.serve` of the user's. */

import type { AppOptions } from "../../server/app-options.ts";
import { HOSTED } from "../../server/host.ts";
import { toHeartbeat } from "../../socket/shared-options.ts";
import { App as NodeApp } from "../node/app.ts";
import type { Listening } from "../node/listen.ts";
import type { ListenOptions } from "../node/listen-options.ts";
import { toPlace } from "../node/listen-options.ts";
import { checkCertificate } from "./certificate-check.ts";
import type { DenoServeInfo } from "./deno-runtime.ts";
import { FetchHandler } from "./fetch-handler.ts";

/**
 * A server of WebSockets, with HTTP beside them. `Data` is what middleware puts into `socket.data`. What Deno can do and
 * what it cannot is in docs/runtimes.md.
 *
 * @example
 * const app = new App();
 * app.ws("/ws", async (socket) => {
 *   for await (const text of socket.iterText()) await socket.sendText(`Echo: ${text}`);
 * });
 * await app.listen({ port: 5042 });
 */
export class App<Data = Record<string, unknown>> extends NodeApp<Data> {
  readonly #options: AppOptions;
  #handler: FetchHandler | undefined;

  /** Throws a `UsageError` that names the option that is wrong. */
  constructor(options: AppOptions = {}) {
    super(options);
    this.#options = options;
  }

  /** As on Node, with all that it can do. */
  override async listen(options: ListenOptions = {}): Promise<Listening> {
    toPlace(options);
    if (options.tls !== undefined) checkCertificate(options.tls);
    return super.listen(options);
  }

  /**
   * Answers a request of a server of Deno's: for `Deno.serve(app.fetch)`, for a framework that hands out its requests, and
   * for `deno serve`, whose file has `export default app`. Its WebSockets are Deno's own, which can do less than those of
   * `listen`: no compression, no pause for who sends too much, pings of Deno's own. The broker is connected meanwhile; to
   * know that it is there, wait for `app.broker.connect()` first. `app.close()` says goodbye to the WebSockets; the server
   * is yours to shut down.
   *
   * @example
   * const server = Deno.serve({ port: 5042 }, app.fetch);
   * await app.close();
   * await server.shutdown();
   */
  readonly fetch = (request: Request, info?: DenoServeInfo): Response | Promise<Response> => {
    this.#handler ??= this.#makeHandler();
    return this.#handler.fetch(request, info);
  };

  #makeHandler(): FetchHandler {
    const handler = new FetchHandler(this[HOSTED], toHeartbeat(this.#options.heartbeat));
    if (this.isClosing) return handler;
    this[HOSTED].addListener(handler);
    // It is told to the observer, and tried again.
    this.broker.connect({ wait: true }).catch(() => {});
    return handler;
  }
}
