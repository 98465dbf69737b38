/** The answers that come while a recording is played: printed, or kept to compare, and counted for who waits for them. */

import type { ClientSocket, CloseInfo, Message } from "../../client/index.ts";
import { toLine } from "../listen/recording.ts";
import { messageInWords } from "../message-view.ts";
import type { Terminal } from "../terminal.ts";

/** What becomes of them. */
export interface AnswerOptions {
  /** They are kept in place of being printed. */
  readonly check: boolean;
  readonly json?: boolean;
}

/** One for each run. */
export class Answers {
  readonly socket: ClientSocket;
  /** When it began, in the time of `performance.now()`. */
  readonly start = performance.now();
  /** Kept with `check` only. */
  readonly messages: Message[] = [];
  count = 0;
  /** How the server ended the connection, once it has. */
  end: CloseInfo | undefined;
  readonly #options: AnswerOptions;
  readonly #terminal: Terminal;
  #isClosing = false;
  #changed: () => void = () => {};

  constructor(socket: ClientSocket, options: AnswerOptions, terminal: Terminal) {
    this.socket = socket;
    this.#options = options;
    this.#terminal = terminal;
    void this.#listen();
  }

  /** Whether so many have come: waits until then, until the end, or until none comes for so many milliseconds. */
  until(count: number, timeout: number, signal: AbortSignal): Promise<boolean> {
    return this.#wait(() => this.count >= count, timeout, signal);
  }

  /** Whether the server has ended the connection; waits so many milliseconds at the most, whatever else comes. */
  untilEnd(timeout: number, signal: AbortSignal): Promise<boolean> {
    const soon = AbortSignal.any([signal, AbortSignal.timeout(timeout)]);
    return this.#wait(() => this.end !== undefined, timeout, soon);
  }

  /** Closes; `end` stays what it is, since it is the server's. */
  async close(): Promise<void> {
    this.#isClosing = true;
    await this.socket.close();
  }

  async #wait(done: () => boolean, timeout: number, signal: AbortSignal): Promise<boolean> {
    while (!done() && this.end === undefined && !signal.aborted) {
      const before = this.count;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, timeout);
        this.#changed = () => {
          clearTimeout(timer);
          resolve();
        };
        signal.addEventListener("abort", this.#changed);
      });
      signal.removeEventListener("abort", this.#changed);
      if (this.count === before && !this.#terminal.output.writableNeedDrain) break;
    }
    return done();
  }

  async #listen(): Promise<void> {
    for await (const message of this.socket) {
      this.#take(message);
      await this.#terminal.drained(this.socket.signal);
    }
    const end = await this.socket.closed;
    if (!this.#isClosing) this.end = end;
    this.#changed();
  }

  #take(message: Message): void {
    const { check, json } = this.#options;
    const terminal = this.#terminal;
    this.count++;
    if (check) this.messages.push(message);
    else if (json) terminal.printJson(toLine({ at: performance.now() - this.start, from: "server", message }));
    else {
      const pretty = Boolean(terminal.output.isTTY);
      terminal.print(messageInWords(message, { pretty, colour: terminal.hasColour, columns: terminal.columns }));
    }
    this.#changed();
  }
}
