/** A line to type on, with editing, history and Tab; what comes meanwhile is written above it. */

import { clearScreenDown, createInterface, cursorTo, type Interface, moveCursor } from "node:readline";
import type { Terminal } from "../terminal.ts";

/** What a prompt is made of. */
export interface PromptOptions {
  /** Earlier lines, the newest first. */
  readonly history: string[];
  /** What the line could become. */
  readonly completions: (line: string) => string[];
  /** A line was typed. */
  readonly onLine: (line: string) => void;
  /** Ctrl-C. */
  readonly onInterrupt: () => void;
  /** Ctrl-D, or the end of the terminal. */
  readonly onEnd: () => void;
}

/** The prompt of a terminal. */
export class Prompt {
  readonly #terminal: Terminal;
  readonly #lines: Interface;
  #isClosed = false;

  constructor(terminal: Terminal, { history, completions, onLine, onInterrupt, onEnd }: PromptOptions) {
    this.#terminal = terminal;
    this.#lines = createInterface({
      input: terminal.input,
      output: terminal.output,
      terminal: true,
      history,
      historySize: 1000,
      removeHistoryDuplicates: true,
      completer: (line: string) => [completions(line), line],
    });
    this.#lines.on("line", (line) => {
      onLine(line);
      if (!this.#isClosed) this.#lines.prompt();
    });
    this.#lines.on("SIGINT", onInterrupt);
    this.#lines.on("close", () => {
      if (this.#isClosed) return;
      // Ctrl-D leaves the cursor behind the prompt.
      terminal.output.write("\n");
      this.#isClosed = true;
      onEnd();
    });
  }

  /** Shows the prompt, as what it is now. */
  show(prompt: string): void {
    if (this.#isClosed) return;
    this.#lines.setPrompt(prompt);
    this.#lines.prompt(true);
  }

  /** Writes above the line, which keeps what was typed on it so far. */
  above(write: () => void): void {
    if (this.#isClosed) return write();
    const { output } = this.#terminal;
    // What was typed may have grown over several rows.
    moveCursor(output, 0, -this.#lines.getCursorPos().rows);
    cursorTo(output, 0);
    clearScreenDown(output);
    write();
    // Else readline would go up the rows that are not there any more.
    Object.assign(this.#lines, { prevRows: 0 });
    this.#lines.prompt(true);
  }

  /** Gives the terminal back. Safe to call twice. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const { output } = this.#terminal;
    cursorTo(output, 0);
    clearScreenDown(output);
    this.#lines.close();
  }
}
