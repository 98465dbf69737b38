/** The echo server: sends every message back as it came, and shows a page to try it with. */

import { App, type Message, type Observer } from "../../index.ts";
import type { Certificate } from "../self-signed.ts";
import { echoPage } from "./echo-page.ts";

/** How to echo. */
export interface EchoOptions {
  /** The TCP port; 0 takes any free one. */
  readonly port: number;
  /** @default "127.0.0.1" */
  readonly host?: string | undefined;
  /** The only path that echoes, as a pattern of routes. @default all paths */
  readonly path?: string | undefined;
  /** Agree to permessage-deflate when a client offers it, on the client's terms. @default false */
  readonly compression?: boolean | undefined;
  /** Put before every text that goes back. @default "" */
  readonly prefix?: string | undefined;
  /** Certificate and key, as PEM. @default none: http and ws */
  readonly tls?: Certificate | undefined;
  /** Hears of who comes and goes. */
  readonly observer?: Observer | undefined;
}

/** A running echo server. */
export interface EchoServer {
  readonly port: number;
  readonly url: string;
  /** Stops at once, with all connections. */
  close(): Promise<void>;
}

/** Starts an echo server. Rejects when the address can't be had. */
export async function startEcho({
  port,
  host = "127.0.0.1",
  path = "/*",
  prefix = "",
  compression,
  tls,
  observer,
}: EchoOptions): Promise<EchoServer> {
  const app = new App({
    logger: false,
    observer,
    // A test tool is for pages and programs from anywhere, and lets them choose the terms.
    origins: "*",
    compression: compression && { serverNoContextTakeover: false, clientNoContextTakeover: false, threshold: 0 },
    // Nothing that a test does by design shall trip over a limit; memory still has one.
    limits: { messageSize: 64 * MIB, sendBuffer: 128 * MIB, fragments: Infinity, controlFramesPerSecond: Infinity },
    // A test may be silent, and count each frame that comes.
    heartbeat: false,
  });
  app.ws(path, {
    upgrade: (socket) => socket.accept({ subprotocol: socket.protocols[0] }),
    // Who does not read our echoes is not read either: the promise holds back the next message.
    message: (socket, message) => socket.send(withPrefix(message, prefix)),
  });
  // The page connects to where it is; the patterns of routes are not those of Hono.
  app.http.get("*", (context) => {
    if (path === "/*" || path === context.req.path) return context.html(echoPage);
    return context.req.path === "/" && !/[:*]/.test(path) ? context.redirect(path) : context.notFound();
  });
  const listening = await app.listen({ port, host, tls, signals: { timeout: 1000 } });
  return {
    port: listening.port ?? port,
    url: listening.url,
    close: async () => {
      await listening.close();
      await app.close();
    },
  };
}

const MIB = 1024 * 1024;

function withPrefix(data: Message, prefix: string): Message {
  return typeof data === "string" ? prefix + data : data;
}
