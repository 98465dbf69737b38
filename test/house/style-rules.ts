/** The rules of STYLE.md that a machine can hold on one file. Each answers with a complaint, or nothing. */

import { basename } from "node:path";

/** STYLE 1: a file opens with one sentence, as a doc comment: what it is and what it leaves to others. */
export function checkOpening(path: string, text: string): string | undefined {
  const [, comment] = /^(?:#!.*\n)?\/\*\*(.*?)\*\//s.exec(text) ?? [];
  if (comment === undefined) return `${path}: does not open with a doc comment`;
  const sentence = comment.replace(/\n \*/g, "").trim();
  if (!/^[\p{Lu}`\d].*[.!)`]$/su.test(sentence)) return `${path}: does not open with a sentence: ${sentence}`;
  return undefined;
}

/** DESIGN 3: a file past 300 lines has a second idea to name. The error table is one idea, however many rows. */
export function checkLength(path: string, text: string): string | undefined {
  const lines = text.replace(/\n$/, "").split("\n").length;
  if (lines <= 300 || path === "src/errors.ts") return undefined;
  return `${path}: ${lines} lines; more than 300 hold a second idea to name`;
}

/** STYLE 2: a file is named by its idea. */
export function checkName(path: string): string | undefined {
  const words = basename(path).split(/[.-]/);
  const empty = words.find((word) => /^(utils?|helpers?|common|misc)$/.test(word));
  return empty === undefined ? undefined : `${path}: "${empty}" names no idea`;
}

/** Where packages come from is each machine's own affair: no registry's address, no resolved address in a lock file. */
export function checkNoRegistry(path: string, text: string): string | undefined {
  const address = /https?:\/\/[^\s"'`)]*(?:registry\.|artifactory|\.tgz\b)/;
  const resolved = path.endsWith("package-lock.json") ? /"resolved":/ : undefined;
  const found = (address.exec(text) ?? resolved?.exec(text))?.[0];
  return found === undefined ? undefined : `${path}: holds a registry address (${found})`;
}
