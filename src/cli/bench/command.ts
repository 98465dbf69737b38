/** The command `antiphon bench`: its options and its help. */

import type { Command } from "commander";
import { InvalidArgumentError, Option } from "commander";
import { addConnectionFlags, toByteSize, toCountFromOne, toMilliseconds, toWebSocketUrl } from "../connection-flags.ts";
import { examples } from "../help-text.ts";
import type { Terminal } from "../terminal.ts";
import type { BenchFlags } from "./run-bench.ts";

/** Adds the command. */
export function addBench(program: Command, terminal: Terminal): void {
  const command = program
    .command("bench")
    .summary("load and latency: how much a server bears, and how it feels")
    .description(
      "Sends messages to a server that answers each with one, such as an echo server, and measures how long the answers take. " +
        "With --rate (the default) messages leave at their time whatever the server does, and latency counts from that " +
        "time: a server that stalls cannot hide it. With --in-flight the next message waits for an answer: how fast can it go?",
    )
    .argument("<url>", "where to connect: ws://localhost:8765, localhost:8765", toWebSocketUrl)
    .optionsGroup("Load:")
    .option("-c, --connections <number>", "connections", toCountFromOne, 10)
    .addOption(
      new Option("-r, --rate <number>", "messages per second, on all connections together (default: 1000)")
        .argParser(toRate)
        .conflicts("inFlight"),
    )
    .option("-n, --in-flight <number>", "instead of a rate: messages under way on each connection", toCountFromOne)
    .addOption(time("-d, --duration <time>", "how long to measure: 500ms, 10s, 2m", 10_000, "10s"))
    .addOption(time("--warmup <time>", "the same load before that, which does not count", 1000, "1s"))
    .addOption(
      time("--ramp <time>", "from the start (that of the warm-up), let connections and rate rise so long", 0, "none"),
    )
    .optionsGroup("Messages:")
    .addOption(new Option("--size <bytes>", "bytes of a message: 64, 4KiB").argParser(toByteSize).default(64))
    .addOption(new Option("-m, --message <text>", "send this instead of made-up text").conflicts("size"))
    .option("-b, --binary", "send bytes instead of text")
    .addOption(
      new Option(
        "--expect <answers>",
        "what to hold answers against: echo (a text before it is fine), any (one for each message), none; " +
          "auto finds out by the first one whether they are echoes",
      )
        .choices(["auto", "echo", "any", "none"])
        .default("auto"),
    )
    .addOption(time("--drain <time>", "how long to wait for the last answers", 5000, "5s"))
    .optionsGroup("Report:")
    .option("--html <file>", "write a page with plots, all in one file")
    .option("--json", "print the report as JSON");
  addConnectionFlags(command)
    .addHelpText(
      "after",
      `${examples([
        ["antiphon bench :8765", "1000 messages/s on 10 connections for 10 s"],
        ["antiphon bench :8765 -c 500 -r 20000 --html report.html", "more of it, and a page with plots"],
        ["antiphon bench :8765 -c 64 --in-flight 16", "as fast as it goes"],
        ["antiphon bench :8765 -r 50000 -d 60s --ramp 60s", "rise slowly: where does it break?"],
        ["antiphon bench wss://example.com/ws -H 'Authorization: Bearer …'", "with a header"],
        ["antiphon bench :8765 --json | jq .latency.p99", "for a script, in milliseconds"],
      ])}

Exit code 1 if anything went wrong: a connection that failed or ended, an answer that is missing or wrong.`,
    )
    .action(async (url: URL, flags: BenchFlags) => {
      const { runBench } = await import("./run-bench.ts");
      await runBench(url, flags, terminal);
    });
}

function time(flags: string, description: string, milliseconds: number, words: string): Option {
  return new Option(flags, description).argParser(toMilliseconds).default(milliseconds, words);
}

/** Messages per second: `1000`, `0.5`, `20k`. */
function toRate(text: string): number {
  const [, number, thousands] = /^(\d+(?:\.\d+)?)(k?)(?:\/s)?$/i.exec(text.trim()) ?? [];
  const rate = Number(number) * (thousands ? 1000 : 1);
  if (rate > 0 && rate <= MOST_PER_SECOND) return rate;
  throw new InvalidArgumentError("It is no number of messages per second such as 0.5, 1000 or 20k.");
}

const MOST_PER_SECOND = 10_000_000;
