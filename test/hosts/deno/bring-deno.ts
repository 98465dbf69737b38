/** Brings Deno, which only these tests need, into a folder of its own; it stays there for the next time. */

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { runNpm } from "../../../scripts/child.mjs";
import { inRoot } from "../../../scripts/root.mjs";

const RELEASE = "2.9.6";

/** Gives the path of the program. Throws with what npm says. */
export async function bringDeno(): Promise<string> {
  const folder = inRoot(".cache", "deno", `${process.platform}-${process.arch}-${RELEASE}`);
  if (!existsSync(folder)) await install(folder);
  // The package `deno` is a script that looks for one of these.
  const builds = join(folder, "node_modules", "@deno");
  for (const build of readdirSync(builds)) {
    const program = join(builds, build, process.platform === "win32" ? "deno.exe" : "deno");
    if (spawnSync(program, ["--version"]).status === 0) return program;
  }
  throw new Error(`no build of Deno in ${builds} runs on this machine`);
}

/** Whole or not at all: another run may look for it at the same time. */
async function install(folder: string): Promise<void> {
  mkdirSync(inRoot(".cache", "deno"), { recursive: true });
  const unfinished = mkdtempSync(inRoot(".cache", "deno", "unfinished-"));
  try {
    const quiet = ["--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund", "--no-package-lock"];
    const { ok, output } = await runNpm(["install", "--prefix", unfinished, `deno@${RELEASE}`, ...quiet], {
      timeout: 300_000,
    });
    if (!ok) throw new Error(`npm could not install Deno:\n${output}`);
    renameSync(unfinished, folder);
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    if (!existsSync(folder)) throw error; // Another run was faster.
  }
}
