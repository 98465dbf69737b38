/** `npm run docs:errors`: writes docs/reference/errors.md from the constants of src/errors.ts, and their doc comments. */

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import ts from "typescript";
import { inRoot, isMain } from "./root.mjs";

/** Where the page lives. */
export const ERRORS_PAGE = inRoot("docs", "reference", "errors.md");

/**
 * @typedef {object} ErrorConstant
 * @property {string} code
 * @property {(...args: string[]) => string} sentence
 * @property {string} remedy from the `@remedy` of its doc comment, which no bundle carries
 * @property {number} [closeCode]
 * @property {number} [status]
 */

/**
 * The text of the page.
 * @param {Record<string, ErrorConstant>} constants by name, in the order of the page
 * @returns {string}
 */
export function errorsPage(constants) {
  const rows = Object.values(constants).map((constant) =>
    [
      `<a id="${constant.code}"></a>\`${constant.code}\``,
      cell(sentenceWithPlaceholders(constant.sentence)),
      constant.closeCode ?? constant.status ?? "",
      cell(constant.remedy),
    ].join(" | "),
  );
  return [
    "# Errors",
    "",
    "Every error of Antiphon carries one of these codes as `error.code`. *Italic* words stand for what the real sentence",
    "names. The close code (1000 and up) or HTTP status is what the peer gets, where it gets one.",
    "",
    "<!-- Made from src/errors.ts by `npm run docs:errors`; a test holds the two together. -->",
    "",
    "| Code | Sentence | Close code or status | What to do |",
    "| --- | --- | --- | --- |",
    ...rows.map((row) => `| ${row} |`),
    "",
  ].join("\n");
}

/**
 * The constants of src/errors.ts (or of a text in its place), in the order in which they stand there.
 * @param {string} [source]
 * @returns {Promise<Record<string, ErrorConstant>>}
 */
export async function errorConstants(source = readFileSync(inRoot("src", "errors.ts"), "utf8")) {
  const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext };
  const { outputText } = ts.transpileModule(source, { compilerOptions });
  // errors.ts stands at the bottom of the house and imports nothing, so that a data: URL can hold it.
  const values = await import(`data:text/javascript,${encodeURIComponent(outputText)}`);

  const file = ts.createSourceFile("errors.ts", source, ts.ScriptTarget.Latest, true);
  const entries = file.statements.filter(ts.isVariableStatement).flatMap((statement) => {
    const name = statement.declarationList.declarations[0]?.name.getText() ?? "";
    return isErrorConstant(values[name]) ? [[name, { ...values[name], remedy: remedyOf(statement) }]] : [];
  });
  return Object.fromEntries(entries);
}

/** @param {import("typescript").VariableStatement} statement */
function remedyOf(statement) {
  const tag = ts.getJSDocTags(statement).find(({ tagName }) => tagName.text === "remedy");
  return (ts.getTextOfJSDocComment(tag?.comment) ?? "").replace(/\s+/g, " ");
}

/** @param {unknown} value */
function isErrorConstant(value) {
  return typeof value === "object" && value !== null && "code" in value && "sentence" in value;
}

/**
 * The sentence with the names of its parameters where the arguments will stand.
 * @param {(...args: string[]) => string} sentence
 */
function sentenceWithPlaceholders(sentence) {
  const expression = ts.createSourceFile("sentence.ts", `(${sentence})`, ts.ScriptTarget.Latest, true).statements[0];
  /** @type {string[]} */
  const names = [];
  /** @param {import("typescript").Node} node */
  const visit = (node) => {
    if (ts.isFunctionLike(node)) names.push(...node.parameters.map((parameter) => `*${parameter.name.getText()}*`));
    else ts.forEachChild(node, visit);
  };
  if (expression) visit(expression);
  return sentence(...names);
}

/** @param {string} text */
function cell(text) {
  return text.replaceAll("|", "\\|").replaceAll("<", "&lt;").replaceAll("\n", " ");
}

if (isMain(import.meta.url)) {
  mkdirSync(dirname(ERRORS_PAGE), { recursive: true });
  writeFileSync(ERRORS_PAGE, errorsPage(await errorConstants()));
}
