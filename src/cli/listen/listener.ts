/** One run of `antiphon listen`: counts, prints and records what goes either way, and knows how it should end. */

import { createInterface } from "node:readline";
import type { ClientSocket, CloseInfo, Message } from "../../client/index.ts";
import type { ConnectionFlags } from "../connection-flags.ts";
import { CliError, ExitCode, isGoodEnd } from "../exit-code.ts";
import { messageInWords } from "../message-view.ts";
import type { Terminal } from "../terminal.ts";
import { closeInWords, withoutPassword } from "../words.ts";
import type { Recorder } from "./recorder.ts";
import type { CloseLine, MessageLine, OpenLine, RecordingHead, Side } from "./recording.ts";
import { toLine } from "./recording.ts";

/** The options of the command. */
export interface ListenFlags extends ConnectionFlags {
  readonly record?: string;
  readonly overwrite?: boolean;
  readonly send: readonly string[];
  readonly count?: number;
  /** Milliseconds. */
  readonly duration?: number;
  readonly reconnect?: boolean;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

/** What ended it, where it was not the server. */
type Stop = "count" | "duration" | "interrupted";

/** One for each run. */
export class Listener {
  readonly #flags: ListenFlags;
  readonly #terminal: Terminal;
  readonly #recorder: Recorder | undefined;
  /** In the time of `performance.now()`; times of the recording count from here. */
  #start = 0;
  #socket: ClientSocket | undefined;
  #stopped: Stop | undefined;
  #end: CloseInfo | undefined;
  /** Why nothing can be recorded any more. */
  #fault: unknown;
  #received = 0;
  #bytes = 0;
  #sent = 0;

  constructor(flags: ListenFlags, terminal: Terminal, recorder: Recorder | undefined) {
    this.#flags = flags;
    this.#terminal = terminal;
    this.#recorder = recorder;
  }

