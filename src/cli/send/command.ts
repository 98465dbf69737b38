/** The command `antiphon send`: its options and its help. */

import { type Command, Option } from "commander";
import { addConnectionFlags, toCount, toWebSocketUrl } from "../connection-flags.ts";
import { examples } from "../help-text.ts";
import type { Terminal } from "../terminal.ts";
import type { SendFlags } from "./run-send.ts";

/** Adds the command. */
export function addSend(program: Command, terminal: Terminal): void {
  const command = program
    .command("send")
    .summary("send messages, print the answers, end")
    .description(
      "Connects, sends the messages, prints the answers on stdout, and closes. Exits with 3 if an answer does not come in time.",
    )
    .argument("<url>", "where to: ws://host:port/path, wss://…, or localhost:8765", toWebSocketUrl)
    .argument("[messages...]", "what to send; - sends the lines of stdin, one by one")
    .option("-w, --wait <count>", "how many answers to wait for (default: one for each message)", toCount)
    .option("--json", "messages must be JSON; answers are printed as JSON, a line each, errors too")
    .option("-b, --binary", "send bytes: messages are hexadecimal, such as 0a1b2c or '0a 1b 2c'")
    .addOption(
      new Option("-e, --encoding <name>", "how --binary messages and answers are written").choices([
        "hex",
        "base64",
        "utf8",
      ]),
    );
  addConnectionFlags(command)
    .addHelpText(
      "after",
      examples([
        ["antiphon send :8765 hello", "to ws://localhost:8765; prints the answer"],
        ["antiphon send wss://example.com/ws one two", "two messages, two answers"],
        ["seq 3 | antiphon send :8765 -", "a message for each line"],
        [`antiphon send :8765 --json '{"type":"ping"}' | jq .`, "JSON in, JSON out"],
        ["antiphon send :8765 --binary '00 ff 10'", "bytes"],
        ["antiphon send :8765 --wait 0 bye", "waits for no answer"],
        ["antiphon send :8765 --wait 1", "sends nothing, prints the first message that comes"],
        ["antiphon send -H 'Authorization: Bearer abc' :8765 hi", "with a header"],
        ["antiphon send :8765 -- --help", "behind --, nothing is an option"],
      ]),
    )
    .action(async (url: URL, messages: string[], flags: SendFlags) => {
      const { runSend } = await import("./run-send.ts");
      await runSend(url, messages, flags, terminal);
    });
}
