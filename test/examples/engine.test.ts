/** The examples of the engine, run as their readers run them: as commands. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";

test("the server echoes what the client sends, and both say how it ended", async () => {
  const server = run("examples/engine-server.ts", [], { PORT: "0" });
  onTestFinished(() => void server.child.kill());
  const [, url] = await server.says(/listening on (ws:\S+)/);

  const client = run("examples/engine-client.ts", [url!, "hello from the example"]);
  const [exitCode] = await once(client.child, "exit");

  expect(exitCode).toBe(0);
  expect(client.output()).toBe("hello from the example\nclosed: 1000\n");
  await server.says(/closed: 1000/);
});

function run(file: string, args: readonly string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, ["--import", "./scripts/typescript.mjs", file, ...args], {
    cwd: fileURLToPath(new URL("../..", import.meta.url)),
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
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
