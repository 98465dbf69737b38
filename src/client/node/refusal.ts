/** The error for an answer that does not open a WebSocket: its status, headers, body, and when to come back. */

import { HandshakeError } from "../../errors.ts";
import type { HeaderInput } from "../../protocol/handshake/headers.ts";
import { toHeaders } from "./request-fields.ts";

/** The error that the check of the answer gave, with what the answer says beside it. */
export function refusalError(error: HandshakeError, fields: HeaderInput, body = ""): HandshakeError {
  const headers = toHeaders(fields);
  const retryAfter = toMilliseconds(headers.get("retry-after"));
  const quoted = quote(body, error.status);
  const message = quoted === "" ? error.message : `${error.message}: ${quoted}`;
  return new HandshakeError(error.code, message, error.status, { headers, body, retryAfter });
}

/** RFC 9110, 10.2.3: Retry-After = HTTP-date / delay-seconds */
function toMilliseconds(value: string | null): number | undefined {
  if (value === null) return undefined;
  if (/^\d{1,12}$/.test(value)) return Number(value) * 1000;
  const date = /^[A-Z][a-z]{2}/.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(date - Date.now(), 0);
}

/** The first line of a body that a person may have written, in quotes; `""` for a page, for bytes, and for the status anew. */
function quote(body: string, status = 0): string {
  const [line = ""] = body.trim().split(/\r?\n/, 1);
  const isText = /^[\x20-\x7e]+$/.test(line) && !line.startsWith("<");
  if (!isText || line.startsWith(`${status} `)) return "";
  return line.length > MOST_QUOTED ? `${JSON.stringify(line.slice(0, MOST_QUOTED))}…` : JSON.stringify(line);
}

const MOST_QUOTED = 100;
