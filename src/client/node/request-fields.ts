/** Header fields as users write them, a record or pairs, and as Node's answers have them. */

import type { HeaderFields, HeaderInput } from "../../protocol/handshake/headers.ts";
import { checkObject } from "../../socket/check-options.ts";
import type { RequestHeaders } from "../dialer.ts";

/** Pairs of names and values, which are not checked yet. Throws a `UsageError` for what holds none. */
export function toFields(headers: RequestHeaders | undefined): HeaderFields {
  if (headers === undefined) return [];
  checkObject("headers", headers, "an object of names and values");
  return Symbol.iterator in headers ? [...(headers as HeaderInput)] : Object.entries(headers);
}

/** The fields for users. */
export function toHeaders(fields: HeaderInput): Headers {
  const headers = new Headers();
  for (const [name, value] of fields) headers.append(name, value);
  return headers;
}
