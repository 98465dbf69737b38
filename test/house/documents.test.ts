/** The code in the documents, read by the compiler: every method, option and type that they name is there. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";
import { inRoot } from "../../scripts/root.mjs";

const documents = ["README.md", ...readdirSync(inRoot("docs")).filter((name) => name.endsWith(".md"))].map((name) =>
  name === "README.md" ? name : join("docs", name),
);

/** What stands in a document above a piece of code, or goes without saying. */
const PRELUDE = `
  declare const app: import("antiphon").App;
  declare const socket: import("antiphon").ServerSocket;
  declare const server: import("node:http").Server;
  interface User { name: string }
`;

/** Names that the documents leave to the reader are no mistake: \`userFromToken\`, \`notifications\`. */
const LEFT_TO_THE_READER = new Set([2304, 2552, 7006, 7031, 18004]);

test("the code in README and docs/ compiles", { timeout: 120_000 }, () => {
  const blocks = documents.flatMap(codeIn);
  const files = new Map(blocks.map(({ code }, index) => [inRoot(`document-${index}.ts`), `${code}\nexport {};`]));
  files.set(inRoot("document-prelude.d.ts"), PRELUDE);

  const complaints = compile(files).map(({ file, line, text }) => {
    const index = Number(/document-(\d+)/.exec(file)?.[1]);
    const { document, line: start } = blocks[index]!;
    return `${document}:${start + line}: ${text}`;
  });

  expect(blocks.length).toBeGreaterThan(10);
  expect(complaints).toEqual([]);
});

/** The blocks of TypeScript in a document, and the line before each. */
function codeIn(document: string): { document: string; line: number; code: string }[] {
  const text = readFileSync(inRoot(document), "utf8");
  return Array.from(text.matchAll(/^```ts\n(.*?)^```/gms), ({ 1: code = "", index }) => ({
    document,
    line: text.slice(0, index).split("\n").length,
    code,
  }));
}

function compile(files: ReadonlyMap<string, string>): { file: string; line: number; text: string }[] {
  const { config } = ts.readConfigFile(inRoot("tsconfig.json"), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, inRoot());
  const checked = { ...options, incremental: false, noUnusedLocals: false, noUnusedParameters: false };
  delete checked.tsBuildInfoFile;
  const host = ts.createCompilerHost(checked);
  const { getSourceFile, fileExists, readFile } = host;
  host.fileExists = (path) => files.has(path) || fileExists(path);
  host.readFile = (path) => files.get(path) ?? readFile(path);
  host.getSourceFile = (path, language, ...rest) => {
    const text = files.get(path);
    return text === undefined
      ? getSourceFile.call(host, path, language, ...rest)
      : ts.createSourceFile(path, text, language);
  };
  const program = ts.createProgram([...files.keys()], checked, host);
  return [...files.keys()]
    .flatMap((path) => program.getSemanticDiagnostics(program.getSourceFile(path)))
    .filter(({ code }) => !LEFT_TO_THE_READER.has(code))
    .map(({ file, start = 0, messageText }) => ({
      file: file?.fileName ?? "",
      line: (file?.getLineAndCharacterOfPosition(start).line ?? 0) + 1,
      text: ts.flattenDiagnosticMessageText(messageText, " "),
    }));
}
