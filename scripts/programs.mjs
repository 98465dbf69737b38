/** The programs that tests talk to and npm does not bring: finds them, and installs them on Debian. */

import { accessSync, constants, existsSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { run } from "./child.mjs";

/**
 * @typedef {object} Program
 * @property {string} name
 * @property {readonly string[]} commands the names it goes by on PATH, the likeliest first
 * @property {string} debian the package that holds it
 * @property {string} usedBy the tests that are skipped without it
 */

/** One row for each program; a test asks for it by name with `programOrSkip`. */
const PROGRAMS = /** @type {const} @satisfies {readonly Program[]} */ ([
  {
    name: "chromium",
    commands: ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"],
    debian: "chromium",
    usedBy: "tests in a real browser",
  },
  {
    name: "redis",
    commands: ["redis-server"],
    debian: "redis-server",
    usedBy: "tests of rooms that Redis carries",
  },
  {
    name: "nats",
    commands: ["nats-server"],
    debian: "nats-server",
    usedBy: "tests of the NATS broker",
  },
]);

/** @typedef {(typeof PROGRAMS)[number]["name"]} ProgramName */

/**
 * The full path of a program; `undefined` where the tests that need it are to skip. With `CI=true` nothing is skipped.
 * @param {ProgramName} name
 * @returns {string | undefined}
 * @throws {Error} under `CI=true`, when it is missing
 */
export function programOrSkip(name) {
  const program = /** @type {Program} */ (PROGRAMS.find((row) => row.name === name));
  const path = find(program);
  if (path === undefined && inCi()) throw new Error(`${name} is not installed, and under CI=true no test is skipped`);
  return path;
}

/**
 * Brings what is missing, where it may; else says what is skipped and how to get it.
 * @returns {Promise<{ ok: boolean, output: string, note: string }>}
 */
export async function bringPrograms() {
  const absent = missing();
  let output = "";
  if (absent.length > 0 && isRootOnDebian()) output = await aptInstall(absent.map((program) => program.debian));

  const still = missing();
  if (still.length === 0) return { ok: true, output, note: PROGRAMS.map((program) => program.name).join(", ") };
  const note = still.map((program) => `without ${program.name}: ${program.usedBy} are skipped`).join("; ");
  const remedy = `as root on Debian: apt-get install ${still.map((program) => program.debian).join(" ")}`;
  return { ok: !inCi(), output, note: `${note} (${remedy})` };
}

/** @returns {Program[]} */
function missing() {
  return PROGRAMS.filter((program) => find(program) === undefined);
}

/**
 * @param {Program} program
 * @returns {string | undefined}
 */
function find({ commands }) {
  // Debian puts servers where the PATH of a user may not lead.
  const folders = [...(process.env["PATH"] ?? "").split(delimiter), "/usr/sbin", "/usr/local/sbin"];
  return commands.flatMap((command) => folders.map((folder) => join(folder, command))).find(isExecutable);
}

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function isRootOnDebian() {
  if (process.getuid?.() !== 0 || !existsSync("/etc/os-release")) return false;
  return /^ID=debian$/m.test(readFileSync("/etc/os-release", "utf8"));
}

/**
 * @param {readonly string[]} packages
 * @returns {Promise<string>} what apt-get printed
 */
async function aptInstall(packages) {
  const first = await aptGet(["install", "-y", "--no-install-recommends", ...packages]);
  if (first.ok) return first.output;
  // The package lists are absent (a fresh container) or name versions that are gone.
  const lists = await aptGet(["update"]);
  const second = await aptGet(["install", "-y", "--no-install-recommends", ...packages]);
  return first.output + lists.output + second.output;
}

/** @param {readonly string[]} args */
function aptGet(args) {
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  return run("apt-get", ["-o", "DPkg::Lock::Timeout=300", ...args], { env, timeout: 900_000 });
}

function inCi() {
  return process.env["CI"] === "true" || process.env["CI"] === "1";
}
