/** Two sockets that talk to each other in memory, under one clock that the test moves. */

import type { DeflateAgreement } from "../../src/protocol/deflate/agreement.ts";
import type { Message } from "../../src/protocol/message.ts";
import { ByteBudget } from "../../src/socket/byte-budget.ts";
import { EngineWire } from "../../src/socket/engine-wire.ts";
import { millisecondsUntil } from "../../src/socket/expiry.ts";
import { Link } from "../../src/socket/link.ts";
import { Socket } from "../../src/socket/socket.ts";
import type { DropReport, QueueReport, SocketConfig } from "../../src/socket/socket-config.ts";
import type { SocketLimits } from "../../src/socket/socket-limits.ts";
import { defaultSocketLimits } from "../../src/socket/socket-limits.ts";
import { Wheel } from "../../src/socket/wheel.ts";
import { mirrored } from "./agreements.ts";
import type { MemoryStream, MemoryStreamOptions } from "./memory-streams.ts";
import { memoryStreams } from "./memory-streams.ts";
import { turns } from "./run.ts";
import { TestClock } from "./test-clock.ts";
import { TestPlatform } from "./test-platform.ts";

/** A socket that needs no handshake. */
export class TestSocket extends Socket {
  readonly protocol = "";
  /** How often something wanted it open. */
  begun = 0;
  readonly #link: Link;
  readonly #onBegin: (() => void) | undefined;

  constructor(link: Link, onBegin?: () => void) {
    super(link);
    this.#link = link;
    this.#onBegin = onBegin;
  }

  /** As on the server. */
  expires(until: Date | number | null): void {
    this.#link.expires(millisecondsUntil(until));
  }

  protected override begin(): void {
    this.begun++;
    this.#onBegin?.();
  }
}

/** What both ends are made with, or one of them. */
export interface EndOptions extends Partial<Omit<SocketConfig, "limits" | "role" | "clock">> {
  readonly limits?: Partial<SocketLimits>;
  /** @default 16 MiB */
  readonly messageSize?: number;
}

/** The options of a pair: for both ends, and for each. */
export interface SocketPairOptions extends EndOptions {
  readonly server?: EndOptions;
  readonly client?: EndOptions;
  readonly stream?: MemoryStreamOptions;
  /** The server's side of an agreement on compression. */
  readonly deflate?: DeflateAgreement;
}

/** What an end reported. */
export class Reports {
  readonly sent: Message[] = [];
  readonly received: Message[] = [];
  readonly queues: QueueReport[] = [];
  readonly drops: DropReport[] = [];

  readonly messageSent = (_id: string, data: Message): number => this.sent.push(data);
  readonly messageReceived = (_id: string, data: Message): number => this.received.push(data);
  /** The queues' words, such as `send full`. */
  get words(): string[] {
    return this.queues.map(({ direction, state }) => `${direction} ${state}`);
  }
}

/** One end. */
export interface SocketEnd {
  readonly socket: TestSocket;
  readonly link: Link;
  readonly wire: EngineWire;
  readonly stream: MemoryStream;
  readonly config: SocketConfig;
  readonly reports: Reports;
}

/** Two ends, and the time that they share. */
export interface SocketPair {
  readonly server: SocketEnd;
  readonly client: SocketEnd;
  readonly clock: TestClock;
  readonly wheel: Wheel;
  readonly budget: ByteBudget;
}

/** A server's and a client's socket, open. */
export function socketPair({ server, client, stream, deflate, ...both }: SocketPairOptions = {}): SocketPair {
  const clock = new TestClock();
  const shared = { clock, wheel: new Wheel(clock), budget: new ByteBudget(Number.POSITIVE_INFINITY) };
  const [a, b] = memoryStreams(stream);
  const agreements = { server: deflate ?? null, client: deflate === undefined ? null : mirrored(deflate) };
  const make = (role: "server" | "client", over: MemoryStream, options: EndOptions): SocketEnd => {
    const { config, reports } = makeConfig(role, { ...shared, ...both, ...options });
    const link = new Link(config);
    const messageSize = options.messageSize ?? both.messageSize ?? 16 * 1024 * 1024;
    const wire = new EngineWire(over, {
      role,
      platform: config.platform,
      clock,
      closeTimeout: config.limits.closeTimeout,
      limits: { messageSize },
      deflate: agreements[role],
    });
    link.open(wire);
    return { socket: new TestSocket(link), link, wire, stream: over, config, reports };
  };
  return {
    server: make("server", a, { ...both, ...server }),
    client: make("client", b, { ...both, ...client }),
    ...shared,
  };
}

/** What a socket is made with: the defaults, but for what is given. Both ends of a pair share clock, wheel and budget. */
export function makeConfig(
  role: "server" | "client",
  { limits, messageSize: _messageSize, ...given }: EndOptions & { clock: TestClock; wheel: Wheel; budget: ByteBudget },
): { config: SocketConfig; reports: Reports } {
  const reports = new Reports();
  const config: SocketConfig = {
    role,
    platform: new TestPlatform(),
    json: JSON,
    heartbeat: { interval: 25_000, timeout: 20_000 },
    slowConsumer: "close",
    overRate: "close",
    reporter: {
      messageSent: reports.messageSent,
      messageReceived: reports.messageReceived,
      backpressure: (_id, report) => reports.queues.push(report),
      dropped: (_id, drop) => reports.drops.push(drop),
    },
    ...given,
    limits: { ...defaultSocketLimits, ...limits },
  };
  return { config, reports };
}

/** Whether a promise has settled by now, and how: `pending` if it has not after a few turns. */
export async function stateOfPromise(promise: Promise<unknown>): Promise<"resolved" | "rejected" | "pending"> {
  let state: "resolved" | "rejected" | "pending" = "pending";
  promise.then(
    () => {
      state = "resolved";
    },
    () => {
      state = "rejected";
    },
  );
  await turns(2);
  return state;
}

/** Lets everything in memory happen, however much it is. */
export async function settle(): Promise<void> {
  await turns(40);
}

/** All that a socket gives from now on, until its end. */
export async function all(socket: Socket): Promise<Message[]> {
  const messages: Message[] = [];
  for await (const message of socket) messages.push(message);
  return messages;
}
