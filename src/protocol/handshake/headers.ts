/** HTTP header fields (RFC 9110, 5): where they are read from, how they are written safely. Knows no field by name. */

import type { UsageError } from "../../errors.ts";
import { BAD_HEADER_NAME, BAD_HEADER_VALUE, usageError } from "../../errors.ts";
import { isToken, trimSpace } from "../http-token.ts";

/**
 * Where received header fields are read. A WHATWG `Headers` fits; {@link HeaderList} is our own.
 * `get` is given a name in lower case, and joins the values of several fields by `", "` (RFC 9110, 5.3).
 */
export interface HeaderSource {
  get(name: string): string | null | undefined;
}

/** The header fields of a message, in order: what is sent, and what {@link HeaderList} holds. */
export type HeaderFields = ReadonlyArray<readonly [name: string, value: string]>;

/** Header fields as callers hand them over: an array of pairs, a `Map`, a WHATWG `Headers`. */
export type HeaderInput = Iterable<readonly [name: string, value: string]>;

/**
 * Header fields in order, found by name in any case.
 *
 * @example
 * const headers = new HeaderList([["Connection", "keep-alive"], ["connection", "Upgrade"]]);
 * headers.get("connection"); // "keep-alive, Upgrade"
 */
export class HeaderList implements HeaderSource {
  /** Every field as it came, in order: `Set-Cookie` fields stay apart here. */
  readonly fields: HeaderFields;
  readonly #values = new Map<string, string>();

  constructor(fields: HeaderFields) {
    this.fields = fields;
    for (const [name, value] of fields) {
      const key = name.toLowerCase();
      const before = this.#values.get(key);
      // RFC 9110, 5.3: "combine multiple field lines … by appending each subsequent field line value … separated by a comma"
      this.#values.set(key, before === undefined ? value : `${before}, ${value}`);
    }
  }

  /** The value of a field, several joined by `", "`; `undefined` when there is none. */
  get(name: string): string | undefined {
    return this.#values.get(name.toLowerCase());
  }

  [Symbol.iterator](): Iterator<readonly [name: string, value: string]> {
    return this.fields[Symbol.iterator]();
  }
}

/** Says why a field must not be sent, or nothing. The value is not part of the sentence: it may be a secret. */
export function checkField(name: string, value: string): UsageError | undefined {
  if (typeof name !== "string" || !isToken(name)) return usageError(BAD_HEADER_NAME, String(name));
  if (typeof value !== "string") return usageError(BAD_HEADER_VALUE, name, `is of type ${typeof value}, not a string`);
  // RFC 9110, 5.5: "A field value does not include leading or trailing whitespace."
  if (trimSpace(value) !== value) return usageError(BAD_HEADER_VALUE, name, "begins or ends with a space or a tab");
  // RFC 9110, 5.5: "Field values containing CR, LF, or NUL characters are invalid and dangerous"
  const at = value.search(NOT_IN_FIELD_VALUE);
  if (at === -1) return undefined;
  const code = value.charCodeAt(at).toString(16).toUpperCase().padStart(4, "0");
  return usageError(BAD_HEADER_VALUE, name, `has the character U+${code} at index ${at}`);
}

/** A copy of the fields, each safe to send. Throws `UsageError` (`BAD_HEADER_NAME`, `BAD_HEADER_VALUE`). */
export function toSafeFields(fields: HeaderInput): HeaderFields {
  return Array.from(fields, ([name, value]) => {
    const error = checkField(name, value);
    if (error) throw error;
    return [name, value] as const;
  });
}

// RFC 9110, 5.5: field-vchar = VCHAR / obs-text, with space and tab between. Sent as Latin-1, a byte for a character.
const NOT_IN_FIELD_VALUE = /[^\t\x20-\x7e\x80-\xff]/;
