/** JSON laid out for reading, token by token: numbers and keys stay as they were written, none is rounded or lost. */

import { styleText } from "node:util";
import { visible } from "./words.ts";

/** The layout of an object or an array; `undefined` for other texts, which are best shown as they are. */
export function jsonInWords(text: string, view: { colour: boolean; columns: number }): string | undefined {
  // What is longer nobody reads, and it would take seconds.
  if (text.length > LONGEST || !/^\s*[{[]/.test(text) || !isJson(text)) return undefined;
  const tokens = tokensOf(text);
  const oneLine = spaced(tokens).join("");
  // What is short stays on its line; the width is looked at before colours make it longer.
  if (oneLine.length <= view.columns - MARGIN) return tokensInColour(spaced(tokens), view.colour);
  return tokensInColour(laidOut(tokens), view.colour);
}

/** Characters of a text that is laid out. */
const LONGEST = 512 * 1024;

/** Room for what a command writes in front. */
const MARGIN = 4;

/** Whether the whole text is JSON. */
export function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Strings, punctuation, and what else stands between white space. The text is JSON. */
function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  let at = 0;
  while (at < text.length) {
    const start = at;
    if (text[at] === '"') at = endOfString(text, at);
    else if ("{}[],:".includes(text[at]!)) at++;
    else {
      WORD.lastIndex = at;
      at += WORD.exec(text)?.[0].length ?? 0;
      // White space.
      if (at === start) {
        at++;
        continue;
      }
    }
    tokens.push(text.slice(start, at));
  }
  return tokens;
}

const WORD = /[^\s{}[\],:"]+/y;

/** Behind the quotation mark that ends it. No regular expression: those of engines have a stack, which long strings fill. */
function endOfString(text: string, start: number): number {
  for (let end = start; ; ) {
    end = text.indexOf('"', end + 1);
    let escapes = 0;
    while (text[end - 1 - escapes] === "\\") escapes++;
    if (escapes % 2 === 0) return end + 1;
  }
}

/** `{ "a": 1, "b": [1, 2] }` */
function spaced(tokens: readonly string[]): string[] {
  return tokens.flatMap((token, index) => {
    const next = tokens[index + 1];
    if (token === "," || token === ":") return [token, " "];
    if (token === "{" && next !== "}") return [token, " "];
    if (next === "}" && token !== "{") return [token, " "];
    return [token];
  });
}

const DEEPEST = 40;

/** One line for each member, two spaces deeper for each level. */
function laidOut(tokens: readonly string[]): string[] {
  let depth = 0;
  // A server that nests without end shall not fill our memory with spaces.
  const line = () => `\n${"  ".repeat(Math.min(depth, DEEPEST))}`;
  return tokens.flatMap((token, index) => {
    const next = tokens[index + 1] ?? "";
    const last = tokens[index - 1] ?? "";
    if (token === ",") return [token, line()];
    if (token === ":") return [token, " "];
    if (token === "{" || token === "[") {
      if (next === "}" || next === "]") return [token];
      depth++;
      return [token, line()];
    }
    if (token !== "}" && token !== "]") return [token];
    if (last === "{" || last === "[") return [token];
    depth--;
    return [line(), token];
  });
}

function tokensInColour(tokens: readonly string[], colour: boolean): string {
  if (!colour) return visible(tokens.join(""));
  return tokens.map((token, index) => inColour(visible(token), tokens[index + 1] === ":")).join("");
}

function inColour(token: string, isKey: boolean): string {
  const paint = (style: "cyan" | "green" | "yellow" | "magenta") => styleText(style, token, { validateStream: false });
  if (isKey) return paint("cyan");
  if (token.startsWith('"')) return paint("green");
  if (/^[-\d]/.test(token)) return paint("yellow");
  if (/^(true|false|null)$/.test(token)) return paint("magenta");
  return token;
}

/** The same JSON on one line, without spaces; `undefined` for a text that is none. */
export function compactJson(text: string): string | undefined {
  return isJson(text) ? tokensOf(text).join("") : undefined;
}
