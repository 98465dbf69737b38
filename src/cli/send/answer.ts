/** How `antiphon send` prints an answer: for a person, for a file, or as a line of JSON. */

import type { Message } from "../../client/index.ts";
import { compactJson } from "../json-view.ts";
import { messageInWords } from "../message-view.ts";
import type { Terminal } from "../terminal.ts";
import { visible } from "../words.ts";
import type { Notation } from "./outgoing.ts";

/** Prints it on stdout. */
export function printAnswer(message: Message, { json, encoding }: Notation, terminal: Terminal): void {
  if (json) terminal.printJson(asJson(message));
  else terminal.print(asText(message, encoding, terminal));
}

/** JSON stays what it is, on one line; other text is a string, and bytes are `{ "binary": "<base64>" }`. */
function asJson(message: Message): string {
  if (typeof message === "string") return compactJson(message) ?? JSON.stringify(message);
  return JSON.stringify({ binary: Buffer.from(message).toString("base64") });
}

function asText(message: Message, encoding: Notation["encoding"], terminal: Terminal): string {
  const pretty = Boolean(terminal.output.isTTY);
  if (typeof message !== "string" && encoding !== undefined) {
    const text = Buffer.from(message).toString(encoding);
    return pretty ? visible(text) : text;
  }
  return messageInWords(message, { pretty, colour: terminal.hasColour, columns: terminal.columns });
}
