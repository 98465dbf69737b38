/** A message as lines to look at: text as it is, JSON laid out, bytes in hexadecimal. */

import type { Message } from "../client/index.ts";
import { toHex } from "./hex.ts";
import { jsonInWords } from "./json-view.ts";
import { visible } from "./words.ts";

/** For whom it is. */
export interface View {
  /** For a person: JSON laid out, bytes as a dump, control characters as escapes. Else a message is as it came, bytes as hex digits. */
  readonly pretty: boolean;
  readonly colour: boolean;
  /** What is no longer stays on one line. */
  readonly columns: number;
}

/** The message as one line or more, without a line break at the end. */
export function messageInWords(message: Message, view: View): string {
  if (typeof message !== "string") return view.pretty ? hexDump(message) : toHex(message);
  if (!view.pretty) return message;
  return jsonInWords(message, view) ?? visible(message);
}

/** `5 bytes  48 65 6c 6c 6f  Hello`; more than a row in rows of sixteen, and not more than 32 of them. */
function hexDump(bytes: Uint8Array): string {
  const size = `${bytes.length} ${bytes.length === 1 ? "byte" : "bytes"}`;
  if (bytes.length === 0) return size;
  if (bytes.length <= ROW) return `${size}  ${toHex(bytes, " ")}  |${characters(bytes)}|`;
  const lines = [size];
  for (let start = 0; start < Math.min(bytes.length, MOST); start += ROW) {
    const row = bytes.subarray(start, start + ROW);
    const offset = start.toString(16).padStart(8, "0");
    lines.push(`${offset}  ${toHex(row, " ").padEnd(3 * ROW - 1)}  |${characters(row)}|`);
  }
  if (bytes.length > MOST) lines.push(`… and ${bytes.length - MOST} more bytes`);
  return lines.join("\n");
}

const ROW = 16;
const MOST = 32 * ROW;

/** What is printable ASCII; a dot for all else. */
function characters(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : ".")).join("");
}
