/** The components of docs/client.md, read by the compiler as strictly as our own code. */

import ts from "typescript";
import { expect, test } from "vitest";
import { inRoot } from "../../scripts/root.mjs";
import type { Framework } from "./site.ts";
import { FRAMEWORKS, snippetOf } from "./site.ts";

/** The types that a component's file has without asking: what its compiler knows. */
const AMBIENT: Record<string, string> = { tsx: "", vue: 'import "vue";', svelte: '/// <reference types="svelte" />' };

test.each(FRAMEWORKS)("the component for $name compiles", (framework) => {
  expect(complaintsOf(framework, scriptOf(framework))).toEqual([]);
});

test.each(FRAMEWORKS)("a mistake in the component for $name is found", (framework) => {
  const script = scriptOf(framework).replace("retryIn ===", "retryOn ===").replace("{ retryIn }", "{ retryOn }");

  expect(complaintsOf(framework, script)).toEqual([expect.stringContaining("'retryOn' does not exist")]);
});

function scriptOf(framework: Framework): string {
  const code = snippetOf(framework);
  return /<script[^>]*lang="ts">\n(.*?)<\/script>/s.exec(code)?.[1] ?? code;
}

function complaintsOf({ language }: Framework, script: string): string[] {
  const { config } = ts.readConfigFile(inRoot("tsconfig.json"), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, inRoot());
  const checked: ts.CompilerOptions = {
    ...options,
    incremental: false,
    noUnusedLocals: false,
    lib: ["lib.es2023.d.ts", "lib.dom.d.ts"],
    types: [],
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    jsx: ts.JsxEmit.ReactJSX,
    paths: { ...options.paths, "antiphon/client": [inRoot("src/client/index.ts")] },
  };
  delete checked.tsBuildInfoFile;
  const file = inRoot(`component.${language === "tsx" ? "tsx" : "ts"}`);
  const text = `${AMBIENT[language]}\n${script}`;
  const host = ts.createCompilerHost(checked);
  const { getSourceFile, fileExists, readFile } = host;
  host.fileExists = (path) => path === file || fileExists(path);
  host.readFile = (path) => (path === file ? text : readFile(path));
  host.getSourceFile = (path, version, ...rest) =>
    path === file ? ts.createSourceFile(path, text, version) : getSourceFile.call(host, path, version, ...rest);
  const program = ts.createProgram([file], checked, host);
  return program
    .getSemanticDiagnostics(program.getSourceFile(file))
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, " "));
}
