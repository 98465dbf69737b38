/** What a process is asked over its channel, and what it answers: each answer finds its question. The side that asks. */

import type { ChildProcess } from "node:child_process";

/** One question, as it goes. */
export interface Question {
  readonly id: number;
  readonly name: string;
  readonly argument: unknown;
}

/** What comes back: a value, or what was thrown. */
export interface Answer {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: string;
}

/** Those that a process is asked. It answers by `answer` of `child.ts`. */
export class Questions {
  readonly #process: ChildProcess;
  readonly #waiting = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>();
  #lastId = 0;

  constructor(process: ChildProcess) {
    this.#process = process;
    process.on("message", ({ id, value, error }: Answer) => {
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (error === undefined) waiting?.resolve(value as never);
      else waiting?.reject(new Error(error));
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

  /** The process is gone: no answer comes any more. */
  end(why: string): void {
    for (const { reject } of this.#waiting.values()) reject(new Error(why));
    this.#waiting.clear();
  }
}
