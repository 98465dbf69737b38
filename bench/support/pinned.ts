/** A process of any program, on one core where the system can pin it, that answers the questions of `child.ts`. */

import type { ChildProcess } from "node:child_process";
import { spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** What to start. */
export interface PinnedOptions {
  /** The program and its arguments: `[process.execPath, "file.js"]`. It answers by `answer` of `child.ts`. */
  readonly command: readonly string[];
  /** @default any core */
  readonly core?: number | undefined;
  readonly env?: Readonly<Record<string, string>>;
}

/** How Node.js runs a TypeScript file of ours. */
export function nodeCommand(file: URL, flags: readonly string[] = [], args: readonly string[] = []): readonly string[] {
  return [process.execPath, "--import", "./scripts/typescript.mjs", ...flags, fileURLToPath(file), ...args];
}

/** Two cores for two sides, if there are two and `taskset` is there to pin to them; otherwise nothing. */
export function twoCores(): readonly [number, number] | undefined {
  if (process.platform !== "linux" || spawnSync("taskset", ["--version"]).status !== 0) return undefined;
  const list = /^Cpus_allowed_list:\s*(.+)$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1] ?? "";
  const cores = list.split(",").flatMap((range) => {
    const [first = 0, last = first] = range.split("-").map(Number);
    return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  });
  return cores.length < 2 ? undefined : [cores[0]!, cores[1]!];
}

interface Reply {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: string;
}

/** A process. It ends with `end`, and with us. */
export class Pinned {
  readonly #process: ChildProcess;
  readonly #waiting = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>();
  readonly #ended: Promise<void>;
  #lastId = 0;

  constructor({ command, core, env = {} }: PinnedOptions) {
    // taskset becomes the program, so that the process and its channel are the program's own.
    const [program, ...args] = core === undefined ? command : ["taskset", "--cpu-list", String(core), ...command];
    this.#process = spawn(program!, args, {
      cwd: ROOT,
      env: { ...process.env, ...env },
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    this.#process.on("message", ({ id, value, error }: Reply) => {
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (error === undefined) waiting?.resolve(value as never);
      else waiting?.reject(new Error(error));
    });
    this.#ended = new Promise((resolve) => {
      const over = (how: unknown) => {
        for (const { reject } of this.#waiting.values()) reject(new Error(`${command.join(" ")} ended with ${how}`));
        this.#waiting.clear();
        resolve();
      };
      this.#process.once("exit", (code, signal) => over(signal ?? code));
      this.#process.once("error", over);
    });
  }

  /** Rejects with what the answer threw, and if the process ends first. */
  ask<Value>(name: string, argument?: unknown): Promise<Value> {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#process.send({ id, name, argument }, (error) => error && reject(error));
    });
  }

  /** Ends the process; resolves when it is gone. */
  end(): Promise<void> {
    if (this.#process.connected) this.#process.disconnect();
    return this.#ended;
  }
}
