/** The loader behind typescript.mjs: strips the types of a `.ts` file, and leaves everything else to Node.js. */

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const compilerOptions = {
  target: ts.ScriptTarget.ES2022, // As in tsconfig.json: what the benches measure is what the package holds.
  module: ts.ModuleKind.ESNext,
  verbatimModuleSyntax: true,
  inlineSourceMap: true,
};

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
  const fileName = fileURLToPath(url);
  const { outputText } = ts.transpileModule(readFileSync(fileName, "utf8"), { fileName, compilerOptions });
  return { format: "module", source: outputText, shortCircuit: true };
}
