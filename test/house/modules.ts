/** A file of src/ as the house rules see it: what it imports, and what it takes from thin air. Judges nothing. */

import { readdirSync, readFileSync } from "node:fs";
import { dirname, posix } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

/** The folder of package.json. */
export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** One import of a file: static, dynamic, of types, a re-export or a `require`. */
export interface Import {
  /** What stands between the quotes; `undefined` for `import(expression)`. */
  readonly specifier: string | undefined;
  /** The file that a relative specifier names, from the root: `src/errors.ts`. */
  readonly target: string | undefined;
  readonly line: number;
}

/** One file, parsed. */
export interface Module {
  /** From the root, with slashes: `src/protocol/mask.ts`. */
  readonly path: string;
  readonly text: string;
  readonly imports: readonly Import[];
  /** Names of Node.js that it uses without importing them. */
  readonly nodeGlobals: readonly { readonly name: string; readonly line: number }[];
  readonly topLevelAwait: boolean;
}

/** Every TypeScript file of src/, parsed. */
export function modulesOfSrc(): Module[] {
  return filesUnder("src").map((path) => parseModule(path, readFileSync(`${ROOT}/${path}`, "utf8")));
}

/** Parses one file; the path decides where its relative imports lead. */
export function parseModule(path: string, text: string): Module {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const nodes = descendants(file);
  return {
    path,
    text,
    imports: nodes.flatMap((node) => toImport(node, file)),
    nodeGlobals: nodeGlobalsOf(nodes, file),
    topLevelAwait: nodes.some((node) => isAwait(node) && !isInsideFunction(node)),
  };
}

/** The TypeScript files of a folder and of those in it. */
function filesUnder(folder: string): string[] {
  return readdirSync(`${ROOT}/${folder}`, { recursive: true, encoding: "utf8" })
    .map((name) => `${folder}/${name.replaceAll("\\", "/")}`)
    .filter((path) => path.endsWith(".ts"))
    .sort();
}

function descendants(node: ts.Node): ts.Node[] {
  return [node, ...node.getChildren().flatMap(descendants)];
}

function lineOf(node: ts.Node, file: ts.SourceFile): number {
  return file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1;
}

// ---- Imports

function toImport(node: ts.Node, file: ts.SourceFile): Import[] {
  const expression = importedExpression(node);
  if (expression === undefined) return [];
  const specifier = ts.isStringLiteralLike(expression) ? expression.text : undefined;
  const isRelative = specifier !== undefined && /^\.{1,2}(\/|$)/.test(specifier);
  const target = isRelative ? posix.join(posix.dirname(file.fileName), specifier) : undefined;
  return [{ specifier, target, line: lineOf(node, file) }];
}

/** What stands where a module's name belongs; `undefined` when the node imports nothing. */
function importedExpression(node: ts.Node): ts.Node | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return node.moduleSpecifier;
  if (ts.isExternalModuleReference(node)) return node.expression;
  if (ts.isImportTypeNode(node)) return ts.isLiteralTypeNode(node.argument) ? node.argument.literal : node.argument;
  if (!ts.isCallExpression(node)) return undefined;
  const { expression } = node;
  const isRequire = ts.isIdentifier(expression) && expression.text === "require";
  return expression.kind === ts.SyntaxKind.ImportKeyword || isRequire ? node.arguments[0] : undefined;
}

// ---- Globals of Node.js

const NODE_GLOBALS = new Set([
  "Buffer",
  "process",
  "global",
  "require",
  "__dirname",
  "__filename",
  "setImmediate",
  "clearImmediate",
]);

function nodeGlobalsOf(nodes: readonly ts.Node[], file: ts.SourceFile): { name: string; line: number }[] {
  const names = nodes.filter((node) => ts.isIdentifier(node)).filter((node) => NODE_GLOBALS.has(node.text));
  const declared = new Set(names.filter(isDeclaration).map((node) => node.text));
  return names
    .filter((node) => isOfGlobalThis(node) || (!isMember(node) && !declared.has(node.text)))
    .map((node) => ({ name: node.text, line: lineOf(node, file) }));
}

/** `const process = …`, a parameter, an imported name: from there on the name is the file's own. */
function isDeclaration(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isVariableDeclaration(parent) || ts.isParameter(parent) || ts.isBindingElement(parent)) {
    return parent.name === node;
  }
  return (
    ts.isImportSpecifier(parent) ||
    ts.isImportClause(parent) ||
    ts.isFunctionDeclaration(parent) ||
    ts.isClassDeclaration(parent)
  );
}

/** `stream.process`, `{ process: … }`, a method `process()`: a name inside something else. */
function isMember(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.name === node;
  if (ts.isQualifiedName(parent)) return parent.right === node;
  if (ts.isShorthandPropertyAssignment(parent)) return false;
  return (
    (ts.isClassElement(parent) || ts.isTypeElement(parent) || ts.isObjectLiteralElement(parent)) && parent.name === node
  );
}

function isOfGlobalThis(node: ts.Identifier): boolean {
  const { parent } = node;
  return ts.isPropertyAccessExpression(parent) && parent.name === node && parent.expression.getText() === "globalThis";
}

// ---- Top-level await

function isAwait(node: ts.Node): boolean {
  if (ts.isAwaitExpression(node)) return true;
  if (ts.isForOfStatement(node)) return node.awaitModifier !== undefined;
  return ts.isVariableDeclarationList(node) && (node.flags & ts.NodeFlags.AwaitUsing) === ts.NodeFlags.AwaitUsing;
}

function isInsideFunction(node: ts.Node): boolean {
  for (let outer = node.parent; outer !== undefined; outer = outer.parent) {
    if (ts.isFunctionLike(outer) || ts.isClassStaticBlockDeclaration(outer)) return true;
  }
  return false;
}
