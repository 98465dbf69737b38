/** The command `antiphon replay`: its options and its help. */

import { type Command, InvalidArgumentError, Option } from "commander";
import { addConnectionFlags, toWebSocketUrl } from "../connection-flags.ts";
import { examples } from "../help-text.ts";
import type { Terminal } from "../terminal.ts";
import type { ReplayFlags } from "./run-replay.ts";

/** Adds the command. */
export function addReplay(program: Command, terminal: Terminal): void {
  const command = program
    .command("replay")
    .summary("play a recorded conversation back, and compare the answers")
    .description(
      "Sends what the client said in a recording of antiphon listen --record, at the same times, and prints what comes. With " +
        "--check it compares what comes with what came then, and exits with 1 if that differs.",
    )
    .argument("<file>", "the recording; - is stdin")
    .argument("<url>", "where to play it: ws://localhost:8765, localhost:8765", toWebSocketUrl)
    .addOption(
      new Option("--speed <factor>", "2 is twice as fast, 0.5 half as fast, max as fast as possible")
        .argParser(toSpeed)
        .default(1, "1"),
    )
    .option("--wait", "before each message, wait until as many answers have come as in the recording")
    .option("--check", "print how the answers differ from the recorded ones, in place of them")
    .option("--json", "print JSON lines: answers as recorded, or with --check one object");
  addConnectionFlags(command)
    .addHelpText(
      "after",
      examples([
        ["antiphon replay chat.jsonl :8765", "as it was"],
        ["antiphon replay chat.jsonl :8765 --speed 10", "ten times as fast"],
        ["antiphon replay chat.jsonl :8765 --speed max --wait --check", "a test: are the answers still the same?"],
      ]),
    )
    .action(async (file: string, url: URL, flags: ReplayFlags) => {
      const { runReplay } = await import("./run-replay.ts");
      await runReplay(file, url, flags, terminal);
    });
}

/** A factor above 0; `max` is `Infinity`. */
function toSpeed(text: string): number {
  if (text === "max") return Number.POSITIVE_INFINITY;
  const speed = /^\d+(\.\d+)?x?$/.test(text) ? Number.parseFloat(text) : 0;
  if (speed > 0) return speed;
  throw new InvalidArgumentError("It is no factor above 0 such as 2 or 0.5, and not max.");
}
