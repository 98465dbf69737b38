/** `antiphon echo`: sends every message back as it came, on every path, and shows a page to try it with. */

import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import type { Message, ResolvedCompression } from "../protocol/index.ts";
import { acceptUpgrade, encodeResponseHead, readUpgrade, resolveCompression } from "../protocol/index.ts";
import { refuse, runEngine, toUpgradeRequest } from "../protocol/node/index.ts";
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
  const server = await startEcho(options);
  console.log(`Echo server at ${server.url} (open it in a browser, or connect to ${server.url.replace("http", "ws")})`);
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void server.close());
}

/** Starts an echo server. Rejects when the address can't be had. */
export async function startEcho(options: EchoOptions): Promise<EchoServer> {
  const { port, host = "127.0.0.1", prefix = "" } = options;
  // A test tool chooses the terms: whatever it offers is agreed to, context takeover and all.
  const compression = options.compression
    ? resolveCompression({ serverNoContextTakeover: false, clientNoContextTakeover: false, threshold: 0 })
    : null;
  const streams = new Set<Duplex>();
  const server = createServer(answerHttp);
  server.on("upgrade", (request, stream: Duplex, head: Buffer) => {
    streams.add(stream);
    stream.on("close", () => streams.delete(stream));
    upgrade(request, stream, { head, compression, prefix });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => reject(listenError(error, host, port)));
    server.listen(port, host, resolve);
  });
  const { port: actual } = server.address() as AddressInfo;
  return {
    port: actual,
    url: `http://${host.includes(":") ? `[${host}]` : host}:${actual}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
        for (const stream of streams) stream.destroy();
      }),
  };
}

interface Upgrading {
  readonly head: Buffer;
  readonly compression: ResolvedCompression | null;
  readonly prefix: string;
}

function upgrade(request: IncomingMessage, stream: Duplex, { head, compression, prefix }: Upgrading): void {
  const offer = readUpgrade(toUpgradeRequest(request));
  if (offer.type === "refuse") return refuse(stream, offer);
  const [protocol] = offer.protocols;
  const { response, deflate } = acceptUpgrade(offer, { compression, protocol });
  stream.write(encodeResponseHead(response));
  let paused = false;
  const engine = runEngine(stream, {
    role: "server",
    head,
    deflate,
    limits: TEST_TOOL_LIMITS,
    sink: {
      message(data) {
        engine.send(withPrefix(data, prefix));
        if (engine.outputSize + stream.writableLength < MUCH) return;
        paused = true;
        engine.pause();
      },
      output: resumeWhenOut,
      close() {},
    },
  });
  stream.on("drain", resumeWhenOut);

  /** Who does not read our echoes is not read either. */
  function resumeWhenOut(): void {
    if (!paused || engine.outputSize + stream.writableLength >= MUCH) return;
    paused = false;
    engine.resume();
  }
}

/** Nothing that a test tool does by design shall trip over a limit; memory still has one. */
const TEST_TOOL_LIMITS = { messageSize: 64 * 1024 * 1024, fragments: Infinity, controlFramesPerSecond: Infinity };
const MUCH = 1024 * 1024;

function withPrefix(data: Message, prefix: string): Message {
  return typeof data === "string" ? prefix + data : data;
}

function answerHttp(request: IncomingMessage, response: ServerResponse): void {
  if (request.method !== "GET" && request.method !== "HEAD") {
    response.writeHead(405, { Allow: "GET, HEAD" }).end();
    return;
  }
  response.writeHead(200, { "Content-Type": "text/html; charset=utf-8" }).end(echoPage);
}

function listenError(error: NodeJS.ErrnoException, host: string, port: number): Error {
  const reasons: Record<string, string> = {
    EADDRINUSE: `port ${port} on ${host} is in use; choose another with --port, or 0 for any free one`,
    EACCES: `no permission to listen on port ${port}; choose one from 1024 on with --port`,
    EADDRNOTAVAIL: `this machine has no address ${host}; choose another with --host`,
  };
  return new Error(reasons[error.code ?? ""] ?? error.message, { cause: error });
}
