/** The file format of a recorded conversation: JSON lines, a head and then what went either way, with times. */

import type { Message } from "../../client/index.ts";
import { CliError } from "../exit-code.ts";
import { fromBase64 } from "../hex.ts";

/** The first line. */
export interface RecordingHead {
  readonly recording: "antiphon";
  readonly version: 1;
  readonly url: string;
  /** The subprotocol, `""` for none. */
  readonly protocol: string;
  /** When the connection was open, as ISO 8601: times count from here. */
  readonly start: string;
}

/** Who sent a message, or closed. */
export type Side = "client" | "server";

/** A message. `at`: milliseconds from the start. */
export interface MessageLine {
  readonly at: number;
  readonly from: Side;
  readonly message: Message;
}

/** The end of a connection. */
export interface CloseLine {
  readonly at: number;
  readonly close: { readonly code: number; readonly reason: string; readonly wasClean: boolean; readonly by: Side };
}

/** A connection that came back; the first one has no line. */
export interface OpenLine {
  readonly at: number;
  /** How many attempts it took. */
  readonly open: { readonly attempt: number };
}

/** A recording that was read. `line` is the number in the file, from 1. */
export interface Recording {
  readonly head: RecordingHead;
  readonly messages: readonly (MessageLine & { readonly line: number })[];
  /** The last end; `undefined` if the recording was cut off. */
  readonly end: (CloseLine & { readonly line: number }) | undefined;
  /** The number of a last line of which only a part was written: it is left out. */
  readonly cutLine?: number;
}

/** Any line but the first, without the line break. Text is `text`, bytes are `bytes` in base64. */
export function toLine(line: MessageLine | CloseLine | OpenLine): string {
  const at = Math.round(line.at * 1000) / 1000;
  if (!("message" in line)) return JSON.stringify({ ...line, at });
  const { from, message } = line;
  if (typeof message === "string") return JSON.stringify({ at, from, text: message });
  return JSON.stringify({ at, from, bytes: Buffer.from(message).toString("base64") });
}

/** Reads a whole recording. Throws a `CliError` that names the line. */
export function parseRecording(text: string, file: string): Recording {
  const lines = text.split("\n").map((line) => line.replace(/\r$/, ""));
  const head = parseHead(lines[0] ?? "", file);
  const messages: (MessageLine & { line: number })[] = [];
  let end: (CloseLine & { line: number }) | undefined;
  let last = 0;
  for (const [index, content] of lines.entries()) {
    if (index === 0 || content.trim() === "") continue;
    const line = index + 1;
    // What was killed in the middle of a write left half a line, without a line break.
    if (line === lines.length && !isJson(content)) return { head, messages, end, cutLine: line };
    const broken = (why: string) => new CliError(`${file}, line ${line}: ${why}`);
    const parsed = parseLine(parseObject(content, broken), broken);
    if (parsed.at < last) throw broken(`at is ${parsed.at}, which is before the line above (${last})`);
    last = parsed.at;
    if ("message" in parsed) messages.push({ ...parsed, line });
    else if ("close" in parsed) end = { ...parsed, line };
  }
  return { head, messages, end };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

type Broken = (why: string) => CliError;

function parseHead(line: string, file: string): RecordingHead {
  const broken: Broken = (why) => new CliError(`${file}, line 1: ${why}`);
  if (line.trim() === "")
    throw broken("it is empty, where a recording of antiphon listen --record begins with its head");
  const head = parseObject(line, broken);
  if (head["recording"] !== "antiphon") throw broken("it is no recording of antiphon listen --record");
  if (head["version"] !== 1) {
    throw broken(`the recording has version ${JSON.stringify(head["version"])}; this antiphon reads version 1`);
  }
  if (typeof head["url"] !== "string" || typeof head["protocol"] !== "string")
    throw broken("url and protocol are texts");
  return head as unknown as RecordingHead;
}

function parseObject(line: string, broken: Broken): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw broken(`it is no JSON: ${(error as Error).message.split("\n", 1)[0]}`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw broken("it is no JSON object");
  return value as Record<string, unknown>;
}

function parseLine(value: Record<string, unknown>, broken: Broken): MessageLine | CloseLine | OpenLine {
  const { at, from, text, bytes, close, open } = value;
  if (typeof at !== "number" || !(at >= 0)) throw broken("at has to be milliseconds from the start");
  if (typeof close === "object" && close !== null) {
    const { code, reason = "", wasClean = true, by = "server" } = close as Partial<CloseLine["close"]>;
    if (!Number.isInteger(code)) throw broken("close.code has to be a close code");
    return { at, close: { code: code!, reason: String(reason), wasClean: wasClean === true, by } };
  }
  if (typeof open === "object" && open !== null) return { at, open: open as OpenLine["open"] };
  if (from !== "client" && from !== "server") throw broken('from has to be "client" or "server"');
  if (typeof text === "string") return { at, from, message: text };
  const message = typeof bytes === "string" ? fromBase64(bytes) : undefined;
  if (message === undefined) throw broken("it has neither text nor bytes (base64)");
  return { at, from, message };
}
