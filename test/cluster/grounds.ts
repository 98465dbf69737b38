/** Where clusters are opened: the processes of four servers and of the crowd, which serve one cluster after the other. */

import type { StationHandle } from "./cluster.ts";
import { stationIn } from "./cluster.ts";
import type { EngineAddress } from "./engine-address.ts";
import { type Forked, Programs } from "./forked.ts";

/** The names of the servers. */
export const SERVERS = ["s0", "s1", "s2", "s3"] as const;

export class Grounds {
  readonly #programs: Programs;
  readonly #servers: Map<string, Forked>;
  readonly #all: Forked[] = [];
  readonly crowd: Forked;

  private constructor(programs: Programs) {
    this.#programs = programs;
    this.crowd = this.#start("crowd-process");
    this.#servers = new Map(SERVERS.map((name) => [name, this.#start("server-process")]));
  }

  static async open(): Promise<Grounds> {
    return new Grounds(await Programs.build("server-process", "crowd-process"));
  }

  /** What any of the processes has done that it should not have. */
  get complaints(): string[] {
    return this.#all.flatMap(({ complaints }) => complaints);
  }

  servers(address: EngineAddress): StationHandle[] {
    return SERVERS.map((name) => stationIn(this.#servers.get(name)!, name, address));
  }

  /** Kills a server; resolves when it is dead. Another process takes its place for the clusters to come. */
  async kill(name: string): Promise<void> {
    await this.#servers.get(name)!.kill();
    this.#servers.set(name, this.#start("server-process"));
  }

  async close(): Promise<void> {
    await Promise.all(this.#all.map((process) => process.end()));
    await this.#programs[Symbol.asyncDispose]();
  }

  #start(program: string): Forked {
    const process = this.#programs.start(program);
    this.#all.push(process);
    return process;
  }
}