  /** A connection is there; `attempt` if it is not the first. */
  onOpen(socket: ClientSocket, attempt: number | undefined): void {
    this.#socket = socket;
    if (attempt === undefined) this.#begin(socket);
    else {
      this.#terminal.note(`connected again, after ${attempt} ${attempt === 1 ? "attempt" : "attempts"}`);
      this.#write({ at: this.#now(), open: { attempt } });
    }
    // Whoever subscribes has to do so on each connection.
    for (const text of this.#flags.send) if (text !== "-") this.#send(text);
  }

  /** A connection is over. */
  onEnd(info: CloseInfo, again: boolean): void {
    const { code, reason, wasClean } = info;
    const by: Side = this.#stopped === undefined ? "server" : "client";
    this.#end = info;
    this.#write({ at: this.#now(), close: { code, reason, wasClean, by } });
    if (again) this.#terminal.note(`${closeInWords(info)}; trying again`);
  }

  /** Ends it; the first reason counts. */
  stop(why: Stop): void {
    this.#stopped ??= why;
    if (this.#socket?.state !== "connecting") this.#socket?.ignoreMessages();
    void this.#socket?.close();
  }

  async run(socket: ClientSocket): Promise<void> {
    const { count, duration, send } = this.#flags;
    const timer = duration === undefined ? undefined : setTimeout(() => this.stop("duration"), duration);
    const sending = send.includes("-") ? this.#sendLines(socket) : undefined;
    try {
      for await (const message of socket) {
        this.#take(message);
        if (this.#received === count) this.stop("count");
        await this.#terminal.drained(socket.signal);
        if (this.#stopped !== undefined) break;
      }
      await socket.closed;
      await sending;
    } finally {
      clearTimeout(timer);
    }
    if (this.#fault !== undefined) throw this.#fault;
    this.#summarize();
    this.#checkEnd();
  }

  #begin(socket: ClientSocket): void {
    this.#start = performance.now();
    const start = new Date().toISOString();
    const head: RecordingHead = {
      recording: "antiphon",
      version: 1,
      url: socket.url.href,
      protocol: socket.protocol,
      start,
    };
    this.#writeLine(JSON.stringify(head));
    if (!this.#isPlain) return;
    this.#terminal.note(this.#terminal.styleNote("dim", `listening to ${withoutPassword(socket.url)}; Ctrl-C ends it`));
  }

  #take(message: Message): void {
    this.#received++;
    this.#bytes += typeof message === "string" ? Buffer.byteLength(message) : message.length;
    this.#write({ at: this.#now(), from: "server", message });
    if (!this.#isPlain || this.#flags.quiet) return;
    const terminal = this.#terminal;
    const pretty = Boolean(terminal.output.isTTY);
    const words = messageInWords(message, { pretty, colour: terminal.hasColour, columns: terminal.columns - CLOCK });
    terminal.print(pretty ? `${terminal.style("dim", clock())}  ${words.replaceAll("\n", `\n${INDENT}`)}` : words);
  }

  #send(message: Message): Promise<void> {
    this.#sent++;
    this.#write({ at: this.#now(), from: "client", message });
    const terminal = this.#terminal;
    if (terminal.errors.isTTY && this.#isPlain && !this.#flags.quiet) {
      const words = messageInWords(message, { pretty: true, colour: false, columns: terminal.columns });
      terminal.note(terminal.styleNote("dim", `${clock()}  → ${words}`));
    }
    return this.#socket!.send(message);
  }

  async #sendLines(socket: ClientSocket): Promise<void> {
    const lines = createInterface({ input: this.#terminal.input, crlfDelay: Infinity });
    socket.signal.addEventListener("abort", () => lines.close());
    for await (const line of lines) {
      if (socket.signal.aborted) return;
      await this.#send(line).catch(() => {});
    }
  }

  /** Whether stdout is for what comes, and not for lines of the recording. */
  get #isPlain(): boolean {
    return !this.#flags.json && this.#flags.record !== "-";
  }

  #write(line: MessageLine | CloseLine | OpenLine): void {
    this.#writeLine(toLine(line));
  }

  #writeLine(line: string): void {
    if (this.#fault !== undefined) return;
    try {
      this.#recorder?.write(line);
    } catch (error) {
      // A disk that is full: `run` tells of it, since what calls us may be the socket.
      this.#fault = error;
      this.#socket?.terminate();
    }
    // What is not to be printed twice.
    if (this.#flags.json && this.#flags.record !== "-" && !this.#flags.quiet) this.#terminal.printJson(line);
  }

  #now(): number {
    return performance.now() - this.#start;
  }

  #summarize(): void {
    const parts = [`${number(this.#received, "message")}, ${number(this.#bytes, "byte")}`];
    if (this.#sent > 0) parts.push(`${number(this.#sent, "message")} sent`);
    parts.push(`${(this.#now() / 1000).toFixed(1)} s`);
    if (this.#stopped === undefined && this.#end) parts.push(closeInWords(this.#end));
    if (this.#flags.record !== undefined && this.#flags.record !== "-") parts.push(`recorded in ${this.#flags.record}`);
    this.#terminal.note(this.#terminal.styleNote("dim", parts.join(" · ")));
  }

  #checkEnd(): void {
    const { count } = this.#flags;
    const missing = count !== undefined && this.#received < count && `${this.#received} of ${count} messages came`;
    if (this.#stopped === "interrupted" || this.#stopped === "count") return;
    if (this.#stopped === "duration") {
      if (missing) throw new CliError(`only ${missing} in time`, ExitCode.timeout);
      return;
    }
    const end = this.#end!;
    if (missing) throw new CliError(`${closeInWords(end)}, when ${missing}`);
    if (!isGoodEnd(end.code)) throw new CliError(closeInWords(end));
  }
}

/** `12:03:04.512` of this place. */
function clock(): string {
  const now = new Date();
  const two = (value: number) => String(value).padStart(2, "0");
  const milliseconds = String(now.getMilliseconds()).padStart(3, "0");
  return `${two(now.getHours())}:${two(now.getMinutes())}:${two(now.getSeconds())}.${milliseconds}`;
}

/** Columns of the time and what follows it. */
const CLOCK = 14;
const INDENT = " ".repeat(CLOCK);

function number(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
