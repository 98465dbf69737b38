/** Brings Bun, which only these tests need, into a folder of its own; it stays there for the next time. */

import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runNpm } from "../../../scripts/child.mjs";
import { fingerprint, inRoot } from "../../../scripts/root.mjs";

const NPM = fileURLToPath(new URL("npm", import.meta.url));

/** Gives the path of the program, as the lock file beside this wants it. Throws with what npm says. */
export async function bringBun(): Promise<string> {
  const wanted = fingerprint(["test/hosts/bun/npm/package-lock.json"]).slice(0, 16);
  const folder = inRoot(".cache", "bun", `${process.platform}-${process.arch}-${wanted}`);
  if (!existsSync(folder)) await install(folder);
  // The package `bun` is a script that looks for one of these.
  const builds = join(folder, "node_modules", "@oven");
  for (const build of readdirSync(builds)) {
    const program = join(builds, build, "bin", process.platform === "win32" ? "bun.exe" : "bun");
    if (spawnSync(program, ["--version"]).status === 0) return program;
  }
  throw new Error(`no build of Bun in ${builds} runs on this machine`);
}

/** Whole or not at all: another run may look for it at the same time. */
async function install(folder: string): Promise<void> {
  mkdirSync(inRoot(".cache", "bun"), { recursive: true });
  const unfinished = mkdtempSync(inRoot(".cache", "bun", "unfinished-"));
  try {
    for (const file of ["package.json", "package-lock.json"]) cpSync(join(NPM, file), join(unfinished, file));
    const quiet = ["--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund"];
    const { ok, output } = await runNpm(["ci", ...quiet], { cwd: unfinished, timeout: 300_000 });
    if (!ok) throw new Error(`npm could not install Bun:\n${output}`);
    renameSync(unfinished, folder);
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    if (!existsSync(folder)) throw error; // Another run was faster.
  }
}
