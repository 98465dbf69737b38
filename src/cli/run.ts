/** Runs a command line to its end: its exit code, and one sentence on stderr for what went wrong. */

import { type Command, CommanderError } from "commander";
import { CliError, ExitCode } from "./exit-code.ts";
import { makeProgram } from "./program.ts";
import type { Terminal } from "./terminal.ts";
import { errorInWords } from "./words.ts";

/** Resolves with the exit code; never rejects. `args` are those behind the name of the program. */
export async function runCommandLine(args: readonly string[], terminal: Terminal): Promise<number> {
  let running: Command | undefined;
  const program = makeProgram(terminal, args.includes("--json")).hook("preAction", (_program, command) => {
    running = command;
  });
  try {
    await program.parseAsync(args, { from: "user" });
    return terminal.exitCode;
  } catch (error) {
    return tell(error, terminal, Boolean(running?.opts()["json"]));
  }
}

/** Tells what went wrong, and gives the exit code. */
function tell(error: unknown, terminal: Terminal, asJson: boolean): number {
  // Commander has printed its own sentence by now; --help and --version come here too, with code 0.
  if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.ok : ExitCode.usage;
  const exitCode = exitCodeOf(error);
  terminal.progress(undefined);
  // Whoever has pressed Ctrl-C knows.
  if (exitCode === ExitCode.interrupted) return exitCode;
  const sentence = errorInWords(error);
  const { code } = Object(error) as { code?: unknown };
  terminal.note(asJson ? JSON.stringify({ error: sentence, code, exitCode }) : `antiphon: ${sentence}`);
  return exitCode;
}

function exitCodeOf(error: unknown): number {
  if (error instanceof CliError) return error.exitCode;
  const { name, cause } = Object(error) as Error;
  if (name === "TimeoutError") return ExitCode.timeout;
  // What the library finds wrong with a value. With a cause it was the system that refused: a port in use.
  return name === "UsageError" && cause === undefined ? ExitCode.usage : ExitCode.failed;
}
