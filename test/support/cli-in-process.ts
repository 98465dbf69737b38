/** Runs a command line of `antiphon` in this process, on streams of the test: quick, for all that needs no terminal of its own. */

import { PassThrough } from "node:stream";
import { runCommandLine } from "../../src/cli/run.ts";
import { Terminal } from "../../src/cli/terminal.ts";

/** A terminal, or pipes, made of streams in memory. */
export function fakeTerminal({ input, isTerminal = false, env = {} }: FakeTerminalOptions = {}) {
  const streams = { input: new PassThrough(), output: new PassThrough(), errors: new PassThrough() };
  const said = { stdout: "", stderr: "" };
  streams.output.on("data", (text) => {
    said.stdout += text;
  });
  streams.errors.on("data", (text) => {
    said.stderr += text;
  });
  for (const stream of Object.values(streams)) Object.assign(stream, { isTTY: isTerminal, columns: 100 });
  if (input !== null) streams.input.end(input ?? "");
  const terminal = new Terminal(streams as unknown as ConstructorParameters<typeof Terminal>[0], env);
  return { terminal, said, ...streams };
}

/** What it is, and what is typed. */
export interface FakeTerminalOptions {
  /** All of stdin; `null` leaves it open. @default nothing */
  readonly input?: string | null;
  /** Whether all three streams say that they are terminals. @default false */
  readonly isTerminal?: boolean;
  /** @default empty: no colours forced or forbidden */
  readonly env?: Record<string, string>;
}

/** Runs it to its end. `typed` is typed into a stdin that stays open. */
export async function cliInProcess(args: readonly string[], options: FakeTerminalOptions & { typed?: string } = {}) {
  const { terminal, said, input } = fakeTerminal(options);
  if (options.typed !== undefined) input.write(options.typed);
  const code = await runCommandLine(args, terminal);
  return { ...said, code };
}
