/** Checks of the package as npm would get it: packs it, lints it, installs it into an empty project and uses every door. */

import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { judgeForPage } from "./bundle.mjs";
import { buildWithEsbuild, buildWithVite } from "./bundlers.mjs";
import { run, runNpm } from "./child.mjs";
import { inRoot, ROOT } from "./root.mjs";

/** @typedef {{ ok: boolean, output: string, note?: string }} Outcome */

/** @type {{ name: string, version: string, exports: Record<string, unknown> }} */
const PACKAGE = JSON.parse(readFileSync(inRoot("package.json"), "utf8"));

/** A folder of this run's own, so that two runs in one checkout do not meet. */
const FOLDER = realpathSync(mkdtempSync(join(tmpdir(), "antiphon-packed-")));
const TARBALL = join(FOLDER, `${PACKAGE.name}-${PACKAGE.version}.tgz`);
const PROJECT = join(FOLDER, "project");
process.once("exit", () => rmSync(FOLDER, { recursive: true, force: true }));

/** Every door by the name that users import: `antiphon`, `antiphon/protocol`, ... */
const DOORS = Object.keys(PACKAGE.exports)
  .filter((path) => path !== "./package.json")
  .map((path) => PACKAGE.name + path.slice(1));

/** Doors whose types must do without Node's, in a project for the browser. */
const BROWSER_DOORS = DOORS.filter((door) =>
  ["antiphon/protocol", "antiphon/client", "antiphon/client/browser"].includes(door),
);

/** @returns {Promise<Outcome>} */
export async function pack() {
  // No scripts: prepack would build, and the build has its own line.
  return await runNpm(["pack", "--ignore-scripts", "--pack-destination", FOLDER], { cwd: ROOT });
}

/** @returns {Promise<Outcome>} */
export async function publint() {
  return await runModule(["publint", "src", "cli.js"], ["run", TARBALL, "--strict"]);
}

/** @returns {Promise<Outcome>} */
export async function typesAreRight() {
  // Two of attw's worries are our choice. "node10" (profile node16 leaves it out) reads no `exports`, so it knows no
  // doors; no Node.js that we support resolves like that. "cjs-resolves-to-esm" warns that require() would meet ESM:
  // from Node.js 20.19 on that works, and the line "packed require" shows it.
  const rules = ["--profile", "node16", "--ignore-rules", "cjs-resolves-to-esm"];
  const quiet = ["--no-definitely-typed", "--no-emoji", "--format", "ascii"];
  return await runModule(["@arethetypeswrong", "cli", "dist", "index.js"], [TARBALL, ...rules, ...quiet]);
}

/** @returns {Promise<Outcome>} */
export async function installPacked() {
  mkdirSync(PROJECT);
  write("package.json", JSON.stringify({ name: "empty", version: "1.0.0", private: true }));
  const options = ["--prefer-offline", "--no-audit", "--no-fund", "--omit=dev"];
  return await runNpm(["install", TARBALL, ...options], { cwd: PROJECT });
}

/** @returns {Promise<Outcome>} */
export async function importPacked() {
  const lines = DOORS.map((door) => `console.log(${text(door)}, Object.keys(await import(${text(door)})).length);`);
  write("import.mjs", [...lines, 'await import("antiphon/package.json", { with: { type: "json" } });'].join("\n"));
  return await runInProject(["import.mjs"]);
}

/** @returns {Promise<Outcome>} */
export async function requirePacked() {
  const lines = DOORS.map((door) => `console.log(${text(door)}, Object.keys(require(${text(door)})).length);`);
  write("require.cjs", [...lines, 'require("antiphon/package.json");'].join("\n"));
  return await runInProject(["require.cjs"]);
}

/** @returns {Promise<Outcome>} */
export async function typesUnderNodeNext() {
  write(
    "esm.mts",
    typedProgram(DOORS, (name, door) => `import * as ${name} from ${text(door)};`),
  );
  write(
    "cjs.cts",
    typedProgram(DOORS, (name, door) => `import ${name} = require(${text(door)});`),
  );
  return await typecheck("nodenext.json", ["esm.mts", "cjs.cts"], {
    module: "nodenext",
    types: ["node"],
    typeRoots: [inRoot("node_modules", "@types")],
  });
}

