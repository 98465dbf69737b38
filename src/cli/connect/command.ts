/** The command `antiphon connect`: its options and its help. */

import { type Command, Option } from "commander";
import { addConnectionFlags, toMilliseconds, toWebSocketUrl } from "../connection-flags.ts";
import { examples } from "../help-text.ts";
import type { Terminal } from "../terminal.ts";
import type { ConnectFlags } from "./flags.ts";
import { slashHelp } from "./slash-command.ts";

/** Adds the command. */
export function addConnect(program: Command, terminal: Terminal): void {
  const command = program
    .command("connect")
    .summary("talk to a server by hand, or through a pipe")
    .description(
      "Opens a conversation: what you type is sent, what comes is shown. In a pipe, each line of stdin is sent as it is, and what comes is printed on stdout.",
    )
    .argument("<url>", "where to: ws://host:port/path, wss://…, or localhost:8765", toWebSocketUrl)
    .option("-r, --reconnect", "connect again whenever the connection is lost, also at the start")
    .option("--raw", "show messages as they came: JSON is not laid out, bytes are hex digits")
    .option("--no-history", "neither read nor write the history of what was typed")
    .addOption(
      new Option("-w, --wait <time>", "in a pipe, after the end of stdin: until nothing has come for so long")
        .argParser(toMilliseconds)
        .default(1000, "1s"),
    );
  addConnectionFlags(command)
    .addHelpText("after", `\nWhile connected:\n${slashHelp()}`)
    .addHelpText(
      "after",
      examples([
        ["antiphon connect :8765", "talk with ws://localhost:8765"],
        ["antiphon connect wss://example.com/chat --reconnect", "stay connected"],
        ["antiphon connect :8765 -s chat -H 'Cookie: id=1'", "with a subprotocol and a header"],
        ["tail -f app.log | antiphon connect :8765 > answers", "in a pipe"],
      ]),
    )
    .addHelpText(
      "after",
      "\nThe history is kept in $XDG_STATE_HOME/antiphon/history (~/.local/state), for your eyes only;\nwhat begins with a space is not kept.",
    )
    .action(async (url: URL, flags: ConnectFlags) => {
      const { runConnect } = await import("./run-connect.ts");
      await runConnect(url, flags, terminal);
    });
}
