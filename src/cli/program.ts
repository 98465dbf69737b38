/** The tree of commands: what there is, its help, and how it speaks. What a command does is loaded when it is asked for. */

import { readFileSync } from "node:fs";
import { type Argument, Command, type Option } from "commander";
import { addBench } from "./bench/command.ts";
import { addCompletion } from "./completion/command.ts";
import { addConnect } from "./connect/command.ts";
import { addDoctor } from "./doctor/command.ts";
import { addEcho } from "./echo/command.ts";
import { ExitCode } from "./exit-code.ts";
import { examples } from "./help-text.ts";
import { addListen } from "./listen/command.ts";
import { addReplay } from "./replay/command.ts";
import { addSend } from "./send/command.ts";
import { addServe } from "./serve/command.ts";
import type { Terminal } from "./terminal.ts";

/**
 * The command with all its commands. `parseAsync` rejects with a `CommanderError` for help, version and mistakes, all printed by
 * then: mistakes as JSON if `errorsAsJson`.
 */
export function makeProgram(terminal: Terminal, errorsAsJson = false): Command {
  const program = new Command("antiphon")
    .description("The WebSocket toolkit on the command line.")
    .version(packageVersion(), "-v, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .addHelpCommand(
      new Command("help").argument("[command]").description("print the help of a command").helpGroup("Else:"),
    )
    .configureOutput({
      writeOut: (text) => terminal.output.write(text),
      writeErr: (text) => terminal.errors.write(text),
      outputError: (text, write) => write(errorsAsJson ? asJson(inOurWords(text)) : inOurWords(text)),
      getOutHelpWidth: () => Math.min(terminal.columns, WIDEST),
      getErrHelpWidth: () => Math.min(terminal.errors.columns || 80, WIDEST),
      getOutHasColors: () => terminal.hasColour,
      getErrHasColors: () => terminal.hasNoteColour,
    })
    .configureHelp({
      commandUsage: usageOf,
      subcommandTerm: (command) => command.name(),
      optionDescription: describe,
      argumentDescription: describe,
      styleTitle: (title) => terminal.style("bold", title),
      styleOptionTerm: (term) => terminal.style("cyan", term),
      styleSubcommandTerm: (term) => terminal.style("cyan", term),
      styleArgumentTerm: (term) => terminal.style("cyan", term),
    })
    .exitOverride()
    .showHelpAfterError(errorsAsJson ? false : "(--help lists the commands and options)")
    .addHelpText("after", AFTER);

  program.commandsGroup("Servers:");
  addEcho(program, terminal);
  addServe(program, terminal);
  program.commandsGroup("Clients:");
  addSend(program, terminal);
  addConnect(program, terminal);
  addListen(program, terminal);
  addReplay(program, terminal);
  program.commandsGroup("Measuring and finding faults:");
  addBench(program, terminal);
  addDoctor(program, terminal);
  program.commandsGroup("Else:");
  addCompletion(program, terminal);
  return program;
}

/** Longer lines are hard to read. */
const WIDEST = 110;

const AFTER = `${examples([
  ["antiphon echo", "an echo server on ws://127.0.0.1:8765"],
  ["antiphon send :8765 hello", "one message there, its answer here"],
  ["antiphon connect :8765", "talk by hand"],
])}

Exit codes:
  0     it worked
  1     it failed: no connection, an end that nobody asked for, a file that cannot be read
  2     a mistake in the arguments
  3     something that was waited for did not come in time
  130   interrupted by Ctrl-C or a signal

Results go to stdout, everything else to stderr. NO_COLOR=1 switches colours off.`;

/** Commander puts `[options]` in the middle: `antiphon send [options] <url>`. So do we, with the parents' names. */
function usageOf(command: Command): string {
  const names: string[] = [];
  for (let each: Command | null = command; each; each = each.parent) names.unshift(each.name());
  return `${names.join(" ")} ${command.usage()}`;
}

/** Commander's sentence, as all others of this program begin. */
function inOurWords(text: string): string {
  return text
    .replace(/^error: /, "antiphon: ")
    .replace(/command-argument value ('.*') is invalid for argument '(.*?)'\./, "<$2> cannot be $1.");
}

/** As `runCommandLine` tells all other errors where there is `--json`. */
function asJson(text: string): string {
  const error = text
    .replace(/^antiphon: /, "")
    .trim()
    .replaceAll("\n", " ");
  return `${JSON.stringify({ error, exitCode: ExitCode.usage })}\n`;
}

/** What an option or an argument does, its choices, and its default as one would type it. */
function describe({ description, argChoices, defaultValue, defaultValueDescription }: Option | Argument): string {
  const shown = defaultValueDescription ?? (Array.isArray(defaultValue) ? "" : String(defaultValue ?? ""));
  const notes = [
    ...(argChoices ? [argChoices.join(", ")] : []),
    ...(shown === "" || shown === "false" ? [] : [`default: ${shown}`]),
  ];
  return notes.length === 0 ? description : `${description} (${notes.join("; ")})`;
}

function packageVersion(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}
