/** What is under test, in either role over TCP, and the raw peer connected to it: as users have it, or the bare engine. */

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { startEcho } from "../../src/cli/echo/echo-server.ts";
import type { ClientSocket } from "../../src/client/index.ts";
import { connect, DisconnectError } from "../../src/client/index.ts";
import type { CloseInfo, CompressionOptions, Engine, EngineSink, Limits, Message } from "../../src/protocol/index.ts";
import { acceptUpgrade, encodeResponseHead, readUpgrade, resolveCompression } from "../../src/protocol/index.ts";
import { runEngine, toUpgradeRequest } from "../../src/protocol/node/index.ts";
import { openClient } from "../support/client.ts";
import type { Negotiation } from "./case.ts";
import { connectRaw, listenRaw } from "./raw-handshake.ts";
import type { RawPeer } from "./raw-peer.ts";

/** A connection between our side, which echoes, and the raw peer. */
export interface Endpoints extends AsyncDisposable {
  readonly peer: RawPeer;
  /** What the server answered for `Sec-WebSocket-Extensions`. */
  readonly answer: string;
  /** How the connection ended as our side tells it; our echo server keeps that to itself. */
  readonly closed?: Promise<CloseInfo>;
}

/** The same with an engine that the test holds in its own hand. */
export interface HeldEndpoints extends Endpoints {
  readonly engine: Engine;
  readonly closed: Promise<CloseInfo>;
  /** What the engine has received, and sent back. */
  readonly messages: readonly Message[];
}

/** How to set up an engine of our own. */
export interface HoldOptions {
  /** @default no compression */
  readonly deflate?: Negotiation;
  /** @default what our echo server has */
  readonly compression?: CompressionOptions;
  /** @default those of our echo server */
  readonly limits?: Partial<Limits>;
  readonly closeTimeout?: number;
}

/** Both roles, for tables. */
export const ROLES = ["server", "client"] as const;

/** Connects our side in this role with a raw peer of the other: the server of `antiphon echo`, or a client of `connect`. */
export function connectOurs(role: "server" | "client", deflate?: Negotiation): Promise<Endpoints> {
  return role === "server" ? connectEchoServer(deflate) : connectEchoClient(deflate);
}

/** Connects an engine of our own, in this role, with a raw peer of the other. */
export function holdEngine(role: "server" | "client", options: HoldOptions = {}): Promise<HeldEndpoints> {
  return role === "server" ? holdServer(options) : holdClient(options);
}

async function connectEchoServer(deflate?: Negotiation): Promise<Endpoints> {
  const server = await startEcho({ port: 0, compression: true });
  const { peer, answer } = await connectRaw(server.port, deflate?.offer);
  return {
    peer,
    answer,
    async [Symbol.asyncDispose]() {
      peer.destroy();
      await server.close();
    },
  };
}

async function connectEchoClient(deflate?: Negotiation): Promise<Endpoints> {
  const answer = deflate === undefined ? "" : (deflate.answer ?? deflate.agreed);
  const server = await listenRaw(answer);
  const opening = connect(`ws://127.0.0.1:${server.port}/`, {
    heartbeat: false,
    limits: TEST_TOOL_LIMITS,
    compression: deflate !== undefined && AS_ECHO,
  });
  const [socket, peer] = await Promise.all([opening, server.peer]);
  void echo(socket);
  return {
    peer,
    answer,
    closed: socket.closed,
    async [Symbol.asyncDispose]() {
      peer.destroy();
      socket.terminate();
      server.close();
    },
  };
}

/** As a user writes it. */
async function echo(socket: ClientSocket): Promise<void> {
  try {
    for await (const message of socket) await socket.send(message);
  } catch (error) {
    // The connection has ended under a message: what the peer got of it is its own to judge.
    if (!(error instanceof DisconnectError)) throw error;
  }
}

async function holdServer(options: HoldOptions): Promise<HeldEndpoints> {
  const { deflate, limits = TEST_TOOL_LIMITS, closeTimeout } = options;
  const compression = toCompression(options);
  const sink = new EchoSink();
  const server = createServer();
  server.on("upgrade", (request, stream: Duplex, head: Buffer) => {
    const upgrade = readUpgrade(toUpgradeRequest(request));
    if (upgrade.type === "refuse") throw upgrade.error;
    const { response, deflate: agreed } = acceptUpgrade(upgrade, { compression });
    stream.write(encodeResponseHead(response));
    const timeout = closeTimeout === undefined ? {} : { closeTimeout };
    sink.engine = runEngine(stream, { role: "server", head, limits, deflate: agreed, sink, ...timeout });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { peer, answer } = await connectRaw((server.address() as AddressInfo).port, deflate?.offer);
  return {
    peer,
    answer,
    engine: sink.engine!,
    closed: sink.closed,
    messages: sink.messages,
    async [Symbol.asyncDispose]() {
      peer.destroy();
      server.close();
    },
  };
}

async function holdClient(options: HoldOptions): Promise<HeldEndpoints> {
  const { deflate, limits = TEST_TOOL_LIMITS, closeTimeout } = options;
  const answer = deflate === undefined ? "" : (deflate.answer ?? deflate.agreed);
  const sink = new EchoSink();
  const server = await listenRaw(answer);
  const compression = toCompression(options);
  const timeout = closeTimeout === undefined ? {} : { closeTimeout };
  const opening = openClient(server.port, { limits, compression, sink, ...timeout });
  const [{ engine, stream }, peer] = await Promise.all([opening, server.peer]);
  sink.engine = engine;
  return {
    peer,
    answer,
    engine,
    closed: sink.closed,
    messages: sink.messages,
    async [Symbol.asyncDispose]() {
      peer.destroy();
      stream.destroy();
      server.close();
    },
  };
}

/** Sends every message back, and tells of the end. */
class EchoSink implements EngineSink {
  readonly messages: Message[] = [];
  readonly closed: Promise<CloseInfo>;
  engine: Engine | undefined;
  close: (info: CloseInfo) => void = () => {};

  constructor() {
    this.closed = new Promise((resolve) => {
      this.close = resolve;
    });
  }

  message(data: Message): void {
    this.messages.push(data);
    if (this.engine!.state === "open") this.engine!.send(data);
  }
}

/** What the command `antiphon echo` gives a test tool. */
const TEST_TOOL_LIMITS: Partial<Limits> = {
  messageSize: 64 * 1024 * 1024,
  fragments: Number.POSITIVE_INFINITY,
  controlFramesPerSecond: Number.POSITIVE_INFINITY,
};

/** As the echo server has it: every message is compressed, as the other side wants it. */
function toCompression({ deflate, compression }: HoldOptions) {
  return deflate === undefined ? null : resolveCompression({ ...AS_ECHO, ...compression });
}

const AS_ECHO = { serverNoContextTakeover: false, clientNoContextTakeover: false, threshold: 0 };
