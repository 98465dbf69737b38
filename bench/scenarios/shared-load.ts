/** One process with the clients of all servers of a scenario, so that all have the same load; several where one may not open so many files. */

import { CannotError } from "../scenario.ts";
import { openFileLimit } from "../support/open-files.ts";
import { nodeCommand, Pinned } from "../support/pinned.ts";

/** For what a process opens beside its connections. */
const OTHER_FILES = 200;

interface Load {
  readonly process: Pinned;
  connections: number;
  takers: number;
}

/** A load that is started for the first that takes it, and ended after the last. */
export class SharedLoad {
  #loads: Load[] = [];
  #turn: Promise<unknown> = Promise.resolve();
  #crowds = 0;

  /** A process with room for so many connections. Each that takes it has to give it back. Throws a `CannotError`. */
  take(core: number | undefined, connections: number): Pinned {
    const room = openFileLimit() - OTHER_FILES;
    if (connections > room) {
      throw new CannotError(`${connections} connections need ${connections + OTHER_FILES} open files (ulimit -n)`);
    }
    let load = this.#loads.find((load) => load.connections + connections <= room);
    if (load === undefined) {
      const command = nodeCommand(new URL("../load/main.ts", import.meta.url));
      load = { process: new Pinned({ command, core }), connections: 0, takers: 0 };
      this.#loads.push(load);
    }
    load.connections += connections;
    load.takers++;
    return load.process;
  }

  async giveBack(process: Pinned, connections: number): Promise<void> {
    const load = this.#loads.find((load) => load.process === process)!;
    load.connections -= connections;
    if (--load.takers > 0) return;
    this.#loads = this.#loads.filter((other) => other !== load);
    await process.end();
  }

  /** A name for a crowd that no other has. */
  nextId(): string {
    return `crowd ${++this.#crowds}`;
  }

  /** One after the other: servers that warm up at the same time would only wait for each other. */
  alone<Value>(work: () => Promise<Value>): Promise<Value> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => {});
    return result;
  }
}
