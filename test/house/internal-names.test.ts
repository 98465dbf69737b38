/** The browser build shortens the names of members that nobody outside sees: only such names may be in its list. */

import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { expect, test } from "vitest";
import { INTERNAL_NAMES } from "../../scripts/internal-names.mjs";
import { ROOT } from "./modules.ts";

test("there is a letter for each, and none is there twice", () => {
  expect(new Set(INTERNAL_NAMES).size).toBe(INTERNAL_NAMES.length);
  expect(INTERNAL_NAMES.length).toBeLessThanOrEqual(52);
});

test("none is a member of anything built in", () => {
  const folder = fileURLToPath(new URL(".", import.meta.resolve("typescript")));
  const files = readdirSync(folder).filter((file) => /^lib\..*\.d\.ts$/.test(file));
  const declared = new Set(
    files.flatMap((file) => readFileSync(`${folder}${file}`, "utf8").match(/\b\w+(?=\??[(:<])/g) ?? []),
  );

  expect(declared).toContain("addEventListener");
  expect(INTERNAL_NAMES.filter((name) => declared.has(name))).toEqual([]);
});

test("none is a member of what users of the client hold, hand over or are handed", { timeout: 60_000 }, () => {
  const members = publicMembers(`${ROOT}/src/client/index.ts`);

  expect([...members]).toEqual(
    expect.arrayContaining(["sendJson", "outbox", "dropped", "maxDelay", "issues", "timeout"]),
  );
  expect(INTERNAL_NAMES.filter((name) => members.has(name))).toEqual([]);
});

/** The names of all members that the exports of a module lead to, by the types of their members, parameters and results. */
function publicMembers(file: string): Set<string> {
  const { config } = ts.readConfigFile(`${ROOT}/tsconfig.json`, ts.sys.readFile);
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, ROOT);
  const program = ts.createProgram([file], {
    ...options,
    noEmit: true,
    incremental: false,
  });
  const checker = program.getTypeChecker();
  const names = new Set<string>();
  const seen = new Set<ts.Type>();

  const visit = (type: ts.Type): void => {
    if (seen.has(type)) return;
    seen.add(type);
    if (type.isUnionOrIntersection()) type.types.forEach(visit);
    for (const inner of checker.getTypeArguments(type as ts.TypeReference)) visit(inner);
    for (const signature of type.getCallSignatures()) {
      visit(signature.getReturnType());
      for (const parameter of signature.parameters) visitSymbol(parameter);
    }
    for (const member of type.getProperties()) {
      // What is built in leads nowhere; what is not public is not the user's.
      const [declaration] = member.declarations ?? [];
      if (declaration === undefined || !declaration.getSourceFile().fileName.startsWith(`${ROOT}/src/`)) continue;
      if (ts.isClassElement(declaration) && declaration.name && ts.isPrivateIdentifier(declaration.name)) continue;
      if (ts.getCombinedModifierFlags(declaration) & (ts.ModifierFlags.Private | ts.ModifierFlags.Protected)) continue;
      names.add(member.name);
      visitSymbol(member);
    }
  };
  const visitSymbol = (symbol: ts.Symbol): void => {
    const [declaration] = symbol.declarations ?? [];
    if (declaration !== undefined) visit(checker.getTypeOfSymbolAtLocation(symbol, declaration));
  };

  const module = checker.getSymbolAtLocation(program.getSourceFile(file)!)!;
  for (const exported of checker.getExportsOfModule(module)) {
    const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
    visit(checker.getDeclaredTypeOfSymbol(symbol));
    visitSymbol(symbol);
  }
  return names;
}
