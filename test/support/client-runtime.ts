/** A runtime for clients, in memory: a clock that is moved, and a network whose other end the test holds. */

import { getEventListeners } from "node:events";
import { expect } from "vitest";
import type { ClientSocket } from "../../src/client/client-socket.ts";
import { makeConnect } from "../../src/client/connect.ts";
import type { ConnectOptions, Fresh, MessageHeartbeat, Place } from "../../src/client/connect-options.ts";
import type { Dialed, DialRequest } from "../../src/client/dialer.ts";
import { messageHeartbeat, resolveMessageHeartbeat } from "../../src/client/heartbeat.ts";
import { sendClientStream } from "../../src/client/node/stream.ts";
import { NodeVitals } from "../../src/client/node/vitals.ts";
import type { ClientRuntime, Network } from "../../src/client/runtime.ts";
import type { Vitals, VitalsOwner } from "../../src/client/vitals.ts";
import { withDefaults } from "../../src/client/with-defaults.ts";
import { encodeClosePayload } from "../../src/protocol/close-code.ts";
import type { DeflateAgreement } from "../../src/protocol/deflate/agreement.ts";
import { nodeTextCodec } from "../../src/protocol/node/index.ts";
import type { ByteStream } from "../../src/protocol/run/byte-stream.ts";
import { ByteBudget } from "../../src/socket/byte-budget.ts";
import { EngineWire } from "../../src/socket/engine-wire.ts";
import { Link } from "../../src/socket/link.ts";
import { defaultSocketLimits } from "../../src/socket/socket-limits.ts";
import { Wheel } from "../../src/socket/wheel.ts";
import type { Wire } from "../../src/socket/wire.ts";
import { mirrored } from "./agreements.ts";
import type { Deferred } from "./deferred.ts";
import { deferred } from "./deferred.ts";
import type { MemoryStream, MemoryStreamOptions } from "./memory-streams.ts";
import { memoryStreams } from "./memory-streams.ts";
import type { EndOptions } from "./socket-pair.ts";
import { makeConfig, type Reports, settle, TestSocket } from "./socket-pair.ts";
import { TestClock } from "./test-clock.ts";
import { TestPlatform } from "./test-platform.ts";

/** What becomes of an attempt: it opens, the test decides later (`deaf`: also after it was given up), or it fails. */
export type Outcome = "opens" | "waits" | "deaf" | Error;

/** How a runtime is. */
export interface TestRuntimeOptions {
  /** What becomes of the first attempts; all others open. */
  readonly script?: readonly Outcome[];
  /** The part of each wait that passes. @default always half of it */
  readonly random?: () => number;
  /** With a network that can be away, as in browsers. @default none is known */
  readonly network?: boolean;
  /** Without pings, pauses and a later turn, as in browsers. */
  readonly isPlain?: boolean;
  readonly server?: EndOptions;
  /** The server's side of an agreement on compression. */
  readonly deflate?: DeflateAgreement;
  readonly stream?: MemoryStreamOptions;
  /** What connects both ends: the client's first. @default `memoryStreams` */
  readonly line?: () => readonly [ByteStream, ByteStream];
}

/** One for each `connect`. */
export class TestRuntime implements ClientRuntime {
  readonly clock = new TestClock();
  readonly waits = this.clock;
  readonly platform = new TestPlatform();
  readonly base = undefined;
  readonly schemes = ["ws:", "wss:"];
  readonly heartbeat = null;
  limits = defaultSocketLimits;
  /** A heartbeat by messages. */
  messages: Required<MessageHeartbeat> | undefined;
  readonly random: () => number;
  readonly network: TestNetwork | undefined;
  readonly vitals?: (owner: VitalsOwner) => Vitals;
  readonly stream?: NonNullable<ClientRuntime["stream"]>;
  readonly goodbye?: (wire: Wire) => void;
  /** All attempts so far. */
  readonly attempts: Attempt[] = [];
  /** What becomes of the next attempts. */
  readonly script: Outcome[];
  readonly #options: TestRuntimeOptions;

  constructor(options: TestRuntimeOptions = {}) {
    this.#options = options;
    this.script = [...(options.script ?? [])];
    this.random = options.random ?? (() => 0.5);
    this.network = options.network === true ? new TestNetwork() : undefined;
    if (options.isPlain === true) return;
    const wheel = new Wheel(this.clock);
    this.vitals = (owner) => {
      const { heartbeat, clock, limits } = this;
      if (this.messages !== undefined) return messageHeartbeat(owner, this.messages, clock);
      return new NodeVitals({ clock, wheel, limits, heartbeat }, owner);
    };
    this.stream = sendClientStream;
    this.goodbye = (wire) => setImmediate(() => wire.resume!());
  }

  /** The attempt that was made last. */
  get attempt(): Attempt {
    return this.attempts.at(-1)!;
  }

  /** The server's end of the connection that was opened last. */
  get server(): ServerEnd {
    return this.attempts.findLast(({ server }) => server !== undefined)!.server!;
  }

  /** What the servers of all connections have received, in order. */
  get received(): (string | Uint8Array)[] {
    return this.attempts.flatMap(({ server }) => server?.reports.received ?? []);
  }

