/** The door `antiphon` for the suites inside Deno, where the app of a test listens by Deno's own server: `Deno.serve(app.fetch)`. */

import { APP_CLOSED, usageError } from "../../../src/errors.ts";
import { App as DenoApp } from "../../../src/hosts/deno/app.ts";
import type { Listening } from "../../../src/hosts/node/listen.ts";
import { HOSTED } from "../../../src/server/host.ts";

export * from "../../../src/index.deno.ts";

interface ServeOptions {
  readonly port: number;
  readonly hostname: string;
  readonly signal: AbortSignal;
  readonly onListen: () => void;
}

interface DenoServer {
  readonly addr: { readonly port: number };
  readonly finished: Promise<void>;
}

declare const Deno: {
  serve(options: ServeOptions, handler: DenoApp["fetch"]): DenoServer;
};

/** A server of Deno's on this machine. `close` ends it with all plain requests, at once. */
export function serve({ port }: { readonly port: number }, handler: DenoApp["fetch"]) {
  const abort = new AbortController();
  const server = Deno.serve({ port, hostname: "127.0.0.1", signal: abort.signal, onListen: () => {} }, handler);
  const close = () => {
    abort.abort();
    return server.finished;
  };
  return { port: server.addr.port, close };
}

/** As users have it who close the server of theirs with the app. */
export class App<Data = Record<string, unknown>> extends DenoApp<Data> {
  override async listen({ port = 0 }: { readonly port?: number } = {}): Promise<Listening> {
    if (this.isClosing) throw usageError(APP_CLOSED);
    const server = serve({ port }, this.fetch);
    // Deno's `shutdown` would say goodbye to the WebSockets in its own words.
    this[HOSTED].addListener({ stop: () => {}, close: server.close });
    const url = `http://127.0.0.1:${server.port}`;
    this[HOSTED].observer.listening?.({ url });
    return { url, port: server.port, close: server.close };
  }
}
