/** Starts the server of a name in a process of its own: `startServer("ws", { core: 0 })`. */

import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { ServerName } from "../model.ts";
import { bunProgram } from "../support/peers.ts";
import { Pinned } from "../support/pinned.ts";
import type { Cpu, Listening, ListenOptions, Memory } from "./contract.ts";

/** Where it runs. */
export interface StartOptions {
  /** @default any core */
  readonly core?: number | undefined;
  /** For Node.js, beside those of all servers. @default none */
  readonly flags?: readonly string[];
}

/** A server's process. It ends with `end`, and with us. */
export class ServerProcess {
  readonly #process: Pinned;

  constructor(process: Pinned) {
    this.#process = process;
  }

  listen(options: ListenOptions): Promise<Listening> {
    return this.#process.ask("listen", options);
  }

  /** Microseconds of processor time until now. */
  async cpu(): Promise<number> {
    const { user, system } = await this.#process.ask<Cpu>("cpu");
    return user + system;
  }

  /** Bytes, after collections. Takes half a second. */
  memory(): Promise<Memory> {
    return this.#process.ask("memory");
  }

  /** Turns the event loop without a pause from now on, and remembers the longest turn. */
  async startTurns(): Promise<void> {
    await this.#process.ask("startTurns");
  }

  /** Ends that; milliseconds. */
  longestTurn(): Promise<number> {
    return this.#process.ask("longestTurn");
  }

  /** Resolves when the process is gone. Safe to call twice. */
  end(): Promise<void> {
    return this.#process.end();
  }
}

/** For Node.js, beside `--expose-gc`. */
let nodeFlags: readonly string[] = [];

/** Has all servers on Node.js started with these flags from now on. */
export function useNodeFlags(flags: readonly string[]): void {
  nodeFlags = flags;
}

/** The process is there at once; its `listen` waits until it is ready. */
export function startServer(name: ServerName, { core, flags = [] }: StartOptions = {}): ServerProcess {
  const { runtime, file, argument, env = {} } = PROGRAMS[name];
  const snapshot = process.env["ANTIPHON_SNAPSHOT"];
  const program =
    snapshot === undefined
      ? fileURLToPath(new URL(`${file}.ts`, import.meta.url))
      : resolve(snapshot, "bench", "servers", `${file}.js`);
  const args = argument === undefined ? [] : [argument];
  const command =
    runtime === "bun"
      ? [bunProgram(), program, ...args]
      : [
          process.execPath,
          ...(snapshot === undefined ? LOADER : []),
          "--expose-gc",
          ...nodeFlags,
          ...flags,
          program,
          ...args,
        ];
  return new ServerProcess(new Pinned({ command, core, env }));
}

/** Those that speak Socket.IO's protocol inside of the messages. */
export function speaksSocketIo(name: ServerName): boolean {
  return name === "socket.io";
}

/** The packages that it needs beside the project's own. */
export function packagesOf(name: ServerName): readonly string[] {
  return PROGRAMS[name].packages ?? [];
}

/** For servers that are started without a snapshot. */
const LOADER = ["--import", "./scripts/typescript.mjs"];

interface Program {
  readonly runtime: "node" | "bun";
  readonly file: string;
  readonly argument?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly packages?: readonly string[];
}

const PROGRAMS: Readonly<Record<ServerName, Program>> = {
  antiphon: { runtime: "node", file: "antiphon", argument: "events" },
  "antiphon-iterator": { runtime: "node", file: "antiphon", argument: "iterator" },
  "antiphon-receive": { runtime: "node", file: "antiphon", argument: "receive" },
  "antiphon-on-bun": { runtime: "bun", file: "antiphon", argument: "events", packages: ["bun"] },
  ws: { runtime: "node", file: "ws", env: { WS_NO_BUFFER_UTIL: "1", WS_NO_UTF_8_VALIDATE: "1" }, packages: ["ws"] },
  "ws+native": { runtime: "node", file: "ws", packages: ["ws", "bufferutil", "utf-8-validate"] },
  // Both bring their own `ws`, which finds the native modules as well.
  crossws: { runtime: "node", file: "crossws", packages: ["crossws", "bufferutil"] },
  "socket.io": { runtime: "node", file: "socket-io", packages: ["socket.io", "bufferutil"] },
  bun: { runtime: "bun", file: "bun", packages: ["bun"] },
  net: { runtime: "node", file: "net" },
  http: { runtime: "node", file: "http" },
};
