/** What was typed, kept between sessions in a file of the user's own. */

import { appendFileSync, chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, isAbsolute, join } from "node:path";
import { fileProblem } from "../words.ts";

/** Lines that are kept. */
const MOST_LINES = 1000;
/** A longer line was pasted, and nobody wants to meet it again. */
const LONGEST_LINE = 10_000;

/** The file, by the XDG Base Directory Specification: relative paths in the variable are ignored. */
export function historyFile(env: NodeJS.ProcessEnv = process.env): string {
  const state = env["XDG_STATE_HOME"];
  const folder = state && isAbsolute(state) ? state : join(homedir(), ".local", "state");
  return join(folder, "antiphon", "history");
}

/** A history in a file that may be missing. Each line is appended at once, so that sessions side by side lose none. */
export class History {
  readonly #file: string | undefined;
  readonly #onProblem: (sentence: string) => void;
  #last: string | undefined;
  #hasFailed = false;

  /** Without a file, nothing is kept. `onProblem` is told once if it cannot be read or written. */
  constructor(file: string | undefined, onProblem: (sentence: string) => void) {
    this.#file = file;
    this.#onProblem = onProblem;
  }

  /** The lines of earlier sessions, the newest first, as `readline` wants them. Shortens the file if it has grown too long. */
  load(): string[] {
    if (this.#file === undefined) return [];
    let lines: string[] = [];
    this.#try(() => {
      const all = readFileSync(this.#file!, "utf8").split("\n").filter(Boolean);
      lines = all.slice(-MOST_LINES);
      if (all.length > 2 * MOST_LINES) writeFileSync(this.#file!, `${lines.join("\n")}\n`, { mode: PRIVATE });
    });
    this.#last = lines.at(-1);
    return lines.reverse();
  }

  /** Keeps a line; not the same one twice in a row, nor one that begins with a space, as shells have it. */
  add(line: string): void {
    if (this.#file === undefined || line === "" || /^\s/.test(line) || line === this.#last) return;
    if (line.length > LONGEST_LINE) return;
    this.#last = line;
    this.#try(() => {
      mkdirSync(dirname(this.#file!), { recursive: true, mode: 0o700 });
      appendFileSync(this.#file!, `${line}\n`, { mode: PRIVATE });
      // Tokens may stand in it: also if the file was there before, with other rights.
      chmodSync(this.#file!, PRIVATE);
    });
  }

  #try(work: () => void): void {
    try {
      work();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT" || this.#hasFailed) return;
      this.#hasFailed = true;
      this.#onProblem(`the history ${this.#file} is not kept: ${fileProblem(error)}`);
    }
  }
}

/** For the user's eyes only. */
const PRIVATE = 0o600;
