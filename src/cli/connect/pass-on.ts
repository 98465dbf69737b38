/** `antiphon connect` in a pipe: each line of stdin is a message, each message a line of stdout. */

import type { CloseInfo, ConnectOptions } from "../../client/index.ts";
import { CliError, isGoodEnd } from "../exit-code.ts";
import { linesOf } from "../send/outgoing.ts";
import type { Terminal } from "../terminal.ts";
import { closeInWords } from "../words.ts";
import { Announcer } from "./announcer.ts";
import { Conversation } from "./conversation.ts";
import type { ConnectFlags } from "./flags.ts";

/** Resolves when stdin has ended and nothing more comes, or the server has closed; rejects if the connection was lost. */
export async function passOn(
  url: URL,
  options: ConnectOptions,
  flags: ConnectFlags,
  terminal: Terminal,
): Promise<void> {
  using interruption = terminal.interrupted();
  const over = new AbortController();
  // Where whoever reads our output is slow, the server is not silent.
  const silence = new Silence(flags.wait, () => (terminal.output.writableNeedDrain ? silence.heard() : over.abort()));
  const announcer = new Announcer(terminal, { raw: Boolean(flags.raw), marks: false, write: (write) => write() });
  let end: CloseInfo | undefined;
  const conversation = new Conversation(url, options, {
    opened: (socket, info) => announcer.opened(socket, info),
    away: (problem, retryIn) => announcer.away(problem, retryIn),
    message: (message) => {
      announcer.message(message, undefined);
      silence.heard();
      return terminal.drained(over.signal);
    },
    ended: (info) => {
      end = info;
      over.abort();
    },
  });
  interruption.signal.addEventListener("abort", () => over.abort());
  await conversation.connect(interruption.signal);
  try {
    for await (const line of linesOf(terminal.input, {}, over.signal)) {
      if (over.signal.aborted) break;
      // Why it failed, the end of the conversation tells.
      await conversation.send(line).catch(() => {});
    }
    silence.begin();
    await aborted(over.signal);
  } finally {
    silence.end();
    terminal.input.destroy();
    const { socket } = conversation;
    // What still comes must not hold up the end.
    if (socket?.open) socket.ignoreMessages();
    await socket?.close();
  }
  interruption.signal.throwIfAborted();
  if (end === undefined) return;
  if (!isGoodEnd(end.code)) throw new CliError(closeInWords(end));
  announcer.note(`The server has ${closeInWords(end)}.`);
}

/** Calls back when nothing has been heard for a while. */
class Silence {
  readonly #time: number;
  readonly #onSilence: () => void;
  #timer: NodeJS.Timeout | undefined;

  constructor(time: number, onSilence: () => void) {
    this.#time = time;
    this.#onSilence = onSilence;
  }

  /** From now on it counts. */
  begin(): void {
    this.#timer = setTimeout(this.#onSilence, this.#time);
  }

  /** It is not silent. */
  heard(): void {
    this.#timer?.refresh();
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}
