/** HTTP/1.1 heads (RFC 9112, 2 to 5): written, safe against injection whatever the caller puts in. */
import { BAD_START_LINE, BAD_TARGET, usageError } from "../../errors.ts";
import { isToken } from "../http-token.ts";
import type { HeaderInput } from "./headers.ts";
import { checkField, toSafeFields } from "./headers.ts";
import { isAbsoluteForm, isOriginForm } from "./request-target.ts";
import { reasonPhrase } from "./status.ts";

/**
 * The bytes of a request's head, with the empty line at its end. `createUpgrade` makes a fitting value.
 * Throws `UsageError` (`BAD_START_LINE`, `BAD_TARGET`, `BAD_HEADER_NAME`, `BAD_HEADER_VALUE`).
 *
 * @example
 * socket.write(encodeRequestHead({ method: "GET", target: "/chat", headers: [["Host", "example.com"]] }));
 */
export function encodeRequestHead(head: { method: string; target: string; headers: HeaderInput }): Uint8Array {
  if (!isToken(head.method)) throw usageError(BAD_START_LINE, "method", head.method);
  if (!isOriginForm(head.target) && !isAbsoluteForm(head.target)) throw usageError(BAD_TARGET, head.target);
  return encodeLines(`${head.method} ${head.target} HTTP/1.1`, head.headers);
}

/**
 * The bytes of a response's head, with the empty line at its end. The reason phrase is the registered one if left out.
 * Throws `UsageError` (`BAD_START_LINE`, `BAD_HEADER_NAME`, `BAD_HEADER_VALUE`).
 */
export function encodeResponseHead(head: { status: number; reason?: string; headers: HeaderInput }): Uint8Array {
  const { status, reason = reasonPhrase(head.status) } = head;
  if (!Number.isInteger(status) || status < 100 || status > 999) throw usageError(BAD_START_LINE, "status", status);
  // A reason may hold what a field value may hold (RFC 9112, 4).
  if (checkField("reason", reason)) throw usageError(BAD_START_LINE, "reason", reason);
  return encodeLines(`HTTP/1.1 ${status} ${reason}`, head.headers);
}

function encodeLines(start: string, headers: HeaderInput): Uint8Array {
  const fields = toSafeFields(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return fromLatin1(`${start}\r\n${fields.join("")}\r\n`);
}

/** One byte for a character: the checks above let no character above U+00FF pass. */
function fromLatin1(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}
