/** Runs the command `antiphon` as its users do: in a pipe, or in a pseudo-terminal. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { within } from "./within.ts";

/** How to run it. */
export interface RunCliOptions {
  /** Beside a clean environment: no colours forced, a home of its own. */
  readonly env?: Record<string, string>;
  /** In a pseudo-terminal of 100 columns, whose output is one stream: all of it is `stdout`. */
  readonly pty?: boolean;
}

/** What a command said, and how it ended. Line ends are `\n`, also in a pseudo-terminal. */
export interface CliResult {
  readonly stdout: string;
  readonly stderr: string;
  /** The exit code; `null` if a signal ended it. */
  readonly code: number | null;
}

/** Runs it to its end, within 25 s. `input` is all of its stdin; without it, stdin is empty. */
export async function runCli(args: readonly string[], options: RunCliOptions & { input?: string } = {}) {
  const cli = startCli(args, options);
  if (options.input !== undefined) cli.type(options.input);
  cli.end();
  return cli.exited;
}

/** Starts it; it ends with the test at the latest. */
export function startCli(args: readonly string[], { env = {}, pty = false }: RunCliOptions = {}) {
  const home = mkdtempSync(join(tmpdir(), "antiphon-cli-"));
  const command = ["node", "--import", "./scripts/typescript.mjs", "src/cli/main.ts", ...args];
  const [file, ...rest] = pty ? inTerminal(command) : command;
  const child = spawn(file === "node" ? process.execPath : file!, rest, {
    cwd: ROOT,
    env: { ...cleanEnvironment(), HOME: home, XDG_STATE_HOME: join(home, "state"), ...env },
    stdio: ["pipe", "pipe", "pipe"],
  });
  onTestFinished(() => {
    child.kill("SIGKILL");
    rmSync(home, { recursive: true, force: true });
  });
  const waiting: (() => void)[] = [];
  const changed = () => {
    for (const look of waiting.splice(0)) look();
  };
  const said = { stdout: "", stderr: "", all: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (text: string) => {
      said[name] += text;
      said.all += text;
      changed();
    });
  }
  // Who has ended does not read what is typed.
  child.stdin.on("error", () => {});
  let hasEnded = false;
  const ended = once(child, "close").finally(() => {
    hasEnded = true;
    changed();
  });
  return {
    child,
    /** All that it has said so far, on both streams. */
    output: () => plainLines(said.all),
    /** Resolves with the match as soon as its output, on either stream, has it; rejects when it ends or 20 s pass without. */
    async says(pattern: RegExp): Promise<RegExpExecArray> {
      const look = async () => {
        for (;;) {
          const match = pattern.exec(plainLines(said.all));
          if (match !== null) return match;
          if (hasEnded) throw new Error(`it ended without ${pattern}`);
          await new Promise<void>((resolve) => waiting.push(resolve));
        }
      };
      return within(look(), String(pattern), 20_000).catch((error: Error) => {
        throw new Error(`${error.message}; it said: ${said.all}`);
      });
    },
    /** Types into it; `\n` is Return, `\x03` Ctrl-C and `\x04` Ctrl-D where it runs in a pseudo-terminal. */
    type(text: string): void {
      child.stdin.write(pty ? text.replaceAll("\n", "\r") : text);
    },
    /** Ends its stdin. */
    end(): void {
      child.stdin.end();
    },
    /** Sends it a signal. In a pseudo-terminal, type `\x03` instead. */
    kill(signal: NodeJS.Signals = "SIGTERM"): void {
      child.kill(signal);
    },
    /** Resolves when it has ended; rejects after 25 s. */
    exited: within(ended, `end of antiphon ${args.join(" ")}`, 25_000).then(([code]): CliResult => {
      return { stdout: plainLines(said.stdout), stderr: plainLines(said.stderr), code };
    }),
  };
}

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** `script` of util-linux gives its child a pseudo-terminal, and ends with its exit code. */
function inTerminal(command: readonly string[]): string[] {
  const line = command.map((part) => `'${part.replaceAll("'", "'\\''")}'`).join(" ");
  return [
    "script",
    "-qec",
    `stty cols 100 rows 30; exec ${line.replace("'node'", `'${process.execPath}'`)}`,
    "/dev/null",
  ];
}

/** Without what decides on colours here, and what the runner of the tests needs for itself. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const { NO_COLOR, FORCE_COLOR, NODE_OPTIONS, VITEST, ...env } = process.env;
  return { ...env, TERM: "xterm-256color" };
}

function plainLines(text: string): string {
  return text.replaceAll("\r\n", "\n");
}
