/** The command `antiphon listen`: its options and its help. */

import type { Command } from "commander";
import { addConnectionFlags, gather, toCountFromOne, toMilliseconds, toWebSocketUrl } from "../connection-flags.ts";
import { examples } from "../help-text.ts";
import type { Terminal } from "../terminal.ts";
import type { ListenFlags } from "./listener.ts";

/** Adds the command. */
export function addListen(program: Command, terminal: Terminal): void {
  const command = program
    .command("listen")
    .summary("print what comes, and record the conversation")
    .description(
      "Stays connected and prints what comes, until the server closes, Ctrl-C, --count or --duration. With --record the " +
        "conversation is written to a file, both ways and with times, for antiphon replay.",
    )
    .argument("<url>", "where to connect: ws://localhost:8765, localhost:8765", toWebSocketUrl)
    .option("--record <file>", "write the conversation as JSON lines; - is stdout, in place of what comes")
    .option("--overwrite", "write over a file that exists")
    .option("--send <text>", "send this once connected; - sends each line of stdin; repeatable", gather, [])
    .option("-c, --count <number>", "end after so many messages", toCountFromOne)
    .option("-d, --duration <time>", "end after this time: 500ms, 10s, 2m", toMilliseconds)
    .option("--reconnect", "come back when the connection is lost; what is missed meanwhile is missing")
    .option("-q, --quiet", "do not print what comes")
    .option("--json", "print the lines that --record writes");
  addConnectionFlags(command)
    .addHelpText(
      "after",
      examples([
        ["antiphon listen wss://example.com/feed", "print what comes"],
        [`antiphon listen :8765 --send '{"subscribe":"news"}'`, "say something first"],
        ["antiphon listen :8765 --record feed.jsonl --duration 1h", "record for an hour"],
        ["antiphon listen :8765 --record feed.jsonl --reconnect --quiet", "record for as long as it lasts"],
        ["printf 'a\\nb\\n' | antiphon listen :8765 --send -", "send lines, print what comes"],
        ["antiphon listen :8765 --count 1 --json | jq -r .text", "one message, for a script"],
      ]),
    )
    .action(async (url: URL, flags: ListenFlags) => {
      const { runListen } = await import("./run-listen.ts");
      await runListen(url, flags, terminal);
    });
}
