/** A short run of the soak: random clients that talk, vanish, stall and send garbage; at the end nothing is left. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, onTestFinished, test } from "vitest";
import { inRoot } from "../../scripts/root.mjs";

test("ten seconds of strange clients leave nothing behind", async () => {
  const flags = ["--expose-gc", "--import", "./scripts/typescript.mjs"];
  const soak = spawn(process.execPath, [...flags, "test/soak/soak.ts", "--minutes", "0.17"], { cwd: inRoot() });
  onTestFinished(() => void soak.kill("SIGKILL"));
  let output = "";
  for (const stream of [soak.stdout, soak.stderr]) {
    stream.on("data", (chunk) => {
      output += chunk;
    });
  }

  const [exitCode] = await once(soak, "exit");

  expect(output).toContain("passed: nothing is left");
  expect(exitCode).toBe(0);
});
