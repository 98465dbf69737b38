/** Runs child processes: without stdin, with a deadline, each in a process group of its own that ends when it or we do. */

import { spawn } from "node:child_process";

/** @typedef {{ ok: boolean, output: string, milliseconds: number }} Ended */

/**
 * @typedef {object} RunOptions
 * @property {string} [cwd]
 * @property {Record<string, string>} [env] added to our own
 * @property {number} [timeout] in milliseconds; ten minutes unless said
 */

const TEN_MINUTES = 600_000;

/** @type {Set<import("node:child_process").ChildProcess>} */
const running = new Set();

/**
 * Runs a program to its end and keeps what it prints.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<Ended>}
 */
export function run(program, args, options = {}) {
  return start(program, args, options, "pipe");
}

/**
 * Runs a program to its end and lets it print where we print.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<Ended>}
 */
export function runAloud(program, args, options = {}) {
  return start(program, args, options, "inherit");
}

/**
 * Runs npm, the same one that runs us where there is one.
 * @param {readonly string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<Ended>}
 */
export function runNpm(args, options = {}) {
  const npm = process.env["npm_execpath"];
  if (npm?.endsWith("npm-cli.js")) return run(process.execPath, [npm, ...args], options);
  return run(process.platform === "win32" ? "npm.cmd" : "npm", args, options);
}

/**
 * @param {string} program
 * @param {readonly string[]} args
 * @param {RunOptions} options
 * @param {"pipe" | "inherit"} out
 * @returns {Promise<Ended>}
 */
function start(program, args, { cwd, env, timeout = TEN_MINUTES }, out) {
  const began = performance.now();
  const child = spawn(program, args, {
    cwd,
    env: { ...process.env, ...plain(out), ...env },
    stdio: ["ignore", out, out],
    detached: process.platform !== "win32", // A group of its own, so that grandchildren can be ended too.
    shell: program.endsWith(".cmd"),
  });
  watch(child);

  let output = "";
  child.stdout?.setEncoding("utf8").on("data", (text) => {
    output += text;
  });
  child.stderr?.setEncoding("utf8").on("data", (text) => {
    output += text;
  });

  return new Promise((resolve) => {
    let timedOut = false;
    const deadline = setTimeout(() => {
      timedOut = true;
      endGroup(child);
    }, timeout);

    /** @param {boolean} ok */
    const end = (ok) => {
      clearTimeout(deadline);
      unwatch(child);
      if (timedOut) output += `\n${program} took longer than ${timeout / 1000} s and was ended.\n`;
      resolve({ ok: ok && !timedOut, output, milliseconds: performance.now() - began });
    };

    child.once("error", (error) => {
      output += `${error.message}\n`;
      end(false);
    });
    child.once("exit", (code) => {
      endGroup(child);
      // "close" waits for everyone who holds the pipe; one who left the group must not hold us.
      const patience = setTimeout(() => end(code === 0), 1000);
      child.once("close", () => {
        clearTimeout(patience);
        end(code === 0);
      });
    });
  });
}

/**
 * Colours are for people who watch: not for what we keep, nor for a log file.
 * @param {"pipe" | "inherit"} out
 * @returns {Record<string, string>}
 */
function plain(out) {
  const isWatched = out === "inherit" && process.stdout.isTTY;
  return isWatched || "FORCE_COLOR" in process.env ? {} : { NO_COLOR: "1" };
}

/** @param {import("node:child_process").ChildProcess} child */
function endGroup(child) {
  if (child.pid === undefined) return;
  try {
    if (process.platform === "win32") child.kill("SIGKILL");
    else process.kill(-child.pid, "SIGKILL");
  } catch {
    // The group has ended by itself.
  }
}

/** @type {[NodeJS.Signals, number][]} */
const EXIT_CODES = [
  ["SIGINT", 130],
  ["SIGTERM", 143],
  ["SIGHUP", 129],
];
const listeners = EXIT_CODES.map(([signal, code]) => /** @type {const} */ ([signal, () => process.exit(code)]));

/**
 * While children run, a signal to us ends them; without any, signals are left to whoever else is in this process.
 * @param {import("node:child_process").ChildProcess} child
 */
function watch(child) {
  if (running.size === 0) for (const [signal, end] of listeners) process.on(signal, end);
  running.add(child);
}

/** @param {import("node:child_process").ChildProcess} child */
function unwatch(child) {
  running.delete(child);
  if (running.size === 0) for (const [signal, end] of listeners) process.off(signal, end);
}

process.once("exit", () => {
  for (const child of running) endGroup(child);
});
