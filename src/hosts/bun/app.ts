/** `App` on Bun: it listens on Bun's own server, and attaches to those of `node:http` as on Node. */

import { APP_CLOSED, usageError } from "../../errors.ts";
import { HOSTED } from "../../server/host.ts";
import { App as NodeApp } from "../node/app.ts";
import type { Listening } from "../node/listen.ts";
import type { ListenOptions } from "../node/listen-options.ts";
import { toPlace } from "../node/listen-options.ts";
import { stayAlive } from "../node/stay-alive.ts";
import { listenOn } from "../web/listen-on.ts";
import { checkListenOptions, runtimeOrThrow } from "./bun-options.ts";
import { serveOnBun } from "./bun-server.ts";
import { stayAwakeIfWatched } from "./watch-mode.ts";

/**
 * A server of WebSockets, with HTTP beside them, on Bun's own server. `Data` is what middleware puts into `socket.data`.
 * What Bun can do and what it cannot is in docs/runtimes.md.
 *
 * @example
 * const app = new App();
 * app.ws("/ws", async (socket) => {
 *   for await (const text of socket.iterText()) await socket.sendText(`Echo: ${text}`);
 * });
 * await app.listen({ port: 5042 });
 */
export class App<Data = Record<string, unknown>> extends NodeApp<Data> {
  /**
   * As on Node, with `Bun.serve`. Rejects with a `UsageError` that names the option for what it does not have: `fd`,
   * `backlog`, `http2`, `workers`; and for a Bun that is too old.
   */
  override async listen(options: ListenOptions = {}): Promise<Listening> {
    const bun = runtimeOrThrow();
    const place = toPlace(options);
    checkListenOptions(options);
    if (this.isClosing) throw usageError(APP_CLOSED);
    await stayAlive(this.broker.connect({ wait: options.waitForBroker, signal: options.signal }));
    const app = this[HOSTED];
    return listenOn(app, {
      place,
      options,
      onSignal: (_name, timeout) => {
        stayAwakeIfWatched();
        return this.close({ timeout });
      },
      bind: (where) => serveOnBun(bun, app, { place: where, tls: options.tls }),
    });
  }
}