/** @returns {Promise<Outcome>} */
export async function typesUnderBundler() {
  write(
    "bundled.ts",
    typedProgram(DOORS, (name, door) => `import * as ${name} from ${text(door)};`),
  );
  return await typecheck("bundler.json", ["bundled.ts"], {
    module: "esnext",
    moduleResolution: "bundler",
    types: ["node"],
    typeRoots: [inRoot("node_modules", "@types")],
  });
}

/** @returns {Promise<Outcome>} */
export async function typesInBrowser() {
  write(
    "browser.ts",
    typedProgram(BROWSER_DOORS, (name, door) => `import * as ${name} from ${text(door)};`),
  );
  return await typecheck("browser.json", ["browser.ts"], {
    module: "esnext",
    moduleResolution: "bundler",
    lib: ["ES2022", "ESNext.Disposable", "DOM"],
    types: [],
  });
}

/** @returns {Promise<Outcome>} */
export async function clientWithVite() {
  return await judgeForPage(async () => ({ code: await buildWithVite(clientProgram()) }));
}

/** @returns {Promise<Outcome>} */
export async function clientWithEsbuild() {
  return await judgeForPage(async () => ({ code: await buildWithEsbuild(clientProgram()) }));
}

/** @returns {Promise<Outcome>} */
export async function commandPacked() {
  // npx finds the command in the project and needs no network; --no says so.
  const { ok, output } = await runNpm(["exec", "--no", "--", "antiphon", "--version"], { cwd: PROJECT });
  return { ok: ok && output.split("\n").includes(PACKAGE.version), output };
}

/** @returns {Promise<Outcome>} a script without `await` and a handler in a thread: their files are found in the package. */
export async function blockingPacked() {
  write("handler.mjs", "export default (socket) => { for (const text of socket.iterText()) socket.sendText(text); };");
  write(
    "serve.mjs",
    `import { serve } from "antiphon/blocking";
    const { port } = await serve({ port: 0, logger: false, handler: new URL("./handler.mjs", import.meta.url) });
    process.send(port);
    process.once("disconnect", () => process.exit());`,
  );
  write(
    "blocking.cjs",
    `const { fork } = require("node:child_process");
    const { connect } = require("antiphon/blocking");
    const server = fork("./serve.mjs");
    server.once("message", (port) => {
      const socket = connect("ws://127.0.0.1:" + port);
      socket.sendText("packed");
      console.log(socket.receiveText({ timeout: 10_000 }));
      socket.close();
      server.disconnect();
    });`,
  );
  const { ok, output } = await runInProject(["blocking.cjs"]);
  return { ok: ok && output.split("\n").includes("packed"), output };
}

/** What a page needs of us, and no more than that. */
function clientProgram() {
  const file = "page.js";
  write(file, 'import { connect } from "antiphon/client";\nglobalThis.connect = connect;');
  return { folder: PROJECT, file };
}

/**
 * A file that imports doors, asks each for its names, and would not compile if a door's types were not found.
 * @param {readonly string[]} doors
 * @param {(name: string, door: string) => string} importLine
 */
function typedProgram(doors, importLine) {
  const lines = doors.flatMap((door, index) => {
    const name = `door${index}`;
    const typed = `export const typed${index}: 0 extends 1 & typeof ${name} ? "any" : "typed" = "typed";`;
    return [importLine(name, door), `export const names${index} = Object.keys(${name});`, typed];
  });
  return lines.join("\n");
}

/**
 * @param {string} config the file's name
 * @param {readonly string[]} files
 * @param {Record<string, unknown>} compilerOptions
 * @returns {Promise<Outcome>}
 */
async function typecheck(config, files, compilerOptions) {
  // Our .d.ts files are checked too: no skipLibCheck.
  const base = { target: "ES2022", strict: true, noEmit: true, skipLibCheck: false };
  write(config, JSON.stringify({ compilerOptions: { ...base, ...compilerOptions }, files }));
  return await runInProject([inRoot("node_modules", "typescript", "bin", "tsc"), "-p", config]);
}

/**
 * @param {string} name
 * @param {string} content
 */
function write(name, content) {
  writeFileSync(join(PROJECT, name), `${content}\n`);
}

/** @param {readonly string[]} args */
function runInProject(args) {
  return run(process.execPath, args, { cwd: PROJECT });
}

/**
 * @param {readonly string[]} path under node_modules
 * @param {readonly string[]} args
 */
function runModule(path, args) {
  return run(process.execPath, [inRoot("node_modules", ...path), ...args], { cwd: ROOT });
}

/** @param {string} value */
function text(value) {
  return JSON.stringify(value);
}
