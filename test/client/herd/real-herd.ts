/** A herd of real `ClientSocket`s: `connect` itself, on a clock that is moved, to a server in memory. */

import type { ClientSocket } from "../../../src/client/client-socket.ts";
import { makeConnect } from "../../../src/client/connect.ts";
import type { ClientRuntime } from "../../../src/client/runtime.ts";
import { ConnectError } from "../../../src/errors.ts";
import type { CloseInfo } from "../../../src/protocol/engine-sink.ts";
import { EngineWire } from "../../../src/socket/engine-wire.ts";
import { defaultSocketLimits } from "../../../src/socket/socket-limits.ts";
import type { Wire } from "../../../src/socket/wire.ts";
import type { Chance } from "../../soak/chance.ts";
import { memoryStreams } from "../../support/memory-streams.ts";
import { turns } from "../../support/run.ts";
import { TestClock } from "../../support/test-clock.ts";
import { TestPlatform } from "../../support/test-platform.ts";
import type { Attempt } from "./herd.ts";
import { chances } from "./herd.ts";

/** Clients that stay connected, and the server that they are connected to. */
export class RealHerd {
  readonly clock = new TestClock();
  /** All attempts since the last cut. */
  attempts: Attempt[] = [];
  sockets: readonly ClientSocket[] = [];
  readonly #platform = new TestPlatform();
  /** The server's ends that are open. */
  readonly #ends = new Set<Wire>();
  #cutAt = 0;
  #isUp = true;

  /** Opens so many, with the chances that the same seed gives to a herd by formula. */
  static async open(clients: number, seed: number): Promise<RealHerd> {
    const herd = new RealHerd();
    herd.sockets = await Promise.all(
      chances(clients, seed).map((chance, client) =>
        makeConnect(() => herd.#runtime(client, chance))("ws://memory.test/", { reconnect: true }),
      ),
    );
    return herd;
  }

  /** How many have a connection, by their own word. */
  get open(): number {
    return this.sockets.filter(({ state }) => state === "open").length;
  }

  /** How many connections the server has. */
  get connections(): number {
    return this.#ends.size;
  }

  /** Ends every connection in this moment, and refuses new ones until `backAt` milliseconds later. */
  async cut(end: (connection: Wire) => void, backAt: number): Promise<void> {
    this.#cutAt = this.clock.now();
    this.attempts = [];
    this.#isUp = backAt === 0;
    this.clock.after(backAt, () => {
      this.#isUp = true;
    });
    for (const connection of [...this.#ends]) end(connection);
    // What is in memory takes turns of the event loop, and no time.
    for (let round = 0; round < 100 && this.open > 0; round++) await turns();
  }

  #runtime(client: number, chance: Chance): ClientRuntime {
    const { clock } = this;
    return {
      platform: this.#platform,
      heartbeat: null,
      clock,
      waits: clock,
      limits: defaultSocketLimits,
      random: () => chance.next(),
      base: undefined,
      schemes: ["ws:"],
      checkClose() {},
      dial: async () => {
        this.attempts.push({ client, at: clock.now() - this.#cutAt, opened: this.#isUp });
        if (!this.#isUp) throw new ConnectError("CONNECT_REFUSED", "nobody listens");
        return { wire: this.#accept(), protocol: "" };
      },
    };
  }

  /** A new connection; gives the client's end. */
  #accept(): Wire {
    const [serverStream, clientStream] = memoryStreams();
    const options = { platform: this.#platform, clock: this.clock, closeTimeout: defaultSocketLimits.closeTimeout };
    const end = new EngineWire(serverStream, { ...options, role: "server" });
    this.#ends.add(end);
    end.open({
      wireOnMessage() {},
      wireOnPong() {},
      wireOnRoom() {},
      wireOnGoodbye: () => false,
      wireOnClose: (_info: CloseInfo) => this.#ends.delete(end),
    });
    return new EngineWire(clientStream, { ...options, role: "client" });
  }
}
