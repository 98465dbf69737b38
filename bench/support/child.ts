/** A TypeScript file in a process of its own that answers questions: the side that asks, and the side that answers. */

import type { ChildProcess } from "node:child_process";
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** How to start it. */
export interface ChildOptions {
  readonly args?: readonly string[];
  /** For Node.js, such as `--expose-gc`. */
  readonly flags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

interface Question {
  readonly id: number;
  readonly name: string;
  readonly argument: unknown;
}

interface Answer {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: string;
}

/** A child process. It ends with `end`, and with us. */
export class Child {
  readonly #process: ChildProcess;
  readonly #waiting = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>();
  readonly #ended: Promise<void>;
  #lastId = 0;

  constructor(file: URL, { args = [], flags = [], env = {} }: ChildOptions = {}) {
    this.#process = fork(file, args, {
      cwd: ROOT,
      execArgv: ["--import", "./scripts/typescript.mjs", ...flags],
      env: { ...process.env, ...env },
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    this.#process.on("message", ({ id, value, error }: Answer) => {
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (error === undefined) waiting?.resolve(value as never);
      else waiting?.reject(new Error(error));
    });
    this.#ended = new Promise((resolve) => {
      this.#process.once("exit", (code, signal) => {
        for (const { reject } of this.#waiting.values()) reject(new Error(`${file} ended with ${signal ?? code}`));
        this.#waiting.clear();
        resolve();
      });
    });
  }

  /** Rejects with what the answer threw, and if the process ends first. */
  ask<Value>(name: string, argument?: unknown): Promise<Value> {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#process.send({ id, name, argument } satisfies Question, (error) => error && reject(error));
    });
  }

  /** Ends the process; resolves when it is gone. */
  end(): Promise<void> {
    if (this.#process.connected) this.#process.disconnect();
    return this.#ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
  }
}

/** In the child: answers the questions of these names, until the parent is gone. */
export function answer(answers: Readonly<Record<string, (argument: never) => unknown>>): void {
  process.on("message", async ({ id, name, argument }: Question) => {
    try {
      reply({ id, value: await answers[name]!(argument as never) });
    } catch (error) {
      reply({ id, error: String((error as Error)?.stack ?? error) });
    }
  });
  process.on("disconnect", () => process.exit());
}

function reply(answer: Answer): void {
  if (process.connected) process.send!(answer);
}
