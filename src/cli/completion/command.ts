/** The command `antiphon completion`: its options and its help. */

import { Argument, type Command } from "commander";
import { examples } from "../help-text.ts";
import type { Terminal } from "../terminal.ts";

/** Adds the command. */
export function addCompletion(program: Command, terminal: Terminal): void {
  program
    .command("completion")
    .summary("print a script that completes commands on Tab")
    .description("Prints a script for your shell that completes commands, options and their choices on Tab.")
    .addArgument(new Argument("<shell>", "whose script").choices(["bash", "zsh", "fish"]))
    .addHelpText(
      "after",
      examples([
        ["antiphon completion bash >> ~/.bashrc", "bash"],
        [
          `antiphon completion zsh > "\${fpath[1]}/_antiphon"`,
          "zsh; or: source <(antiphon completion zsh), after compinit",
        ],
        ["antiphon completion fish > ~/.config/fish/completions/antiphon.fish", "fish"],
      ]),
    )
    .action(async (shell: "bash" | "zsh" | "fish") => {
      const { completionScript } = await import("./completion-script.ts");
      terminal.print(completionScript(program, shell));
    });
}
