/** A TypeScript file in a process of its own that answers questions: the side that asks, and the side that answers. */

import { nodeCommand, Pinned } from "./pinned.ts";
import type { Answer, Question } from "./questions.ts";

/** How to start it. */
export interface ChildOptions {
  readonly args?: readonly string[];
  /** For Node.js, such as `--expose-gc`. */
  readonly flags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** A child process. It ends with `end`, and with us. */
export class Child extends Pinned {
  constructor(file: URL, { args, flags, env = {} }: ChildOptions = {}) {
    super({ command: nodeCommand(file, flags, args), env });
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
  // Ctrl-C on a terminal reaches all processes: the parent is to say what becomes of it.
  process.on("SIGINT", () => {});
}

function reply(answer: Answer): void {
  if (process.connected) process.send!(answer);
}
