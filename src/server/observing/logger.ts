/** Where the server's log lines go: a contract that pino fits, and the console. What is logged stands in `logger-observer.ts`. */

import { printable } from "./printable.ts";

/** Logs one line: the fields for programs (an exception as `err`), the message for people. */
export type Log = (fields: object, message: string) => void;

/** Takes log lines. A pino logger fits as it is. */
export interface Logger {
  /** Left out: such lines are not even made. */
  debug?: Log | undefined;
  info: Log;
  warn: Log;
  error: Log;
}

/** Writes each message as a line to the console, exceptions with their stack; no fields, no debug lines. */
export const consoleLogger: Logger = {
  // biome-ignore-start lint/suspicious/noConsole: it is the console's.
  info: (fields, message) => console.info(toText(fields, message)),
  warn: (fields, message) => console.warn(`warning: ${toText(fields, message)}`),
  error: (fields, message) => console.error(`error: ${toText(fields, message)}`),
  // biome-ignore-end lint/suspicious/noConsole: it is the console's.
};

/** What was thrown, in one line: `TypeError: x is not a function`. */
export function thrownInOneLine(thrown: unknown): string {
  try {
    return printable(String(thrown), 1000);
  } catch {
    return `a value of type ${typeof thrown}`; // It cannot be made a string: Object.create(null).
  }
}

function toText(fields: object, message: string): string {
  const line = printable(message, 4000);
  return "err" in fields ? [line, ...stackOf(fields.err), ...causesOf(fields.err)].join("\n") : line;
}

/** The frames only: the stack begins with the message, which may hold line breaks of the peer's. */
function stackOf(thrown: unknown): string[] {
  if (!(thrown instanceof Error) || typeof thrown.stack !== "string") return [];
  const frames = thrown.stack.split("\n").filter((line) => /^\s+at /.test(line));
  return frames.map((line) => `    ${printable(line.trim(), 1000)}`);
}

function causesOf(thrown: unknown, depth = 0): string[] {
  if (!(thrown instanceof Error) || thrown.cause === undefined || depth === 4) return [];
  const { cause } = thrown;
  return [`  caused by: ${thrownInOneLine(cause)}`, ...stackOf(cause), ...causesOf(cause, depth + 1)];
}
