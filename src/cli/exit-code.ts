/** How the command ends: its exit codes, and the error that carries one. */

/** The exit codes, as `antiphon --help` lists them. */
export const ExitCode = {
  ok: 0,
  /** It did not work: no connection, an end that nobody asked for, a file that cannot be read. */
  failed: 1,
  /** A mistake in the arguments. */
  usage: 2,
  /** Something that was waited for did not come in time. */
  timeout: 3,
  /** Ctrl-C, or a signal: 128 and the number of SIGINT, as shells have it. */
  interrupted: 130,
} as const;

/** Whether a close code says no more than "the end", so that it makes no exit code 1 of its own. */
export function isGoodEnd(code: number): boolean {
  return code === 1000 || code === 1001 || code === 1005;
}

/** A failure that is told in one sentence. `main.ts` prints it and ends with the code. */
export class CliError extends Error {
  override readonly name = "CliError";
  readonly exitCode: number;

  /** The sentence is a lower-case clause: `antiphon: ` is put before it. */
  constructor(sentence: string, exitCode: number = ExitCode.failed) {
    super(sentence);
    this.exitCode = exitCode;
  }
}
