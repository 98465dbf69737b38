/** The command `antiphon doctor`: its options and its help. What it does is loaded when it is called. */

import type { Command } from "commander";
import { InvalidArgumentError } from "commander";
import { addConnectionFlags, toCountFromOne, toMilliseconds } from "../connection-flags.ts";
import { examples } from "../help-text.ts";
import type { Terminal } from "../terminal.ts";
import type { DoctorFlags } from "./run-doctor.ts";

/** Adds the command. */
export function addDoctor(program: Command, terminal: Terminal): void {
  const command = program
    .command("doctor")
    .summary("find out what is wrong between here and a server")
    .description(
      "Finds out what is wrong between here and a WebSocket server, step by step: URL, DNS, TCP, TLS, the HTTP answer,\n" +
        "subprotocol, compression, pings, and the end. Says what each fault means and what to do.\n" +
        "Sends no message, unless --echo asks for one.",
    )
    .argument("<url>", "where to look: ws://localhost:8765/chat, wss://example.com")
    .option("--echo", "send a message of 2 KiB and wait for it to come back: for echo servers")
    .option(
      "--idle <time>",
      "stay silent for so long, and tell when the connection is cut: 120 (seconds), 10m",
      toIdle,
      0,
    )
    .option("--pings <count>", "how many pings to time", toCountFromOne, 5)
    .option("--json", "print one JSON object, for machines");
  addConnectionFlags(command)
    .addHelpText("after", HELP)
    .action(async (url: string, flags: DoctorFlags) => {
      const { runDoctor } = await import("./run-doctor.ts");
      terminal.exitCode = await runDoctor(url, flags, terminal);
    });
}

/** `120` is seconds here, as timeouts of proxies are written; with a unit it is what it says. */
function toIdle(text: string): number {
  try {
    return toMilliseconds(/^\d+(\.\d+)?$/.test(text.trim()) ? `${text.trim()}s` : text);
  } catch {
    throw new InvalidArgumentError("It is no time such as 120 (seconds), 90s or 10m.");
  }
}

const HELP = `${examples([
  ["antiphon doctor :8765/chat", "is the server on this machine well?"],
  ["antiphon doctor wss://example.com/chat --origin https://example.com", "as a page would connect"],
  ["antiphon doctor wss://example.com/chat --idle 120", "is it cut when it is silent?"],
  ["antiphon doctor :8765 --echo --compression", "does a compressed message survive?"],
  ["antiphon doctor wss://example.com --json", "for a program"],
])}

Compression is always offered, as browsers do; with --compression, a server that declines gets a warning.
Exit codes: 0 without a cross (warnings alone are no failure), 1 with one, 2 for a mistake in the arguments.`;
