/** HTTP responses in place of a WebSocket: the user's own, and the generic ones, which name the status and no more. */

import type { HeaderFields, HeaderInput } from "../protocol/handshake/headers.ts";
import { toOwnFields } from "../protocol/handshake/own-headers.ts";
import { reasonPhrase } from "../protocol/handshake/status.ts";
import type { JsonCodec } from "../socket/json-codec.ts";
import { toJson } from "../socket/json-codec.ts";
import type { HttpResponse } from "./host.ts";

/** The body of a rejection: text, bytes, or any value as JSON. */
export type RejectBody = string | Uint8Array | object;

/** Header fields as a user writes them. */
export type HeadersOption = HeaderInput | Readonly<Record<string, string>> | undefined;

/** The user's answer. Throws a `UsageError` for headers that cannot be sent. */
export function toHttpAnswer(answer: {
  status: number;
  body: RejectBody | undefined;
  headers: HeadersOption;
  json: JsonCodec;
}): HttpResponse {
  const { status, body } = answer;
  const fields = toOwnFields(toFields(answer.headers));
  // RFC 9110, 15.4.5: "A 304 response is terminated by the end of the header section"
  if (status === 304) return { status, headers: fields, body: "" };
  if (body === undefined) return { ...genericAnswer(status), headers: withType(fields, "text/plain; charset=utf-8") };
  if (typeof body === "string") return { status, headers: withType(fields, "text/plain; charset=utf-8"), body };
  if (body instanceof Uint8Array) return { status, headers: withType(fields, "application/octet-stream"), body };
  const text = toJson(answer.json, "reject", body);
  return { status, headers: withType(fields, "application/json"), body: text };
}

/** A line that names the status. */
export function genericAnswer(status: number): HttpResponse {
  const headers = [["Content-Type", "text/plain; charset=utf-8"]] as const;
  return { status, headers, body: `${status} ${reasonPhrase(status)}`.trimEnd().concat("\n") };
}

/** Pairs out of a plain object too. */
export function toFields(headers: HeadersOption): HeaderInput | undefined {
  if (headers === undefined || Symbol.iterator in headers) return headers as HeaderInput | undefined;
  return Object.entries(headers);
}

function withType(fields: HeaderFields, type: string): HeaderFields {
  const has = fields.some(([name]) => name.toLowerCase() === "content-type");
  return has ? fields : [...fields, ["Content-Type", type]];
}
