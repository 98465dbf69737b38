/** The doors of package.json: the source of each, and the names that it exports. */

import { readFileSync } from "node:fs";
import ts from "typescript";
import { ROOT } from "./modules.ts";

/** What the house tests read of package.json. */
export const PACKAGE = JSON.parse(readFileSync(`${ROOT}/package.json`, "utf8")) as {
  name: string;
  exports: Record<string, Target>;
  bin: Record<string, string>;
  dependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
};

/** One entry of `exports`: a file, or files by condition. */
export type Target = string | { readonly [condition: string]: Target };

/** One exported name of a door. */
export interface DoorExport {
  readonly name: string;
  /** `class`, `function`, `const`, `interface` or `type`. */
  readonly kind: string;
  /** Its doc comment; empty when there is none. */
  readonly doc: string;
}

/** The source file of every door, by the name that users import; one line each for doors with conditions. */
export function doorSources(doors: Record<string, Target> = PACKAGE.exports): Record<string, string> {
  const entries = Object.entries(doors).filter(([path]) => path !== "./package.json");
  return Object.fromEntries(
    entries.flatMap(([path, target]) =>
      leaves(target)
        .filter(({ file }) => file.endsWith(".js"))
        .map(({ file, conditions }) => [[PACKAGE.name + path.slice(1), ...conditions].join(" "), toSource(file)]),
    ),
  );
}

/** Every file that an entry of `exports` names, with the conditions that lead there; `default` and `types` go without saying. */
export function leaves(target: Target, conditions: readonly string[] = []): { file: string; conditions: string[] }[] {
  if (typeof target === "string") return [{ file: target, conditions: [...conditions] }];
  return Object.entries(target).flatMap(([condition, inner]) =>
    leaves(inner, condition === "default" || condition === "types" ? conditions : [...conditions, condition]),
  );
}

/** Whether whatever code an entry of `exports` leads to has its own types, standing before it. */
export function isTyped(target: Target): boolean {
  if (typeof target === "string") return false;
  const { types, default: code, ...conditions } = target;
  if (!Object.values(conditions).every(isTyped)) return false;
  if (typeof code !== "string") return code === undefined || isTyped(code);
  const order = Object.keys(target);
  const areFirst = order.indexOf("types") < order.indexOf("default"); // The first key that fits wins.
  return typeof types === "string" && areFirst && toSource(types) === toSource(code);
}

/** The source of a built file: `./dist/index.d.ts` comes from `src/index.ts`. */
export function toSource(built: string): string {
  return built.replace(/^(\.\/)?dist\//, "src/").replace(/(\.d\.ts|\.js)$/, ".ts");
}

/** The exported names of several source files, values and types, sorted. */
export function exportsOf(files: readonly string[]): Map<string, DoorExport[]> {
  const options: ts.CompilerOptions = {
    module: ts.ModuleKind.NodeNext,
    allowImportingTsExtensions: true,
    noEmit: true,
    noLib: true, // Names and comments need no library, and without it this takes milliseconds.
    types: [],
  };
  const program = ts.createProgram({ rootNames: files.map((file) => `${ROOT}/${file}`), options });
  const checker = program.getTypeChecker();
  return new Map(
    files.map((file) => {
      const source = program.getSourceFile(`${ROOT}/${file}`);
      const symbol = source && checker.getSymbolAtLocation(source);
      const exported = symbol ? checker.getExportsOfModule(symbol) : [];
      return [file, exported.flatMap((entry) => toDoorExports(entry, checker)).sort(byName)];
    }),
  );
}

/** One name can be two things: `const Opcode` and `type Opcode`. */
function toDoorExports(exported: ts.Symbol, checker: ts.TypeChecker): DoorExport[] {
  const isAlias = (exported.flags & ts.SymbolFlags.Alias) !== 0;
  const symbol = isAlias ? checker.getAliasedSymbol(exported) : exported;
  const doc = ts.displayPartsToString(symbol.getDocumentationComment(checker));
  return kindsOf(symbol.flags).map((kind) => ({ name: exported.name, kind, doc }));
}

const KINDS: readonly (readonly [ts.SymbolFlags, string])[] = [
  [ts.SymbolFlags.Class, "class"],
  [ts.SymbolFlags.Function, "function"],
  [ts.SymbolFlags.Variable, "const"],
  [ts.SymbolFlags.Interface, "interface"],
  [ts.SymbolFlags.TypeAlias, "type"],
];

function kindsOf(flags: ts.SymbolFlags): string[] {
  const kinds = KINDS.filter(([flag]) => (flags & flag) !== 0).map(([, kind]) => kind);
  return kinds.length > 0 ? kinds : ["unresolved"];
}

function byName(one: DoorExport, other: DoorExport): number {
  return one.name < other.name ? -1 : 1;
}
