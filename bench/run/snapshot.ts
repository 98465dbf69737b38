/**
 * The JavaScript of src/ and of the servers, for the time of a run: all samples are of one state, whatever is edited meanwhile,
 * and servers run what users run. A loader of TypeScript in a server's process would add megabytes to its heap, and with that
 * change when memory is collected.
 */

import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
// In the project, so that packages are found from there.
const FOLDER = resolve(ROOT, ".cache", "bench");

/** What was made. */
export interface Snapshot {
  /** It has `src/` of the checkout and `bench/` of this project, compiled. */
  readonly folder: string;
  /** Safe to call twice. */
  remove(): void;
}

/** Compiles; throws if there is no `src/`. */
export function takeSnapshot(checkout = ROOT): Snapshot {
  for (let place = 1; ; place++) {
    const folder = resolve(FOLDER, String(place));
    const owner = resolve(folder, "owner");
    if (isAlive(owner)) continue;
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    writeFileSync(owner, String(process.pid));
    compile(resolve(checkout, "src"), resolve(folder, "src"));
    for (const part of OF_SERVERS) compile(resolve(ROOT, "bench", part), resolve(folder, "bench", part));
    symlinkSync(resolve(ROOT, "bench", "node_modules"), resolve(folder, "bench", "node_modules"), "junction");
    return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
  }
}

/** Of bench/, what runs in a server's process. */
const OF_SERVERS = ["servers", "load", "support"];

/** As the package is built, without the types. */
function compile(from: string, to: string): void {
  const compilerOptions: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    verbatimModuleSyntax: true,
    rewriteRelativeImportExtensions: true,
  };
  for (const name of readdirSync(from, { recursive: true, encoding: "utf8" })) {
    if (!name.endsWith(".ts")) continue;
    const text = readFileSync(resolve(from, name), "utf8");
    const file = resolve(to, name.replace(/\.ts$/, ".js"));
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, ts.transpileModule(text, { fileName: name, compilerOptions }).outputText);
  }
}

/** Whether the process is there whose number a file has. */
function isAlive(owner: string): boolean {
  try {
    return process.kill(Number(readFileSync(owner, "utf8")), 0);
  } catch {
    return false;
  }
}
