/** Where a command writes: results on stdout, everything else on stderr, colour only for people. */

import { once } from "node:events";
import { stripVTControlCharacters, styleText } from "node:util";
import { CliError, ExitCode } from "./exit-code.ts";
import { fileProblem, visible } from "./words.ts";

/** A colour or a style, by the names of `styleText` of Node. */
export type StyleName = Exclude<Parameters<typeof styleText>[0], readonly unknown[]>;

/** The three streams of a command. */
export interface Streams {
  readonly input: NodeJS.ReadStream;
  readonly output: NodeJS.WriteStream;
  readonly errors: NodeJS.WriteStream;
}

/** The terminal, or the pipes, that a command runs in. */
export class Terminal {
  readonly input: NodeJS.ReadStream;
  readonly output: NodeJS.WriteStream;
  readonly errors: NodeJS.WriteStream;
  /** Whether a person sits at both ends: stdin and stdout are terminals. */
  readonly isInteractive: boolean;
  /** Whether stdout takes colour. */
  readonly hasColour: boolean;
  /** Whether stderr takes colour. */
  readonly hasNoteColour: boolean;
  /** What a command ends with that did its work to the end, and has told of something wrong: answers that differ. */
  exitCode: number = ExitCode.ok;
  #progress: string | undefined;

  /** `env` decides on colour: `NO_COLOR`, `FORCE_COLOR`, `TERM=dumb`. */
  constructor({ input, output, errors }: Streams, env: NodeJS.ProcessEnv = process.env) {
    this.input = input;
    this.output = output;
    this.errors = errors;
    this.isInteractive = Boolean(input.isTTY && output.isTTY);
    this.hasColour = takesColour(output, env);
    this.hasNoteColour = takesColour(errors, env);
  }

  /** That of this process. Who stops reading our output (`| head -1`) ends the process quietly, a full disk with a word. */
  static ofProcess(): Terminal {
    for (const stream of [process.stdout, process.stderr]) {
      stream.on("error", (error: NodeJS.ErrnoException) => {
        if (error.code === "EPIPE" || error.code === "EIO") process.exit(process.exitCode ?? ExitCode.ok);
        if (stream === process.stdout)
          process.stderr.write(`antiphon: stdout cannot be written: ${fileProblem(error)}\n`);
        process.exit(ExitCode.failed);
      });
    }
    return new Terminal({ input: process.stdin, output: process.stdout, errors: process.stderr });
  }

  /** Columns of stdout, 80 if unknown. */
  get columns(): number {
    return this.output.columns || 80;
  }

  /** A line of results, on stdout. */
  print(line: string): void {
    this.#above(() => this.output.write(`${line}\n`));
  }

  /** A line of JSON, on stdout. In a terminal, the control characters that JSON leaves as they are become its escapes. */
  printJson(json: string): void {
    this.print(this.output.isTTY ? visible(json) : json);
  }

  /**
   * Resolves when stdout takes more, or the signal aborts. Whoever waits before the next message makes the server wait; else
   * all that a slow reader of our output has not read yet would pile up here.
   */
  async drained(signal: AbortSignal): Promise<void> {
    if (!this.output.writableNeedDrain) return;
    await once(this.output, "drain", { signal }).catch(() => {});
  }

  /** A line of anything else, on stderr. */
  note(line: string): void {
    this.#above(() => this.errors.write(`${line}\n`));
  }

  /** The text in a style for stdout; as it is where that takes no colour. */
  style(format: StyleName | StyleName[], text: string): string {
    return this.hasColour ? styled(format, text) : text;
  }

  /** The same for stderr. */
  styleNote(format: StyleName | StyleName[], text: string): string {
    return this.hasNoteColour ? styled(format, text) : text;
  }

  /** One line of stderr that each call writes over, cut to the width; nothing unless stderr is a terminal. `undefined` wipes it. */
  progress(line: string | undefined): void {
    if (!this.errors.isTTY || (line === undefined && this.#progress === undefined)) return;
    this.#progress = line;
    this.errors.write(`\r${ERASE_LINE}${line === undefined ? "" : cut(line, (this.errors.columns || 80) - 1)}`);
  }

  /**
   * Hears Ctrl-C and SIGTERM while it is in use: the first one aborts the signal, with a `CliError` of exit code 130 as its
   * reason, a second one ends the process with 130.
   */
  interrupted(): { readonly signal: AbortSignal; [Symbol.dispose](): void } {
    const controller = new AbortController();
    const onSignal = () => {
      if (controller.signal.aborted) process.exit(ExitCode.interrupted);
      controller.abort(new CliError("interrupted", ExitCode.interrupted));
    };
    for (const name of SIGNALS) process.on(name, onSignal);
    return {
      signal: controller.signal,
      [Symbol.dispose]: () => {
        for (const name of SIGNALS) process.off(name, onSignal);
      },
    };
  }

  /** Lines come above the line of progress, which stays the last one. */
  #above(write: () => void): void {
    const line = this.#progress;
    this.progress(undefined);
    write();
    this.progress(line);
  }
}

const SIGNALS = ["SIGINT", "SIGTERM"] as const;

const ERASE_LINE = "\x1b[K";

/** https://no-color.org and https://force-color.org: any value but an empty one; `FORCE_COLOR=0` forces none. */
function takesColour(stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv): boolean {
  const force = env["FORCE_COLOR"];
  if (env["NO_COLOR"]) return false;
  if (force) return force !== "0" && force !== "false";
  return Boolean(stream.isTTY) && env["TERM"] !== "dumb";
}

function styled(format: StyleName | StyleName[], text: string): string {
  return styleText(format, text, { validateStream: false });
}

/** A line that is too long loses its colour along with its end: an escape sequence cut in two would spoil the next one. */
function cut(line: string, columns: number): string {
  const plain = stripVTControlCharacters(line);
  return plain.length <= columns ? line : plain.slice(0, columns);
}
