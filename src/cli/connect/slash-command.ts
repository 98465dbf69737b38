/** What a typed line means: a message, or a command that begins with a slash. */

import type { Message } from "../../client/index.ts";
import { fromHex } from "../hex.ts";

/** What is to be done. */
export type Action =
  | { readonly type: "send"; readonly message: Message }
  | { readonly type: "close"; readonly code: number; readonly reason: string }
  | { readonly type: "ping" | "state" | "headers" | "reconnect" | "help" | "quit" | "nothing" }
  | { readonly type: "mistake"; readonly sentence: string };

/** The commands, for `/help`, for the help of the command, and for Tab. */
const COMMANDS: readonly (readonly [form: string, meaning: string])[] = [
  ["/ping", "send a ping; shows how long the pong took"],
  ["/binary HEX", "send bytes: /binary 00 ff 10"],
  ["/state", "state, latency, counts"],
  ["/headers", "the headers of the server's answer"],
  ["/close [CODE] [REASON]", "close the connection: /close 4000 enough"],
  ["/reconnect", "connect again"],
  ["/quit", "close and leave; so do Ctrl-D and Ctrl-C"],
  ["//TEXT", "send a text that begins with a slash"],
  ["/help", "this list"],
];

/** The list of commands. */
export function slashHelp(): string {
  return COMMANDS.map(([form, meaning]) => `  ${form.padEnd(24)}${meaning}`).join("\n");
}

/** Names that begin like the line, for Tab. */
export function completions(line: string): string[] {
  const names = COMMANDS.map(([form]) => form.split(" ")[0]!).filter((name) => !name.startsWith("//"));
  return /^\/\w*$/.test(line) ? names.filter((name) => name.startsWith(line)) : [];
}

/** What the line means. An empty line is nothing: Return alone sends no message. */
export function parseLine(line: string): Action {
  if (line === "") return { type: "nothing" };
  if (line.startsWith("//")) return { type: "send", message: line.slice(1) };
  const [, name, rest = ""] = /^\/(\w*)\s*(.*)$/s.exec(line) ?? [];
  if (name === undefined) return { type: "send", message: line };
  switch (name) {
    case "ping":
    case "state":
    case "headers":
    case "reconnect":
    case "help":
    case "quit":
      return { type: name };
    case "exit":
      return { type: "quit" };
    case "close":
      return parseClose(rest);
    case "binary":
      return parseBytes(rest);
    default:
      return mistake(`there is no command /${name}; /help lists them, /${line} sends it as text`);
  }
}

function parseClose(rest: string): Action {
  const [, digits = "1000", reason = ""] = /^(\d+)?\s*(.*)$/s.exec(rest) ?? [];
  const code = Number(digits);
  // RFC 6455, 7.4: what a client may send.
  const isSendable = /^(100[0-37-9]|101[0-4]|[34]\d{3})$/.test(digits);
  if (!isSendable)
    return mistake(`close code ${digits} cannot be sent; 1000 to 1003, 1007 to 1014 and 3000 to 4999 can`);
  return { type: "close", code, reason };
}

function parseBytes(rest: string): Action {
  const message = fromHex(rest);
  if (message === undefined) return mistake("/binary wants pairs of the digits 0 to f: /binary 00 ff 10");
  return { type: "send", message };
}

function mistake(sentence: string): Action {
  return { type: "mistake", sentence };
}
