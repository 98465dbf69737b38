/** The peers that only the benches need: brought into `bench/node_modules` when they are not there, and found there. */

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const BENCH = fileURLToPath(new URL("..", import.meta.url));
const MANIFEST = `${BENCH}package.json`;

/** Installs all if one of these is missing or of another version, and says so. Throws if npm fails. */
export function bringPeers(needed: readonly string[]): void {
  const { dependencies } = readJson(MANIFEST) as { dependencies: Record<string, string> };
  const missing = needed
    .map((name) => [name, dependencies[name]] as const)
    .filter(([name, version]) => installed(name) !== version);
  if (missing.length === 0) return;
  const names = missing.map(([name, version]) => `${name} ${version}`).join(", ");
  console.log(`installing ${names} into bench/node_modules`);
  // Nested, so that `ws` is found here as before: in the project's own version, not in that of Socket.IO.
  const args = ["install", "--install-strategy=nested", "--no-package-lock", "--ignore-scripts", "--no-audit"];
  const npm = process.env["npm_execpath"];
  const [program, ...first] = npm?.endsWith("npm-cli.js") ? [process.execPath, npm] : ["npm"];
  const { status, stdout, stderr } = spawnSync(program!, [...first, ...args], {
    cwd: BENCH,
    encoding: "utf8",
    shell: process.platform === "win32",
  });
  if (status !== 0) throw new Error(`npm could not install ${names}:\n${stdout}${stderr}`);
}

/** Where Bun's own binary is: its package only has a script that leads to one of many. */
export function bunProgram(): string {
  const requireFromBun = createRequire(`${BENCH}node_modules/bun/package.json`);
  const { optionalDependencies } = requireFromBun("./package.json") as { optionalDependencies: Record<string, string> };
  for (const name of Object.keys(optionalDependencies)) {
    try {
      const program = requireFromBun.resolve(`${name}/bin/bun${process.platform === "win32" ? ".exe" : ""}`);
      if (spawnSync(program, ["--version"]).status === 0) return program;
    } catch {
      // npm brings only what runs on this machine.
    }
  }
  throw new Error("no binary of Bun runs on this machine");
}

/** A package of `bench/node_modules`; the type checker need not find it. */
export function requirePeer(name: string): unknown {
  return createRequire(MANIFEST)(name);
}

/** The same for a package that has no `require`. */
export function importPeer(name: string): Promise<unknown> {
  // Resolved from this folder, which is beside bench/node_modules.
  return import(name);
}

/** The version of a package of `bench/node_modules`, or undefined. */
export function installed(name: string): string | undefined {
  try {
    return (readJson(`${BENCH}node_modules/${name}/package.json`) as { version: string }).version;
  } catch {
    return undefined;
  }
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, "utf8"));
}
