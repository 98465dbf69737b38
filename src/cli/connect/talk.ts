/** `antiphon connect` for a person: a prompt, commands that begin with a slash, and what comes shown above the line. */

import type { ClientSocket, ConnectOptions } from "../../client/index.ts";
import { ExitCode } from "../exit-code.ts";
import type { Terminal } from "../terminal.ts";
import { closeInWords, errorInWords } from "../words.ts";
import { Announcer, capitalized, milliseconds } from "./announcer.ts";
import { Conversation } from "./conversation.ts";
import type { ConnectFlags } from "./flags.ts";
import { History, historyFile } from "./history.ts";
import { Prompt } from "./prompt.ts";
import { type Action, completions, parseLine, slashHelp } from "./slash-command.ts";

/** Resolves when the person has left. Rejects if the first connection cannot be had. */
export async function talk(url: URL, options: ConnectOptions, flags: ConnectFlags, terminal: Terminal): Promise<void> {
  const conversation = new Talk(url, options, flags, terminal);
  await conversation.run();
}

class Talk {
  readonly #terminal: Terminal;
  readonly #announcer: Announcer;
  readonly #conversation: Conversation;
  readonly #history: History;
  /** Aborts what is under way when the person leaves. */
  readonly #leaving = new AbortController();
  #prompt: Prompt | undefined;

  constructor(url: URL, options: ConnectOptions, flags: ConnectFlags, terminal: Terminal) {
    this.#terminal = terminal;
    this.#announcer = new Announcer(terminal, {
      raw: Boolean(flags.raw),
      marks: true,
      write: (write) => (this.#prompt ? this.#prompt.above(write) : write()),
    });
    this.#conversation = new Conversation(url, options, {
      opened: (socket, info) => this.#opened(socket, info),
      away: (problem, retryIn) => {
        this.#announcer.away(problem, retryIn);
        this.#showPrompt(false);
      },
      message: (message, took) => {
        this.#announcer.message(message, took);
        return terminal.drained(this.#leaving.signal);
      },
      ended: (info) => {
        if (this.#leaving.signal.aborted) return;
        this.#announcer.note(`${capitalized(closeInWords(info))}. /reconnect connects again, Ctrl-D leaves.`);
        this.#showPrompt(false);
      },
    });
    const note = (sentence: string) => this.#announcer.note(capitalized(sentence));
    this.#history = new History(flags.history ? historyFile() : undefined, note);
  }

  async run(): Promise<void> {
    const { signal } = this.#leaving;
    // While there is a prompt, Ctrl-C is a key; before and after it, and SIGTERM at any time, it is a signal.
    using interruption = this.#terminal.interrupted();
    await this.#conversation.connect(interruption.signal);
    interruption.signal.addEventListener("abort", () => this.#leave());
    this.#announcer.note("/help lists the commands, Ctrl-D leaves.");
    const left = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
    this.#prompt = new Prompt(this.#terminal, {
      history: this.#history.load(),
      completions,
      onLine: (line) => void this.#hear(line),
      onInterrupt: () => this.#leave(),
      onEnd: () => this.#leave(),
    });
    this.#showPrompt(this.#conversation.socket!.open);
    await left;
    await this.#goodbye();
    interruption.signal.throwIfAborted();
  }

  #opened(socket: ClientSocket, info: { readonly again: boolean; readonly took: number }): void {
    this.#announcer.opened(socket, info);
    this.#showPrompt(true);
  }

  /** Bold while what is typed goes out at once. */
  #showPrompt(isOpen: boolean): void {
    this.#prompt?.show(this.#terminal.style(isOpen ? "bold" : "dim", ">").concat(" "));
  }

  async #hear(line: string): Promise<void> {
    this.#history.add(line);
    try {
      await this.#do(parseLine(line));
    } catch (error) {
      if (!this.#leaving.signal.aborted) this.#announcer.note(capitalized(errorInWords(error)));
    }
  }

  async #do(action: Action): Promise<void> {
    const { socket } = this.#conversation;
    switch (action.type) {
      case "nothing":
        return;
      case "mistake":
        return this.#announcer.note(capitalized(action.sentence));
      case "help":
        return this.#announcer.answer(slashHelp());
      case "quit":
        return this.#leave();
      case "state":
        return this.#announcer.answer(this.#stateInWords());
      case "headers":
        return this.#announcer.answer(headersInWords(socket));
      case "reconnect":
        this.#announcer.note("Connecting …");
        return this.#conversation.reconnect(this.#leaving.signal);
    }
    if (socket === undefined || socket.state === "closed") {
      return this.#announcer.note("Not connected: nothing was sent. /reconnect connects again.");
    }
    switch (action.type) {
      case "send":
        await this.#conversation.send(action.message);
        return;
      case "close":
        await socket.close(action.code, action.reason);
        return;
      case "ping":
        if (!socket.open) return this.#announcer.note("Not connected: there is nobody to ping.");
        return this.#announcer.note(`Pong after ${milliseconds(await socket.ping())}.`);
    }
  }

  #stateInWords(): string {
    const { socket, openFor, sent, received } = this.#conversation;
    const since = openFor === undefined ? "" : ` for ${milliseconds(openFor)}`;
    const rows = [
      ["State", `${socket?.state ?? "connecting"}${since}`],
      ["URL", socket?.url.href ?? ""],
      ["Subprotocol", socket?.protocol ?? ""],
      ["Messages", `${sent} sent, ${received} received`],
      ["Last ping", socket?.latency === undefined ? "" : milliseconds(socket.latency)],
      ["Waits to go out", socket?.bufferedAmount ? `${socket.bufferedAmount} bytes` : ""],
    ];
    return rows.flatMap(([name, value]) => (value ? [`  ${name!.padEnd(17)}${value}`] : [])).join("\n");
  }

  #leave(): void {
    // Whoever cannot wait for the server's goodbye says so again.
    if (this.#leaving.signal.aborted) process.exit(ExitCode.interrupted);
    this.#leaving.abort();
  }

  async #goodbye(): Promise<void> {
    this.#prompt?.close();
    const { socket } = this.#conversation;
    if (socket === undefined || socket.state === "closed") return;
    const timer = setTimeout(() => this.#announcer.note("Waiting for the server to close. Ctrl-C does not wait."), 500);
    const info = await socket.close();
    clearTimeout(timer);
    this.#announcer.note(info.wasClean ? `${capitalized(closeInWords(info))}.` : "The server has not said goodbye.");
  }
}

function headersInWords(socket: ClientSocket | undefined): string {
  const lines = [...(socket?.headers ?? [])].map(([name, value]) => `  ${name}: ${value}`);
  return lines.length === 0 ? "There was no answer with headers yet." : lines.join("\n");
}
