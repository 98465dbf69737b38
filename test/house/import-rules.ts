/** The rules of DESIGN.md, section 3, on who may import whom. Each takes parsed files and answers with its complaints. */

import type { Import, Module } from "./modules.ts";

/** What stands directly below each folder (or file) of src/. What is below that may be imported too. */
const BELOW: Readonly<Record<string, readonly string[]>> = {
  errors: [],
  protocol: ["errors"],
  socket: ["protocol"],
  rooms: ["socket"],
  brokers: ["rooms"],
  server: ["rooms"],
  hosts: ["server"],
  client: ["socket"],
  blocking: ["client", "hosts"], // `serve` listens, which is a host's; the door is for Node.js alone.
  index: ["hosts"],
  testing: ["hosts", "brokers", "client", "blocking"],
  cli: [], // Only the doors: `checkCliUsesDoors`.
};

const CHOSEN_BY_RUNTIME: ReadonlySet<string> = new Set([
  "src/index.ts",
  "src/index.bun.ts",
  "src/index.deno.ts",
  "src/client/index.ts",
]);

/** `serve` of the blocking door is handed the URL of a module. */
const LOADS_MODULES_OF_USERS: ReadonlySet<string> = new Set(["src/blocking/server/thread.ts"]);

const NODE_FOLDERS = new Set(["hosts", "brokers", "blocking", "testing", "cli"]);

/** Imports point down: `protocol <- socket <- rooms <- server <- hosts`, and so on. */
export function checkDirections(modules: readonly Module[]): string[] {
  const unknown = modules.filter(({ path }) => !(layerOf(path) in BELOW));
  const upward = eachImport(modules).filter(({ from, target }) => {
    const [own, other] = [layerOf(from), layerOf(target ?? from)];
    return own in BELOW && own !== "cli" && own !== other && !allBelow(own).has(other);
  });
  return [
    ...unknown.map(({ path }) => `${path}: no place in the house for "${layerOf(path)}"`),
    ...upward.map((found) => `${at(found)}: ${layerOf(found.from)} may not import ${found.target}`),
  ];
}

/** The command line is a user like any other: outside its folder it knows only the doors. */
export function checkCliUsesDoors(modules: readonly Module[], doorFiles: ReadonlySet<string>): string[] {
  return eachImport(modules)
    .filter(({ from, target }) => layerOf(from) === "cli" && target !== undefined)
    .filter(({ target = "" }) => layerOf(target) !== "cli" && !doorFiles.has(target))
    .map((found) => `${at(found)}: cli uses only the doors, and ${found.target} is none`);
}

/** `node:`, and files that may use it, are out of reach of what also runs in browsers. */
export function checkNodeStaysInItsPlace(modules: readonly Module[]): string[] {
  const outside = eachImport(modules).filter(({ from }) => !isNodePlace(from));
  return [
    ...outside
      .filter(({ specifier }) => specifier?.startsWith("node:"))
      .map((found) => `${at(found)}: ${found.specifier} belongs into a node/ folder`),
    // Doors that are chosen by runtime condition lead to what this runtime has.
    ...outside
      .filter(({ from, target }) => target !== undefined && isNodePlace(target) && !CHOSEN_BY_RUNTIME.has(from))
      .map((found) => `${at(found)}: ${found.target} needs Node.js, this file must not`),
  ];
}

/** `Buffer` and `process` are Node's too. */
export function checkNodeGlobals(modules: readonly Module[]): string[] {
  return modules
    .filter(({ path }) => !isNodePlace(path))
    .flatMap(({ path, nodeGlobals }) =>
      nodeGlobals.map(({ name, line }) => `${path}:${line}: the global ${name} belongs into a node/ folder`),
    );
}

/** Users get what `dependencies` and `peerDependencies` name, nothing else. */
export function checkPackages(modules: readonly Module[], dependencies: readonly string[]): string[] {
  return eachImport(modules)
    .filter(({ specifier, target }) => specifier !== undefined && target === undefined)
    .filter(({ specifier = "" }) => !specifier.startsWith("node:") && !dependencies.includes(packageOf(specifier)))
    .map((found) => `${at(found)}: ${found.specifier} is in neither dependencies nor peerDependencies`);
}

/** Every import can be read and leads to a file, by its real name. */
export function checkPaths(modules: readonly Module[]): string[] {
  const paths = new Set(modules.map(({ path }) => path));
  return eachImport(modules).flatMap((found) => {
    if (found.specifier === undefined && LOADS_MODULES_OF_USERS.has(found.from)) return [];
    if (found.specifier === undefined) return [`${at(found)}: import() of an expression cannot be checked`];
    if (found.target === undefined || paths.has(found.target)) return [];
    return [`${at(found)}: ${found.specifier} is no file of src/ (relative paths end in .ts)`];
  });
}

/** `require()` of an ES module refuses one that awaits while loading. */
export function checkTopLevelAwait(modules: readonly Module[]): string[] {
  return modules
    .filter(({ topLevelAwait }) => topLevelAwait)
    .map(({ path }) => `${path}: top-level await, so that require() of the package would fail`);
}

/** No file imports itself by way of others; imports of types count. */
export function checkCircles(modules: readonly Module[]): string[] {
  const targets = new Map(modules.map(({ path, imports }) => [path, imports.flatMap(({ target }) => target ?? [])]));
  const done = new Set<string>();
  const circles: string[] = [];

  const visit = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path);
    if (start !== -1) circles.push(`circle: ${[...trail.slice(start), path].join(" -> ")}`);
    if (start !== -1 || done.has(path)) return;
    for (const target of targets.get(path) ?? []) visit(target, [...trail, path]);
    done.add(path);
  };
  for (const { path } of modules) visit(path, []);
  return circles;
}

interface Found extends Import {
  readonly from: string;
}

function eachImport(modules: readonly Module[]): Found[] {
  return modules.flatMap(({ path, imports }) => imports.map((entry) => ({ from: path, ...entry })));
}

function at({ from, line }: Found): string {
  return `${from}:${line}`;
}

/** `src/protocol/mask.ts` lives in `protocol`, `src/errors.ts` in `errors`, `src/index.ts` and `src/index.bun.ts` in `index`. */
function layerOf(path: string): string {
  return path.split("/")[1]?.replace(/\..*$/, "") ?? "";
}

function allBelow(layer: string): Set<string> {
  const direct = BELOW[layer] ?? [];
  return new Set(direct.flatMap((name) => [name, ...allBelow(name)]));
}

function isNodePlace(path: string): boolean {
  const folders = path.split("/").slice(1, -1);
  return NODE_FOLDERS.has(folders[0] ?? "") || folders.includes("node");
}

/** `@nats-io/transport-node/x` is of the package `@nats-io/transport-node`. */
function packageOf(specifier: string): string {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}
