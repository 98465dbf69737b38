/** What `antiphon send` sends: arguments and lines of stdin, checked and made messages. */

import { createInterface } from "node:readline";
import type { Message } from "../../client/index.ts";
import { CliError, ExitCode } from "../exit-code.ts";
import { fromBase64, fromHex } from "../hex.ts";
import { isJson } from "../json-view.ts";
import { firstLine } from "../words.ts";

/** How messages are written. */
export interface Notation {
  readonly json?: boolean;
  readonly binary?: boolean;
  readonly encoding?: "hex" | "base64" | "utf8";
}

/** A message, or the mark for the lines of stdin. */
export type Outgoing = Message | typeof STDIN;

/** Stands for the lines of stdin. */
export const STDIN = Symbol("-");

/** The arguments as messages. Throws a `CliError` for the first that is not what the flags say. */
export function toOutgoing(texts: readonly string[], notation: Notation): Outgoing[] {
  if (texts.filter((text) => text === "-").length > 1) throw new CliError("- can stand once only", ExitCode.usage);
  return texts.map((text, index) => {
    return text === "-" ? STDIN : toMessage(text, notation, texts.length > 1 ? `message ${index + 1}` : "the message");
  });
}

/** The lines of stdin as messages. Ends when the signal aborts. Throws a `CliError` that names the line. */
export async function* linesOf(
  input: NodeJS.ReadStream,
  notation: Notation,
  signal: AbortSignal,
): AsyncGenerator<Message> {
  const lines = createInterface({ input, crlfDelay: Infinity, signal });
  let number = 0;
  for await (const line of lines) {
    number++;
    // A file of JSON lines may end in an empty one, or have some between.
    if (notation.json && line.trim() === "") continue;
    yield toMessage(line, notation, `line ${number} of stdin`);
  }
}

function toMessage(text: string, { json, binary, encoding }: Notation, what: string): Message {
  if (binary || encoding) return toBytes(text, encoding ?? "hex", what);
  if (json && !isJson(text)) {
    throw new CliError(`${what} is no JSON: ${problemOf(text)}; strings need quotes: '"hello"'`, ExitCode.usage);
  }
  return text;
}

function toBytes(text: string, encoding: NonNullable<Notation["encoding"]>, what: string): Uint8Array {
  if (encoding === "utf8") return new TextEncoder().encode(text);
  const bytes = encoding === "hex" ? fromHex(text) : fromBase64(text);
  if (bytes !== undefined) return bytes;
  const wanted = encoding === "hex" ? "hexadecimal: pairs of the digits 0 to f, such as 0a1b or '0a 1b'" : "base64";
  const other = encoding === "hex" ? "; --encoding base64 or utf8 takes other notations" : "";
  throw new CliError(`${what} is not ${wanted}${other}`, ExitCode.usage);
}

function problemOf(text: string): string {
  try {
    JSON.parse(text);
    return "";
  } catch (error) {
    return firstLine((error as Error).message);
  }
}
