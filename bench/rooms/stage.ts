/** One scenario on stage: the servers of all contenders, each in its process, and one process with all of their clients. */

import { nodeCommand, Pinned, twoCores } from "../support/pinned.ts";
import type { Contender } from "./contenders.ts";
import type { LoadOptions, Worked } from "./load.ts";
import type { Scenario } from "./scenarios.ts";

/** Milliseconds of work in one sample, and before it. */
const SAMPLE = 250;
const WARM_UP = 50;

/** What one sample of a contender was. */
export interface Sample {
  /** Microseconds of the server for a delivery: in the program, and in the system for it. */
  readonly user: number;
  readonly system: number;
  readonly deliveries: number;
  /** How much of its core each side used: 1 is all. */
  readonly serverBusy: number;
  readonly loadBusy: number;
}

/** Everybody connected, checked and warm. */
export class Stage {
  readonly #contenders: readonly Contender[];
  readonly #servers: readonly Pinned[];
  readonly #load: Pinned;

  private constructor(contenders: readonly Contender[], servers: readonly Pinned[], load: Pinned) {
    this.#contenders = contenders;
    this.#servers = servers;
    this.#load = load;
  }

  /** Rejects if somebody gets messages that it should not. `flags`: for the servers on Node.js. */
  static async open(
    scenario: Scenario,
    contenders: readonly Contender[],
    flags: readonly string[] = [],
  ): Promise<Stage> {
    const [serverCore, loadCore] = twoCores() ?? [];
    const load = new Pinned({ command: nodeCommand(new URL("load.ts", import.meta.url)), core: loadCore });
    const servers = contenders.map(
      ({ command, env }) => new Pinned({ command: command(flags), core: serverCore, env }),
    );
    const { groups, members, kind, burst, compression: deflate } = scenario;
    const stage = new Stage(contenders, servers, load);
    for (const [at, { name: id, engineIo }] of contenders.entries()) {
      try {
        const port = await servers[at]!.ask<number>("listen", deflate);
        await load.ask("open", { id, port, groups, members, kind, burst, engineIo, deflate } satisfies LoadOptions);
        await load.ask("check", id);
      } catch (error) {
        throw new Error(`${id} does not do what it should`, { cause: error });
      }
    }
    // The engines compile while they work.
    for (const at of contenders.keys()) for (let time = 0; time < 2; time++) await stage.sample(at);
    return stage;
  }

  /** Has one contender work. */
  async sample(at: number, milliseconds = SAMPLE): Promise<Sample> {
    const { name: id } = this.#contenders[at]!;
    const server = this.#servers[at]!;
    await this.#load.ask("run", { id, milliseconds: WARM_UP });
    const before = await server.ask<NodeJS.CpuUsage>("cpu");
    const worked = await this.#load.ask<Worked>("run", { id, milliseconds });
    const after = await server.ask<NodeJS.CpuUsage>("cpu");
    const user = after.user - before.user;
    const system = after.system - before.system;
    return {
      user: user / worked.deliveries,
      system: system / worked.deliveries,
      deliveries: worked.deliveries,
      serverBusy: (user + system) / 1000 / worked.milliseconds,
      loadBusy: worked.cpuMilliseconds / worked.milliseconds,
    };
  }

  /** Profiles one contender at work; gives the file. */
  async profile(
    at: number,
    { milliseconds, ...to }: { folder: string; name: string; milliseconds: number },
  ): Promise<string> {
    const server = this.#servers[at]!;
    await server.ask("startProfile");
    await this.#load.ask("run", { id: this.#contenders[at]!.name, milliseconds });
    return server.ask("stopProfile", to);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#servers, this.#load].map((process) => process.end()));
  }
}
