/** `antiphon echo`: sends every message back as it came, on every path, and shows a page to try it with. */

import { App, type Message } from "../index.ts";
import { echoPage } from "./echo-page.ts";

/** How to echo. */
export interface EchoOptions {
  /** The TCP port; 0 takes any free one. */
  readonly port: number;
  /** @default "127.0.0.1" */
  readonly host?: string;
  /** Agree to permessage-deflate when a client offers it, on the client's terms. @default false */
  readonly compression?: boolean;
  /** Put before every text that goes back. @default "" */
  readonly prefix?: string;
}

/** A running echo server. */
export interface EchoServer {
  readonly port: number;
  readonly url: string;
  /** Stops at once, with all connections. */
  close(): Promise<void>;
}

/** Starts an echo server and says where; it runs until the process is told to end. */
export async function runEcho(options: EchoOptions): Promise<void> {
  const { url } = await startEcho(options);
  console.log(`Echo server at ${url} (open it in a browser, or connect to ${url.replace("http", "ws")})`);
}

/** Starts an echo server. Rejects when the address can't be had. */
export async function startEcho({
  port,
  host = "127.0.0.1",
  prefix = "",
  compression,
}: EchoOptions): Promise<EchoServer> {
  const app = new App({
    logger: false,
    // A test tool is for pages and programs from anywhere, and lets them choose the terms.
    origins: "*",
    compression: compression && { serverNoContextTakeover: false, clientNoContextTakeover: false, threshold: 0 },
    // Nothing that a test does by design shall trip over a limit; memory still has one.
    limits: { messageSize: 64 * MIB, sendBuffer: 128 * MIB, fragments: Infinity, controlFramesPerSecond: Infinity },
  });
  app.ws("/*", {
    upgrade: (socket) => socket.accept({ subprotocol: socket.protocols[0] }),
    // Who does not read our echoes is not read either: the promise holds back the next message.
    message: (socket, message) => socket.send(withPrefix(message, prefix)),
  });
  app.http.get("*", (context) => context.html(echoPage));
  const listening = await app.listen({ port, host });
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