  readonly dial = (request: DialRequest): Promise<Dialed> => {
    const outcome = this.script.shift() ?? "opens";
    const attempt = new Attempt(request, this.#options, this.clock);
    if (outcome !== "deaf") attempt.giveUpWhenAborted();
    this.attempts.push(attempt);
    if (outcome instanceof Error) attempt.fail(outcome);
    else if (outcome === "opens") attempt.open();
    return attempt.promise;
  };

  readonly checkClose = (code: number, reason: string): void => {
    encodeClosePayload("client", code, reason, nodeTextCodec);
  };
}

/** One attempt, whose end the test decides. */
export class Attempt {
  readonly request: DialRequest;
  /** The server's end, once it is open. */
  server: ServerEnd | undefined;
  readonly #options: TestRuntimeOptions;
  readonly #clock: TestClock;
  readonly #dialed: Deferred<Dialed> = deferred();

  constructor(request: DialRequest, options: TestRuntimeOptions, clock: TestClock) {
    this.request = request;
    this.#options = options;
    this.#clock = clock;
  }

  get promise(): Promise<Dialed> {
    return this.#dialed.promise;
  }

  /** Whether it was given up. */
  get isAborted(): boolean {
    return this.request.signal.aborted;
  }

  giveUpWhenAborted(): void {
    const { signal } = this.request;
    signal.addEventListener("abort", () => this.#dialed.reject(signal.reason), { once: true });
  }

  fail(error: unknown): void {
    this.#dialed.reject(error);
  }

  /** It succeeds; also when it has been given up, as one may in the same moment. */
  open(dialed: Partial<Dialed> = {}): ServerEnd {
    const { line, stream, isPlain, deflate } = this.#options;
    const [near, far] = line?.() ?? memoryStreams(stream);
    const options = {
      role: "client",
      platform: new TestPlatform(),
      clock: this.#clock,
      closeTimeout: 10_000,
      limits: { messageSize: 16 * 1024 * 1024 },
      deflate: deflate === undefined ? null : mirrored(deflate),
    } as const;
    const wire = isPlain === true ? new PlainWire(near, options) : new EngineWire(near, options);
    this.server = new ServerEnd(near as MemoryStream, far as MemoryStream, this.#options);
    this.#dialed.resolve({ wire, protocol: "", ...dialed });
    return this.server;
  }
}

/** The other end of a connection. Its clock is its own, and stands still: what waits there is not the client's. */
export class ServerEnd {
  /** The client's end, to break it or to hold back what it sends. */
  readonly client: MemoryStream;
  readonly stream: MemoryStream;
  readonly socket: TestSocket;
  readonly clock = new TestClock();
  readonly reports: Reports;

  constructor(client: MemoryStream, stream: MemoryStream, { server = {}, deflate }: TestRuntimeOptions) {
    this.client = client;
    this.stream = stream;
    const shared = { clock: this.clock, wheel: new Wheel(this.clock), budget: new ByteBudget(0) };
    const { config, reports } = makeConfig("server", { heartbeat: null, ...shared, ...server });
    this.reports = reports;
    const link = new Link(config);
    const { platform, clock } = config;
    const limits = { messageSize: 16 * 1024 * 1024 };
    link.open(
      new EngineWire(stream, {
        role: "server",
        platform,
        clock,
        closeTimeout: 10_000,
        limits,
        deflate: deflate ?? null,
      }),
    );
    this.socket = new TestSocket(link);
    // Nobody reads, unless the test does: what came is in the reports.
    if (server.limits === undefined) this.socket.ignoreMessages();
  }

  /** The network breaks: both ends see a reset. */
  cut(): void {
    this.client.fail(new Error("read ECONNRESET"));
    this.stream.fail(new Error("read ECONNRESET"));
  }

  /** What the client's end has written, as one. */
  get written(): Uint8Array {
    return Buffer.concat(this.client.written);
  }
}

/** A wire that can do no more than a browser's. */
class PlainWire extends EngineWire {
  override readonly pause = undefined as never;
  override readonly resume = undefined as never;
  override readonly ping = undefined as never;
  override readonly sendStream = undefined as never;
}

/** A network that the test takes away, and gives back. */
export class TestNetwork implements Network {
  online = true;
  readonly #listeners = new Set<() => void>();

  /** How many wait for it. */
  get listeners(): number {
    return this.#listeners.size;
  }

  onBack(back: () => void): () => void {
    this.#listeners.add(back);
    return () => this.#listeners.delete(back);
  }

  lose(): void {
    this.online = false;
  }

  /** It is there again; or was there all the time, and the user looks at the page again. */
  comeBack(): void {
    this.online = true;
    for (const back of [...this.#listeners]) back();
  }
}

/** A runtime, and `connect` for it. */
export function testClient(runtimeOptions: TestRuntimeOptions = {}) {
  const runtime = new TestRuntime(runtimeOptions);
  const connect = makeConnect(({ limits, heartbeat }) => {
    runtime.messages = resolveMessageHeartbeat(heartbeat);
    runtime.limits = withDefaults("limits", defaultSocketLimits, limits);
    return runtime;
  });
  return {
    runtime,
    clock: runtime.clock,
    connect: (options: ConnectOptions = {}, place: Fresh<Place> = "ws://test/"): Promise<ClientSocket> =>
      connect(place, options),
  };
}

/** After the end: no timer is left, nobody listens to the network, nor to the user's signal. */
export async function expectNothingLeft(runtime: TestRuntime, signal?: AbortSignal): Promise<void> {
  for (const { server } of runtime.attempts) {
    server?.client.unblock();
    server?.stream.resume();
  }
  await settle();
  expect(runtime.clock.timers, "timers").toBe(0);
  expect(runtime.network?.listeners ?? 0, "listeners of the network").toBe(0);
  if (signal !== undefined) expect(getEventListeners(signal, "abort"), "listeners of the signal").toEqual([]);
  for (const { server } of runtime.attempts) {
    expect(server?.socket.state ?? "closed", "the server's end").toBe("closed");
  }
}
