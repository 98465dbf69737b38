/** A process of any program, on one core where the system can pin it, that answers the questions of `child.ts`. */

import type { ChildProcess } from "node:child_process";
import { spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Questions } from "./questions.ts";

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

/** A process that was asked to end and is still there after so many milliseconds is ended by force. */
const PATIENCE = 3000;

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

/** A process. It ends with `end`, and with us. */
export class Pinned {
  readonly #process: ChildProcess;
  readonly #questions: Questions;
  readonly #ended: Promise<void>;

  constructor({ command, core, env = {} }: PinnedOptions) {
    // taskset becomes the program, so that the process and its channel are the program's own.
    const [program, ...args] = core === undefined ? command : ["taskset", "--cpu-list", String(core), ...command];
    this.#process = spawn(program!, args, {
      cwd: ROOT,
      env: { ...process.env, ...env },
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    this.#questions = new Questions(this.#process);
    this.#ended = new Promise((resolve) => {
      const over = (how: unknown) => {
        this.#questions.end(`${command.join(" ")} ended with ${how}`);
        resolve();
      };
      this.#process.once("exit", (code, signal) => over(signal ?? code));
      this.#process.once("error", over);
    });
  }

  /** Rejects with what the answer threw, and if the process ends first. */
  ask<Value>(name: string, argument?: unknown): Promise<Value> {
    return this.#questions.ask(name, argument);
  }

  /** Ends the process; resolves when it is gone. */
  end(): Promise<void> {
    if (this.#process.connected) {
      this.#process.disconnect();
      const force = setTimeout(() => this.#process.kill("SIGKILL"), PATIENCE);
      void this.#ended.then(() => clearTimeout(force));
    }
    return this.#ended;
  }
}
