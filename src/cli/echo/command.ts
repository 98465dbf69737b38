/** The command `antiphon echo`: its options and its help. */

import type { Command } from "commander";
import { toPort } from "../connection-flags.ts";
import { examples } from "../help-text.ts";
import type { Terminal } from "../terminal.ts";
import { addTlsFlags } from "../tls-flags.ts";
import type { EchoFlags } from "./run-echo.ts";

/** Adds the command. */
export function addEcho(program: Command, terminal: Terminal): void {
  const command = program
    .command("echo")
    .summary("an echo server: every message goes back to its sender")
    .description(
      "Starts an echo server: every message goes back to its sender as it came. It says where, and who comes and goes.",
    )
    .option("-p, --port <number>", "the TCP port; 0 takes any free one", toPort, 8765)
    .option("--host <address>", "the address to listen on; 0.0.0.0 for all", "127.0.0.1")
    .option("--path <path>", "echo on this path only; others get 404 (default: any path)")
    .option("--prefix <text>", "put before every text that goes back")
    .option("--compression", "agree to permessage-deflate, on the client's terms");
  addTlsFlags(command)
    .option("-q, --quiet", "do not tell who comes and goes")
    .option("--json", "tell where it listens, and who comes and goes, as JSON lines")
    .addHelpText(
      "after",
      examples([
        ["antiphon echo", "on ws://127.0.0.1:8765, any path"],
        ["antiphon echo --port 0 --json", "on a free port; a script reads which one"],
        ["antiphon echo --host 0.0.0.0 --quiet", "for the whole network"],
        ["antiphon echo --path /ws --prefix 'Echo: '", "answers texts with a prefix, on one path"],
        ["antiphon echo --tls", "wss://, with a certificate of its own"],
        ["antiphon send :8765 hello", "in another terminal"],
      ]),
    )
    .action(async (flags: EchoFlags) => {
      const { runEcho } = await import("./run-echo.ts");
      await runEcho(flags, terminal);
    });
}
