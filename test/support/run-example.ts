/** Runs an example as its readers do: as a command. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

/** Starts it; it ends with the test. What a reader would type goes to `child.stdin`. */
export function runExample(file: string, args: readonly string[] = [], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, ["--import", "./scripts/typescript.mjs", file, ...args], {
    cwd: fileURLToPath(new URL("../..", import.meta.url)),
    env: { ...process.env, ...env },
    stdio: ["pipe", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  let output = "";
  child.stdout.on("data", (chunk) => {
    output += chunk;
  });
  return {
    child,
    output: () => output,
    /** Resolves with the match as soon as the output has it; rejects when the command ends without. */
    async says(pattern: RegExp): Promise<RegExpExecArray> {
      for (;;) {
        const match = pattern.exec(output);
        if (match !== null) return match;
        if (child.exitCode !== null) throw new Error(`${file} ended without ${pattern}: ${output}`);
        await Promise.race([once(child.stdout, "data"), once(child, "exit")]);
      }
    },
  };
}
