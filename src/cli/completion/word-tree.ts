/** What can be typed after `antiphon`, read from the commander tree, so that completion knows what there is. */

import type { Command, Option } from "commander";

/** An option of a command. */
export interface OptionWord {
  /** `--port`, `-p`. */
  readonly names: readonly string[];
  readonly description: string;
  /** Whether a value follows. */
  readonly takesValue: boolean;
  /** Whether that value is a file. */
  readonly takesFile: boolean;
  readonly choices: readonly string[];
  readonly isRepeatable: boolean;
}

/** A command. */
export interface CommandWord {
  readonly name: string;
  readonly description: string;
  readonly options: readonly OptionWord[];
  /** What its arguments can be, where that is a list. */
  readonly choices: readonly string[];
  /** Whether an argument is a file or a folder. */
  readonly takesFile: boolean;
}

/** The commands of the program, and the program itself with the options that it has of its own. */
export function wordsOf(program: Command): { readonly root: CommandWord; readonly commands: readonly CommandWord[] } {
  const help = program.createHelp();
  return {
    root: toWord(program),
    commands: help.visibleCommands(program).map(toWord),
  };

  function toWord(command: Command): CommandWord {
    const subcommands = command.name() === "help" ? help.visibleCommands(program).map((one) => one.name()) : [];
    return {
      name: command.name(),
      description: help.subcommandDescription(command),
      options: help.visibleOptions(command).map(toOptionWord),
      choices: [...subcommands, ...command.registeredArguments.flatMap(({ argChoices = [] }) => argChoices)],
      takesFile: command.registeredArguments.some((argument) => isFile(argument.name())),
    };
  }
}

function toOptionWord(option: Option): OptionWord {
  const { long, short, description, argChoices = [], required, optional, flags } = option;
  return {
    names: [long, short].filter((name) => name !== undefined),
    description: description.split(";")[0]!,
    takesValue: required || optional,
    takesFile: isFile(/[<[]([\w-]+)/.exec(flags)?.[1] ?? ""),
    choices: argChoices,
    isRepeatable: /repeatable/.test(description),
  };
}

/** By the names that this program gives to values: `--ca <file>`, `[folder]`. */
function isFile(name: string): boolean {
  return /file|folder|path$/i.test(name) && name !== "path";
}
