/** What a user writes to type a converter of their own, compiled as in their project: `declare module "antiphon"`. */

import ts from "typescript";
import { describe, expect, test } from "vitest";
import { ROOT } from "../house/modules.ts";

/** Compiling takes a second or two where much else runs. */
const SLOW = 60_000;

const ROUTING = "../../src/server/routing";

/** How the door may export the interface. TypeScript 5.0, 5.6 and 5.9 follow both to the file that declares it. */
const DOORS = {
  "by name": `
    export { compilePattern } from "${ROUTING}/compile-pattern.ts";
    export type { Converter, Converters, ConverterValue } from "${ROUTING}/converter.ts";
    export { ConverterRegistry } from "${ROUTING}/converter-registry.ts";
    export type { PathParams } from "${ROUTING}/path-params.ts";`,
  "by a star": `
    export { compilePattern } from "${ROUTING}/compile-pattern.ts";
    export type * from "${ROUTING}/converter.ts";
    export { ConverterRegistry } from "${ROUTING}/converter-registry.ts";
    export type { PathParams } from "${ROUTING}/path-params.ts";`,
};

/** A user's file that declares; the `export {}` makes it a module, without which it would replace the package's types. */
const DECLARATION = `
  declare module "antiphon" {
    interface Converters {
      date: Date;
    }
  }
  export {};`;

/** Another file of the same user. */
const USE = `
  import { compilePattern, ConverterRegistry, type PathParams } from "antiphon";

  const converters = new ConverterRegistry();
  converters.add("date", {
    parse: (text) => new Date(text),
    format: (date) => date.toISOString(),
  });
  // @ts-expect-error: a Date is declared
  converters.add("date", { parse: (text) => text, format: String });

  const params = compilePattern("/:day<date>/:id<int>/:room", converters).match("/2026-02-03/7/tea")!;
  export const year: number = params.day.getFullYear();
  export const exact: { readonly day: Date; readonly id: number; readonly room: string } = params;
  // @ts-expect-error: the converters that come with Antiphon stay as they are
  export const id: string = params.id;
  export const later: PathParams<"/:day<date>">["day"] = new Date();`;

describe.each(Object.entries(DOORS))("an interface that the door exports %s", (_how, door) => {
  test(
    "can be merged into from another module",
    () => {
      expect(complaints({ door, declaration: DECLARATION, use: USE })).toEqual([]);
    },
    SLOW,
  );

  test(
    "does not have the converter without the declaration",
    () => {
      expect(complaints({ door, use: USE })).toContain("'params.day' is of type 'unknown'.");
    },
    SLOW,
  );
});

test(
  "editors show the parameters of a pattern one by one",
  () => {
    const use = `import type { PathParams } from "antiphon";
      export const params: PathParams<"/notifications/:userId<int>/:room"> = 0;`;

    expect(complaints({ door: DOORS["by name"], use })).toEqual([
      "Type 'number' is not assignable to type '{ readonly userId: number; readonly room: string; }'.",
    ]);
  },
  SLOW,
);

/** What the compiler has to say about these files, which stand beside this one in its mind only. */
function complaints(texts: { door: string; declaration?: string; use: string }): string[] {
  const files = new Map(Object.entries(texts).map(([name, text]) => [`${ROOT}/test/types/user-${name}.ts`, text]));
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    allowImportingTsExtensions: true,
    types: [],
    paths: { antiphon: [`${ROOT}/test/types/user-door.ts`] },
  };
  const program = ts.createProgram([...files.keys()], options, hostWith(files, options));
  return ts
    .getPreEmitDiagnostics(program)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n").split("\n")[0]);
}

function hostWith(files: ReadonlyMap<string, string>, options: ts.CompilerOptions): ts.CompilerHost {
  const host = ts.createCompilerHost(options);
  return {
    ...host,
    fileExists: (path) => files.has(path) || host.fileExists(path),
    readFile: (path) => files.get(path) ?? host.readFile(path),
    getSourceFile: (path, target, ...rest) => {
      const text = files.get(path);
      return text === undefined ? host.getSourceFile(path, target, ...rest) : ts.createSourceFile(path, text, target);
    },
  };
}
