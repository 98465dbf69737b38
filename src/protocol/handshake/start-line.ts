/** The first line of a head (RFC 9112, 3 and 4): read. */
import type { HandshakeError } from "../../errors.ts";
import { BAD_HTTP_HEAD, HTTP_VERSION_NOT_SUPPORTED, handshakeError } from "../../errors.ts";
import { isToken } from "../http-token.ts";

/** The first line of a request. */
export interface RequestLine {
  readonly method: string;
  readonly target: string;
  /** `"1.1"`; also `"1.0"` and what may come after 1.1. */
  readonly httpVersion: string;
}

/** The first line of a response. */
export interface StatusLine {
  readonly httpVersion: string;
  /** Three digits: 100 to 999. */
  readonly status: number;
  /** The reason phrase, often `""`. */
  readonly reason: string;
}

/** RFC 9112, 3: request-line = method SP request-target SP HTTP-version. `number` counts lines from 1, for the error. */
export function readRequestLine(line: string, number: number): RequestLine | HandshakeError {
  const [method, target, version, more] = line.split(" ");
  // Our choice: exactly one space between, although RFC 9112, 3 lets a server be lenient.
  if (version === undefined || more !== undefined) return bad(number, "is not method, target and version", line);
  if (!isToken(method)) return bad(number, "has a method that is no token", line);
  if (!VISIBLE.test(target)) return bad(number, "has a malformed target", line);
  const httpVersion = readVersion(version, number);
  return typeof httpVersion === "string" ? { method, target, httpVersion } : httpVersion;
}

/** RFC 9112, 4: status-line = HTTP-version SP status-code SP [ reason-phrase ]. `number` is the line's, for the error. */
export function readStatusLine(line: string, number: number): StatusLine | HandshakeError {
  const parts = STATUS_LINE.exec(line);
  if (!parts) return bad(number, "is no HTTP status line", line);
  const [, version, status, reason] = parts;
  const httpVersion = readVersion(version, number);
  return typeof httpVersion === "string" ? { httpVersion, status: Number(status), reason } : httpVersion;
}

/** RFC 9112, 2.3: HTTP-version = "HTTP" "/" DIGIT "." DIGIT, in this case only. */
function readVersion(text: string, number: number): string | HandshakeError {
  if (!/^HTTP\/[0-9]\.[0-9]$/.test(text)) return bad(number, "has a malformed HTTP version", text);
  const version = text.slice(5);
  return version.startsWith("1.") ? version : handshakeError(HTTP_VERSION_NOT_SUPPORTED, version);
}

function bad(number: number, reason: string, text: string): HandshakeError {
  return handshakeError(BAD_HTTP_HEAD, number, reason, text);
}

const VISIBLE = /^[\x21-\x7e]+$/;
const STATUS_LINE = /^(\S+) ([1-9][0-9]{2}) ([\t\x20-\x7e\x80-\xff]*)$/;
