/** A connection in memory: its two ends, and what happens to it on the way. */

import type { Clock } from "../../protocol/run/clock.ts";
import { later } from "../real-time.ts";
import type { CutHow, Mark, ResolvedFaults } from "./faults.ts";
import { Lane } from "./lane.ts";
import { LineEnd } from "./line-end.ts";
import { randomFrom } from "./random.ts";

/** What a connection is made with. */
export interface LineOptions {
  readonly clock: Clock;
  readonly faults: ResolvedFaults;
  /** Tells the chance of this connection from that of others with the same seed. */
  readonly number: number;
  /** The client's address, as the server sees it. */
  readonly address: string;
  readonly port: number;
  /** The server's port, as the client sees it. */
  readonly serverPort: number;
  readonly encrypted: boolean;
}

/** One connection. The server's end is made by `accept`, in the context in which its events are to be heard. */
export class Line {
  readonly client: LineEnd;
  /** Bytes that have gone through, as the client counts. */
  readonly passed = { sent: 0, received: 0 };
  readonly #options: LineOptions;
  readonly #up: Lane;
  readonly #down: Lane;
  #server: LineEnd | undefined;
  /** Where it stalls by itself, until it was told to go on. */
  #stall: Mark;

  constructor(options: LineOptions) {
    const { clock, faults, number } = options;
    const random = randomFrom(faults.seed + number * 7_919);
    this.#options = options;
    this.#stall = faults.stall;
    const makeLane = (way: "sent" | "received", back: () => Lane) =>
      new Lane({
        clock,
        faults,
        random,
        room: () => Math.min(this.#left(faults.cutAfter, way), this.#left(this.#stall, way)),
        passed: (bytes) => this.#hasPassed(way, bytes),
        unheard: () => back().reset(),
      });
    this.#up = makeLane("sent", () => this.#down);
    this.#down = makeLane("received", () => this.#up);
    this.client = this.#makeEnd("client");
  }

  /** The server's end. */
  accept(): LineEnd {
    this.#server = this.#makeEnd("server");
    // A fault may lie before the first byte.
    this.#look();
    return this.#server;
  }

  get faults(): ResolvedFaults {
    return this.#options.faults;
  }

  /** Whether nothing moves, at least in one direction. */
  get isStalled(): boolean {
    return this.#up.isStalled || this.#down.isStalled;
  }

  /** Cuts it. What is on its way is lost. */
  cut(how: CutHow = "reset"): void {
    for (const lane of [this.#up, this.#down]) lane.close();
    for (const end of [this.client, this.#server]) {
      later(() => (how === "fin" ? end?.laneOnEnd() : end?.laneOnReset()));
    }
  }

  /** Nothing moves any more: from the client (`up`), to it (`down`), or both ways. */
  stall(direction?: "up" | "down"): void {
    if (direction !== "down") this.#up.stall();
    if (direction !== "up") this.#down.stall();
  }

  /** It goes on, for good. */
  resume(): void {
    this.#stall = NOWHERE;
    this.#up.resume();
    this.#down.resume();
  }

  /** From now on nothing is delayed any more: a clock that stands still shall not hold up the end. */
  hurry(): void {
    this.#up.hurry();
    this.#down.hurry();
  }

  /** Resolves when both ends are closed. */
  get closed(): Promise<unknown> {
    const ends = this.#server === undefined ? [this.client] : [this.client, this.#server];
    return Promise.all(
      ends.map((end) => (end.closed ? undefined : new Promise((resolve) => end.on("close", resolve)))),
    );
  }

  /** Ends it at both ends, at once. */
  destroy(): void {
    this.client.destroy();
    this.#server?.destroy();
  }

  #makeEnd(who: "client" | "server"): LineEnd {
    const { address, port, serverPort, encrypted } = this.#options;
    const near = { localAddress: address, localPort: port };
    const far = { localAddress: "127.0.0.1", localPort: serverPort };
    const [own, other] = who === "client" ? [near, far] : [far, near];
    const lanes = who === "client" ? { out: this.#up, in: this.#down } : { out: this.#down, in: this.#up };
    return new LineEnd(lanes, {
      ...own,
      remoteAddress: other.localAddress,
      remotePort: other.localPort,
      encrypted,
    });
  }

  #left(mark: Mark, way: "sent" | "received"): number {
    return Math.max(0, Math.min(mark[way] - this.passed[way], mark.total - this.passed.sent - this.passed.received));
  }

  #hasPassed(way: "sent" | "received", bytes: number): void {
    this.passed[way] += bytes;
    this.#look();
  }

  #look(): void {
    const { faults } = this.#options;
    const isReached = (mark: Mark) => this.#left(mark, "sent") === 0 || this.#left(mark, "received") === 0;
    if (isReached(faults.cutAfter)) this.cut(faults.how);
    else if (isReached(this.#stall)) this.stall();
  }
}

const NOWHERE: Mark = {
  sent: Number.POSITIVE_INFINITY,
  received: Number.POSITIVE_INFINITY,
  total: Number.POSITIVE_INFINITY,
};
