#!/usr/bin/env node
/** The command `antiphon`. */

import { runCommandLine } from "./run.ts";
import { Terminal } from "./terminal.ts";

void main();

async function main(): Promise<void> {
  process.exitCode = await runCommandLine(process.argv.slice(2), Terminal.ofProcess());
}
