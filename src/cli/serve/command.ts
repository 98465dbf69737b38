/** The command `antiphon serve`: its options and its help. */

import type { Command } from "commander";
import { toPort } from "../connection-flags.ts";
import { examples } from "../help-text.ts";
import type { Terminal } from "../terminal.ts";
import { addTlsFlags } from "../tls-flags.ts";
import type { ServeFlags } from "./run-serve.ts";

/** Adds the command. */
export function addServe(program: Command, terminal: Terminal): void {
  const command = program
    .command("serve")
    .summary("files and a chat, for a first look")
    .description(
      "Serves the files of a folder, and a chat room at /chat/NAME for each NAME. Without a folder, it shows a chat of its own: open it in two windows.",
    )
    .argument("[folder]", "the folder whose files are served; / is its index.html")
    .option("-p, --port <number>", "the TCP port; 0 takes any free one", toPort, 5042)
    .option("--host <address>", "the address to listen on; 0.0.0.0 for all", "127.0.0.1");
  addTlsFlags(command)
    .option("--open", "open it in the browser")
    .option("-q, --quiet", "do not tell who comes and goes")
    .option("--json", "tell where it listens, and who comes and goes, as JSON lines")
    .addHelpText(
      "after",
      examples([
        ["antiphon serve", "a chat on http://127.0.0.1:5042"],
        ["antiphon serve public", "your pages, which can talk to /chat/NAME"],
        ["antiphon serve --host 0.0.0.0 --tls", "for the whole network, by https: and wss:"],
        ["antiphon connect ':5042/chat/lobby?name=Ada'", "the same chat from a terminal"],
      ]),
    )
    .addHelpText(
      "after",
      `
What a client of /chat/NAME?name=YOU sends as text goes to everybody in the room, as JSON:
  {"type":"message","id":"…","name":"Ada","text":"hello"}
Besides, there come "welcome" (your own id), "people" (who is here), "join" and "leave".`,
    )
    .action(async (folder: string | undefined, flags: ServeFlags) => {
      const { runServe } = await import("./run-serve.ts");
      await runServe(folder, flags, terminal);
    });
}
