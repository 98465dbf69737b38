#!/usr/bin/env node
/** The command `antiphon`: reads the arguments and hands over. What a command does lives in a file of its own, loaded when asked for. */

import { readFileSync } from "node:fs";
import { Command, CommanderError, InvalidArgumentError } from "commander";

/** A mistake in the arguments ends with this code; a command that failed ends with 1. */
const USAGE_EXIT_CODE = 2;

void main();

async function main(): Promise<void> {
  try {
    await program().parseAsync();
  } catch (error) {
    process.exitCode = exitCodeOf(error);
  }
}

function program(): Command {
  const antiphon = new Command("antiphon")
    .description("The WebSocket toolkit on the command line.")
    .version(packageVersion())
    .showHelpAfterError("(antiphon --help lists the commands and options)")
    .exitOverride();

  antiphon
    .command("echo")
    .description("an echo server: every message goes back to its sender")
    .option("--port <number>", "the TCP port; 0 takes any free one", toPort, 8765)
    .option("--host <address>", "the address to listen on", "127.0.0.1")
    .option("--compression", "agree to permessage-deflate", false)
    .option("--prefix <text>", "put before every text that goes back", "")
    .action(async (options: { port: number; host: string; compression: boolean; prefix: string }) => {
      const { runEcho } = await import("./echo.ts");
      await runEcho(options);
    });

  return antiphon;
}

function packageVersion(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}

function toPort(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new InvalidArgumentError("A port is a whole number from 0 to 65535.");
}

function exitCodeOf(error: unknown): number {
  // Commander has printed its own sentence by now; --help and --version come here too, with code 0.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE_EXIT_CODE;
  console.error(`antiphon: ${error instanceof Error ? error.message : String(error)}`);
  return 1;
}
