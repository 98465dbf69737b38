/** The loader behind typescript.mjs: strips the types of a `.ts` file, once, and leaves everything else to Node.js. */

import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { threadId } from "node:worker_threads";

const CACHE = fileURLToPath(new URL("../.cache/typescript/", import.meta.url));
mkdirSync(CACHE, { recursive: true });
/** This file, for its options. */
const OWN_TEXT = readFileSync(new URL(import.meta.url));

/**
 * The examples name the package as its users do; here its doors are those of src/, built or not.
 *
 * @type {import("node:module").ResolveHook}
 */
export async function resolve(specifier, context, nextResolve) {
  const door = /^antiphon(?:\/(.+))?$/.exec(specifier);
  if (door === null) return nextResolve(specifier, context);
  return { url: new URL(`../src/${folderOf(door[1])}index.ts`, import.meta.url).href, shortCircuit: true };
}

/** @param {string | undefined} door */
function folderOf(door) {
  if (door === undefined) return "";
  return door === "redis" || door === "nats" ? `brokers/${door}/` : `${door}/`;
}

/** @type {import("node:module").LoadHook} */
export async function load(url, context, nextLoad) {
  if (!url.startsWith("file:") || !url.endsWith(".ts")) return nextLoad(url, context);
  return { format: "module", source: await compiled(fileURLToPath(url)), shortCircuit: true };
}

/**
 * What was compiled before is kept: a start takes a tenth of the time.
 *
 * @param {string} fileName
 */
async function compiled(fileName) {
  const text = readFileSync(fileName, "utf8");
  const key = createHash("sha256").update(OWN_TEXT).update(`${fileName}\0`).update(text).digest("hex");
  const file = `${CACHE}${key}.js`;
  try {
    return readFileSync(file, "utf8");
  } catch {
    const source = await compile(fileName, text);
    // Several processes may be at it at once: each file appears whole.
    const unfinished = `${file}.${process.pid}-${threadId}`;
    writeFileSync(unfinished, source);
    renameSync(unfinished, file);
    return source;
  }
}

/**
 * @param {string} fileName
 * @param {string} text
 */
async function compile(fileName, text) {
  // The compiler takes longer to load than most programs.
  const { default: ts } = await import("typescript");
  const compilerOptions = {
    target: ts.ScriptTarget.ES2022, // As in tsconfig.json: what the benches measure is what the package holds.
    module: ts.ModuleKind.ESNext,
    verbatimModuleSyntax: true,
    inlineSourceMap: true,
  };
  return ts.transpileModule(text, { fileName, compilerOptions }).outputText;
}
