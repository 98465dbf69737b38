/** What a conversation shows: messages on stdout, everything that happens around them on stderr. */

import type { ClientSocket, CloseInfo, Message } from "../../client/index.ts";
import { messageInWords, type View } from "../message-view.ts";
import type { Terminal } from "../terminal.ts";
import { closeInWords, errorInWords, visible, withoutPassword } from "../words.ts";
import type { Listener } from "./conversation.ts";

/** How it shows. */
export interface AnnouncerOptions {
  readonly raw: boolean;
  /** Marks what comes with `<`, and says how long it took: for a person at a prompt. */
  readonly marks: boolean;
  /** Writes where it does not garble what is being typed. */
  readonly write: (write: () => void) => void;
}

/** Shows what happens in a conversation. */
export class Announcer implements Omit<Listener, "ended" | "message"> {
  readonly #terminal: Terminal;
  readonly #options: AnnouncerOptions;
  readonly #view: { pretty: boolean; colour: boolean };

  constructor(terminal: Terminal, options: AnnouncerOptions) {
    this.#terminal = terminal;
    this.#options = options;
    this.#view = { pretty: Boolean(terminal.output.isTTY) && !options.raw, colour: terminal.hasColour };
  }

  message(message: Message, took: number | undefined): void {
    const terminal = this.#terminal;
    const view: View = { ...this.#view, columns: terminal.columns };
    const inWords = messageInWords(message, view);
    // Raw, but still not for a server to steer the terminal with.
    const text = terminal.output.isTTY && !view.pretty ? visible(inWords) : inWords;
    if (!this.#options.marks) return this.#options.write(() => terminal.print(text));
    const time = took === undefined ? "" : `  ${terminal.style("dim", milliseconds(took))}`;
    const body = (text === "" ? terminal.style("dim", "(empty text)") : text).replaceAll("\n", "\n  ");
    this.#options.write(() => terminal.print(`${terminal.style("green", "<")} ${body}${time}`));
  }

  opened(socket: ClientSocket, { again, took }: { readonly again: boolean; readonly took: number }): void {
    const { protocol, headers } = socket;
    const more = [
      ...(protocol === "" ? [] : [`subprotocol ${protocol}`]),
      ...(/permessage-deflate/i.test(headers?.get("sec-websocket-extensions") ?? "") ? ["compression"] : []),
    ];
    const details = more.length === 0 ? "" : `, ${more.join(", ")}`;
    const time = again ? "" : ` in ${milliseconds(took)}`;
    this.note(`${again ? "Connected again" : `Connected to ${withoutPassword(socket.url)}`}${time}${details}.`);
  }

  away(problem: CloseInfo | Error, retryIn: number): void {
    const what = problem instanceof Error ? errorInWords(problem) : closeInWords(problem);
    this.note(`${capitalized(what)}. Next attempt in ${milliseconds(retryIn)}.`);
  }

  /** A line about what happens. */
  note(text: string): void {
    const terminal = this.#terminal;
    this.#options.write(() => terminal.note(terminal.styleNote("dim", visible(text))));
  }

  /** Lines that were asked for. */
  answer(text: string): void {
    this.#options.write(() => this.#terminal.note(visible(text)));
  }
}

/** `0.4 ms`, `12 ms`, `1.5 s`. */
export function milliseconds(time: number): string {
  if (time < 10) return `${time.toFixed(1)} ms`;
  return time < 1000 ? `${Math.round(time)} ms` : `${(time / 1000).toFixed(1)} s`;
}

/** As the beginning of a sentence. */
export function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
