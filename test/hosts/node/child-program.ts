/** A program of `programs/` in a process of its own: what it prints, line by line, and how it ends. */

import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { Inbox } from "../../support/inbox.ts";
import { within } from "../../support/within.ts";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

/** How a process ended. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A process that is killed when the test is over. */
export class ChildProgram {
  readonly child: ChildProcess;
  readonly #lines = new Inbox<string>();
  readonly #ended: Promise<Ending>;
  readonly #printed: Promise<void>;

  /** `descriptors`: passed on as 3 and so on. */
  constructor(name: string, { args = [], descriptors = [] }: { args?: string[]; descriptors?: number[] } = {}) {
    const program = fileURLToPath(new URL(`programs/${name}`, import.meta.url));
    this.child = spawn(process.execPath, ["--import", "./scripts/typescript.mjs", program, ...args], {
      cwd: ROOT,
      stdio: ["ignore", "pipe", "inherit", ...descriptors],
    });
    this.#ended = new Promise((resolve) => this.child.once("exit", (code, signal) => resolve({ code, signal })));
    const output = createInterface({ input: this.child.stdout! }).on("line", (line) => this.#lines.push(line));
    this.#printed = new Promise((resolve) => output.once("close", () => resolve()));
    onTestFinished(() => void this.child.kill("SIGKILL"));
  }

  /** The next line; rejects at once when the process has ended without one. */
  line(): Promise<string> {
    const dead = this.#printed.then(async () => {
      throw new Error(`the process has ended: ${JSON.stringify(await this.#ended)}`);
    });
    return Promise.race([this.#lines.next("line", 20_000), dead]);
  }

  /** The lines that nobody has taken, once it has ended. */
  async rest(): Promise<string[]> {
    await this.ended();
    await within(this.#printed, "end of the output", 20_000);
    return Promise.all(Array.from({ length: this.#lines.size }, () => this.line()));
  }

  ended(): Promise<Ending> {
    return within(this.#ended, "end of the process", 20_000);
  }
}
