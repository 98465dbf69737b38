/** `npm test`: every check in order, a line for each, and a last line that counts. With arguments: only Vitest, with them. */

import { build } from "./build.mjs";
import { checkBrowserBuild } from "./bundle.mjs";
import { run } from "./child.mjs";
import { install } from "./install.mjs";
import * as packed from "./package-checks.mjs";
import { endWithNpm } from "./parent.mjs";
import { bringPrograms } from "./programs.mjs";
import { inRoot, ROOT } from "./root.mjs";
import { PROJECTS, vitest } from "./vitest.mjs";

/** @typedef {{ ok: boolean, output: string, note?: string }} Outcome */

/**
 * @typedef {object} Check
 * @property {string} name
 * @property {() => Promise<Outcome>} run
 * @property {string} [needs] the check that must have passed
 */

/** @type {readonly Check[]} */
const CHECKS = [
  { name: "install", run: install },
  { name: "programs", run: bringPrograms },
  { name: "types", run: () => runBin(["typescript", "bin", "tsc"], []), needs: "install" },
  { name: "lint and format", run: () => runBin(["@biomejs", "biome", "bin", "biome"], ["check"]), needs: "install" },
  { name: "build", run: build, needs: "install" },
  { name: "browser build", run: checkBrowserBuild, needs: "install" },
  { name: "pack", run: packed.pack, needs: "build" },
  { name: "publint", run: packed.publint, needs: "pack" },
  { name: "attw", run: packed.typesAreRight, needs: "pack" },
  { name: "packed install", run: packed.installPacked, needs: "pack" },
  { name: "packed import", run: packed.importPacked, needs: "packed install" },
  { name: "packed require", run: packed.requirePacked, needs: "packed install" },
  { name: "packed types, nodenext", run: packed.typesUnderNodeNext, needs: "packed install" },
  { name: "packed types, bundler", run: packed.typesUnderBundler, needs: "packed install" },
  { name: "packed types, browser", run: packed.typesInBrowser, needs: "packed install" },
  { name: "packed client, Vite", run: packed.clientWithVite, needs: "packed install" },
  { name: "packed client, esbuild", run: packed.clientWithEsbuild, needs: "packed install" },
  { name: "packed command", run: packed.commandPacked, needs: "packed install" },
  { name: "packed blocking", run: packed.blockingPacked, needs: "packed install" },
];

/** Those of Vitest whose tests start programs and wait for them. */
const WAITING = ["brokers", "cluster", "examples", "cli", "blocking"];

endWithNpm();

/** @type {Set<string>} */
const passed = new Set();
let failed = 0;

const filters = process.argv.slice(2);
const checks = filters.length === 0 ? CHECKS : CHECKS.filter(({ name }) => name === "install");
for (const check of checks) await perform(check);

const tests = passed.has("install") ? await runTests() : { passed: 0, failed: 0, skipped: 0 };
const [good, bad] = [passed.size + tests.passed, failed + tests.failed];
console.log(`${good} passed, ${bad} failed${tests.skipped > 0 ? `, ${tests.skipped} skipped` : ""}`);
process.exitCode = bad === 0 ? 0 : 1;

/** Those that wait for other processes most of the time do so beside all the others. */
async function runTests() {
  if (filters.length > 0) return await vitest(filters);
  const others = PROJECTS.filter((name) => !WAITING.includes(name));
  const [here, beside] = await Promise.all([runProjects(others), runProjects(WAITING)]);
  return {
    passed: here.passed + beside.passed,
    failed: here.failed + beside.failed,
    skipped: here.skipped + beside.skipped,
  };
}

/** @param {readonly string[]} names each by its own: Vitest takes several exclusions for what any of them lets through. */
function runProjects(names) {
  return vitest(names.flatMap((name) => ["--project", name]));
}

/** @param {Check} check */
async function perform({ name, run, needs }) {
  const began = performance.now();
  const { ok, output, note = "" } = needs === undefined || passed.has(needs) ? await run() : notRun(needs);
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  console.log(`${ok ? "ok  " : "FAIL"}  ${name.padEnd(24)}${seconds.padStart(6)} s  ${note}`.trimEnd());
  if (ok) passed.add(name);
  else failed += 1;
  if (!ok && output) console.log(output.replace(/^/gm, "      ").trimEnd());
}

/**
 * @param {string} needed
 * @returns {Outcome}
 */
function notRun(needed) {
  return { ok: false, output: "", note: `not run: ${needed} failed` };
}

/**
 * @param {readonly string[]} path under node_modules
 * @param {readonly string[]} args
 */
function runBin(path, args) {
  return run(process.execPath, [inRoot("node_modules", ...path), ...args], { cwd: ROOT });
}
