#!/usr/bin/env node
/** The command `antiphon`. */

import { runCommandLine } from "./run.ts";
import { Terminal } from "./terminal.ts";

void main();

async function main(): Promise<void> {
  const code = await runCommandLine(process.argv.slice(2), Terminal.ofProcess());
  // A server runs on; a command may have set a code of its own.
  process.exitCode = code || process.exitCode;
}
