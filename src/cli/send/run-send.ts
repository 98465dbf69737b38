/** `antiphon send`: one way there with all messages, and back with their answers. */

import { type ClientSocket, connect, DisconnectError } from "../../client/index.ts";
import { type ConnectionFlags, toConnectOptions } from "../connection-flags.ts";
import { CliError, ExitCode, isGoodEnd } from "../exit-code.ts";
import type { Terminal } from "../terminal.ts";
import { closeInWords } from "../words.ts";
import { printAnswer } from "./answer.ts";
import { linesOf, type Notation, type Outgoing, STDIN, toOutgoing } from "./outgoing.ts";

/** The options of the command. */
export interface SendFlags extends ConnectionFlags, Notation {
  readonly wait?: number;
}

/** Sends, prints, closes. Rejects with what went wrong. */
export async function runSend(url: URL, texts: readonly string[], flags: SendFlags, terminal: Terminal): Promise<void> {
  if (texts.length === 0 && flags.wait === undefined) {
    throw new CliError("there is no message to send; - reads them from stdin, --wait N only listens", ExitCode.usage);
  }
  // What is wrong with the arguments is told before anything is sent.
  const outgoing = toOutgoing(texts, flags);
  using interruption = terminal.interrupted();
  const socket = await connect(url, { ...toConnectOptions(flags), signal: interruption.signal });
  const exchange = new Exchange(socket, flags, terminal);
  interruption.signal.addEventListener("abort", () => exchange.stop(interruption.signal.reason));
  try {
    await exchange.run(outgoing);
  } finally {
    // Else a pipe that stays open would keep the process.
    if (outgoing.includes(STDIN)) terminal.input.destroy();
  }
}

/** What is sent, what is awaited, and until when. */
class Exchange {
  readonly #socket: ClientSocket;
  readonly #flags: SendFlags;
  readonly #terminal: Terminal;
  /** Aborts when there is nothing more to wait for, or with what went wrong. */
  readonly #over = new AbortController();
  #sent = 0;
  #answers = 0;
  /** Known once all has been sent, unless `--wait` says it. */
  #wanted: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(socket: ClientSocket, flags: SendFlags, terminal: Terminal) {
    this.#socket = socket;
    this.#flags = flags;
    this.#terminal = terminal;
    this.#wanted = flags.wait ?? Number.POSITIVE_INFINITY;
  }

  /** Resolves when all was sent and answered, and the connection closed. */
  async run(outgoing: readonly Outgoing[]): Promise<void> {
    const receiving = this.#receive();
    const sending = this.#send(outgoing);
    try {
      await Promise.all([sending, receiving]);
    } catch (error) {
      this.stop(error);
      throw this.#over.signal.reason;
    } finally {
      clearTimeout(this.#timer);
      // In this order: a send that waits for the server to read ends with the connection.
      await this.#close();
      await Promise.allSettled([sending, receiving]);
    }
    const end = await this.#socket.closed;
    // Without answers, the end is all that tells whether the server liked it.
    if (this.#wanted === 0 && !isGoodEnd(end.code)) throw new CliError(closeInWords(end));
  }

  /** Ends the exchange with this error; the first one counts. */
  stop(error: unknown): void {
    this.#over.abort(error);
  }

  async #send(outgoing: readonly Outgoing[]): Promise<void> {
    const { signal } = this.#over;
    for (const one of outgoing) {
      if (one !== STDIN) await this.#sendOne(one);
      else for await (const line of linesOf(this.#terminal.input, this.#flags, signal)) await this.#sendOne(line);
    }
    this.#wanted = this.#flags.wait ?? this.#sent;
    if (this.#answers >= this.#wanted) this.#over.abort(ENOUGH);
    else this.#startTimer();
  }

  async #sendOne(message: string | Uint8Array): Promise<void> {
    if (this.#over.signal.aborted) return;
    await this.#socket.send(message);
    this.#sent++;
  }

  async #receive(): Promise<void> {
    const { signal } = this.#over;
    while (this.#answers < this.#wanted) {
      try {
        const message = await this.#socket.receive({ signal });
        this.#answers++;
        printAnswer(message, this.#flags, this.#terminal);
      } catch (error) {
        if (error === ENOUGH) return;
        throw error instanceof DisconnectError ? this.#tooSoon(error) : error;
      }
      await this.#terminal.drained(signal);
      if (this.#timer) this.#startTimer();
    }
    // What comes now is not asked for, and must not hold up the end.
    this.#socket.ignoreMessages();
  }

  /** Each answer has its time, from the last message or the answer before. */
  #startTimer(): void {
    clearTimeout(this.#timer);
    const { timeout } = this.#flags;
    this.#timer = setTimeout(() => {
      // It is whoever reads our output that is slow.
      if (this.#terminal.output.writableNeedDrain) return this.#startTimer();
      const came = this.#wanted === 1 ? "" : ` (${this.#answers} of ${this.#wanted} came)`;
      const hint = "--timeout allows for more time, --wait 0 waits for none";
      this.stop(new CliError(`no answer within ${timeout} ms${came}; ${hint}`, ExitCode.timeout));
    }, timeout);
  }

  #tooSoon({ code, reason, wasClean, cause }: DisconnectError): CliError {
    const wanted = this.#wanted === Number.POSITIVE_INFINITY ? this.#sent : this.#wanted;
    const end = closeInWords({ code, reason, wasClean, cause });
    if (this.#answers >= wanted) return new CliError(`${end}, before all was sent`);
    return new CliError(
      `${end}, before ${wanted === 1 ? "an answer came" : `${this.#answers + 1} of ${wanted} answers came`}`,
    );
  }

  async #close(): Promise<void> {
    if (this.#socket.open) this.#socket.ignoreMessages();
    await this.#socket.close();
  }
}

/** Why receiving stops when nothing went wrong. */
const ENOUGH = new Error("all answers have come");
