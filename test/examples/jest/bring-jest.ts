/** Brings Jest, which only one example needs, into a folder of its own; it stays there for the next time. */

import { cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runNpm } from "../../../scripts/child.mjs";
import { fingerprint, inRoot } from "../../../scripts/root.mjs";

const HERE = fileURLToPath(new URL(".", import.meta.url));

/** Gives the folder of the package `jest`, as the lock file beside this wants it. Throws with what npm says. */
export async function bringJest(): Promise<string> {
  const wanted = fingerprint(["test/examples/jest/package-lock.json"]).slice(0, 16);
  const folder = inRoot(".cache", "jest", `${process.platform}-${process.arch}-${wanted}`);
  if (!existsSync(folder)) await install(folder);
  return join(folder, "node_modules", "jest");
}

/** Whole or not at all: another run may look for it at the same time. */
async function install(folder: string): Promise<void> {
  mkdirSync(inRoot(".cache", "jest"), { recursive: true });
  const unfinished = mkdtempSync(inRoot(".cache", "jest", "unfinished-"));
  try {
    for (const file of ["package.json", "package-lock.json"]) cpSync(join(HERE, file), join(unfinished, file));
    const quiet = ["--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund"];
    const { ok, output } = await runNpm(["ci", ...quiet], { cwd: unfinished, timeout: 100_000 });
    if (!ok) throw new Error(`npm could not install Jest:\n${output}`);
    renameSync(unfinished, folder);
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    if (!existsSync(folder)) throw error; // Another run was faster.
  }
}
