/** Runs Vitest with its normal output and counts what it did. */

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { runAloud } from "./child.mjs";
import { inRoot, ROOT } from "./root.mjs";

/** @typedef {{ passed: number, failed: number, skipped: number, milliseconds: number }} Counts */

const FORTY_MINUTES = 2_400_000;

/** All projects of vitest.config.ts: one for each folder of test/, and one for the property tests of all of them. */
export const PROJECTS = [
  ...readdirSync(inRoot("test"), { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? entry.name : [])),
  "property",
];

/** Two may run at a time. */
let reports = 0;

/**
 * @param {readonly string[]} args filters and options for Vitest
 * @param {string} [node] the Node.js to run it on
 * @returns {Promise<Counts>}
 */
export async function vitest(args, node = process.execPath) {
  const report = inRoot(".cache", `vitest-${process.pid}-${++reports}.json`);
  mkdirSync(inRoot(".cache"), { recursive: true });
  const command = inRoot("node_modules", "vitest", "vitest.mjs");
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  const ended = await runAloud(node, [command, "run", ...reporters, ...args], { cwd: ROOT, timeout: FORTY_MINUTES });
  const counts = count(report);
  rmSync(report, { force: true });
  // It can fail with no test that failed: an unhandled rejection, no test found, a crash.
  if (!ended.ok && counts.failed === 0) counts.failed = 1;
  return { ...counts, milliseconds: ended.milliseconds };
}

/**
 * @param {string} report
 * @returns {Omit<Counts, "milliseconds">}
 */
function count(report) {
  if (!existsSync(report)) return { passed: 0, failed: 1, skipped: 0 };
  const json = JSON.parse(readFileSync(report, "utf8"));
  /** @type {{ status: string, assertionResults: { status: string }[] }[]} */
  const files = json.testResults;
  // A file that cannot be loaded holds no test that failed, and still counts.
  const broken = files.filter(
    ({ status, assertionResults }) =>
      status === "failed" && assertionResults.every((assertion) => assertion.status !== "failed"),
  );
  return {
    passed: json.numPassedTests,
    failed: json.numFailedTests + broken.length,
    skipped: json.numPendingTests + json.numTodoTests,
  };
}
