/** Ends and errors in one clear sentence: close codes, statuses, what to try. */

import { STATUS_CODES } from "node:http";
import type { CloseInfo } from "../client/index.ts";
import { AntiphonError, DisconnectError, HandshakeError } from "../client/index.ts";

/** How a connection ended: `closed with 1001 (going away): "back soon"`. */
export function closeInWords({ code, reason, wasClean, error, cause }: CloseInWords): string {
  if (error) return `closed with ${code} (${nameOf(code)}): the other side broke a rule: ${error.message}`;
  if (code === 1006) {
    const why = cause instanceof Error && cause.message !== "" ? `: ${firstLine(cause.message)}` : "";
    return `connection lost without a Close frame (1006)${why}`;
  }
  const said = reason === "" ? "" : `: ${visible(JSON.stringify(reason))}`;
  const unclean = wasClean ? "" : ", and the connection was lost before the closing handshake was over";
  if (code === 1005) return `closed without a code (1005)${unclean}`;
  return `closed with ${code} (${nameOf(code)})${said}${unclean}`;
}

/** What `closeInWords` looks at. */
export type CloseInWords = Pick<CloseInfo, "code" | "reason" | "wasClean"> & Partial<CloseInfo>;

/** A close code's name: `going away`. */
export function nameOf(code: number): string {
  if (NAMES[code] !== undefined) return NAMES[code];
  if (code >= 4000 && code <= 4999) return "a code of the application's own";
  if (code >= 3000 && code <= 3999) return "a code of a library or framework";
  return "an unknown code";
}

/** As IANA registers them. */
const NAMES: Readonly<Record<number, string>> = {
  1000: "normal",
  1001: "going away",
  1002: "protocol error",
  1003: "unsupported data",
  1005: "no code",
  1006: "connection lost",
  1007: "invalid data",
  1008: "policy violation",
  1009: "message too big",
  1010: "extension missing",
  1011: "internal error",
  1012: "service restart",
  1013: "try again later",
  1014: "bad gateway",
  3000: "unauthorized",
  3003: "forbidden",
  3008: "timeout",
};

/** One clear sentence for whatever went wrong, with what to try where that is known. */
export function errorInWords(error: unknown): string {
  if (error instanceof HandshakeError) return refusalInWords(error);
  if (error instanceof DisconnectError) return closeInWords({ ...error, code: error.code, cause: error.cause });
  const { message, code } = Object(error) as { message?: unknown; code?: unknown };
  const sentence = firstLine(typeof message === "string" && message !== "" ? message : String(code ?? error));
  const hint = error instanceof AntiphonError ? HINTS[error.code] : undefined;
  // What the library calls `tls.ca` is an option of the same name here.
  const named = sentence.replace(/\b(?:tls\.|connect\.|the option )(ca|timeout|host|port)\b/, "--$1");
  return visible(hint === undefined ? named : `${named}; ${hint}`);
}

/** `server answered 403 Forbidden and did not open the WebSocket: "origin not allowed"`. The quote is in the message. */
function refusalInWords({ status = 0, headers, body, message, retryAfter }: HandshakeError): string {
  const name = STATUS_CODES[status];
  const named = name === undefined ? message : message.replace(`answered ${status} `, `answered ${status} ${name} `);
  const location = status >= 300 && status < 400 ? headers?.get("location") : undefined;
  const said = location ? `: it redirects to ${location}` : titleOf(body);
  const later = retryAfter === undefined ? "" : `; it asks to try again in ${Math.ceil(retryAfter / 1000)} s`;
  return visible(`${named}${said}${later}`);
}

/** What a page of HTML says that it is. */
function titleOf(body: string): string {
  const title = /<title[^>]*>([^<]{1,200})/i.exec(body)?.[1];
  return title === undefined ? "" : `: a page titled ${JSON.stringify(firstLine(title))}`;
}

/** By `error.code`: which option of the command would change it. */
const HINTS: Readonly<Record<string, string>> = {
  CERTIFICATE_SELF_SIGNED: "--insecure takes any certificate",
  CERTIFICATE_AUTHORITY_UNKNOWN: "--insecure takes any certificate",
  CERTIFICATE_NAME_MISMATCH: "--insecure takes any certificate",
  CERTIFICATE_EXPIRED: "--insecure takes any certificate",
  CERTIFICATE_NOT_YET_VALID: "--insecure takes any certificate",
  CLIENT_CERTIFICATE_WANTED: "--cert FILE --key FILE gives one",
  TLS_NOT_SPOKEN: "try ws: in place of wss:",
  CONNECT_TIMEOUT: "--timeout allows for more",
};

/** What keeps a file from being read or written, in words. */
export function fileProblem(error: unknown): string {
  const { code = "", message = String(error) } = Object(error) as NodeJS.ErrnoException;
  const words: Record<string, string> = {
    ENOENT: "there is no such file or folder",
    EACCES: "permission denied",
    EISDIR: "it is a folder",
    ENOTDIR: "part of its path is no folder",
    ENOSPC: "the disk is full",
    EROFS: "the disk is read-only",
  };
  return words[code] ?? message;
}

/** The first line that says something. */
export function firstLine(text: string): string {
  return text
    .trim()
    .split(/[\r\n]/, 1)[0]!
    .trim();
}

/** A URL to show, in a terminal or in a report that is passed on. */
export function withoutPassword(url: URL): string {
  const shown = new URL(url);
  if (shown.password !== "") shown.password = "***";
  return shown.href;
}

/** The text with its control characters as escapes, so that nobody can steer the terminal from afar. */
export function visible(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it looks for.
  return text.replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}
