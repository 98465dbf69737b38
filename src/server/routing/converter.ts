/** What a converter of path parameters is, and which there are, as types. Users add to `Converters` through the door. */

/**
 * The converters by name, and what a parameter becomes: `:id<int>` is a `number`.
 *
 * Declare your own beside `app.converter`, and parameters that use it are typed everywhere. The file must be a module
 * (have an `import` or `export`); without the declaration such parameters are `unknown`.
 *
 * @example
 * declare module "antiphon" {
 *   interface Converters {
 *     date: Date;
 *   }
 * }
 */
export interface Converters {
  /** One segment as it is, decoded; what `:name` alone means. It may hold a slash that came as `%2F`. */
  string: string;
  /** Digits, with a minus or without, that make a safe integer. */
  int: number;
  /** Digits, with a minus and a fraction or without, that make a finite number. No exponent. */
  float: number;
  /** A UUID in its usual form (RFC 9562, 4); handed over in lower case, so that one UUID is one string. */
  uuid: string;
  /**
   * The rest of the path, slashes included, at least one character; only at the end of a pattern.
   * It is what the peer wrote, and may hold `..`: check it before it names a file.
   */
  path: string;
}

/** What a parameter with this converter becomes; `unknown` while `Converters` does not declare it. */
export type ConverterValue<Name extends string> = Name extends keyof Converters ? Converters[Name] : unknown;

/**
 * Turns a segment of a path into a value, and back.
 *
 * @example
 * app.converter("date", {
 *   pattern: /\d{4}-\d{2}-\d{2}/,
 *   parse: (text) => (Number.isNaN(Date.parse(text)) ? undefined : new Date(text)),
 *   format: (date) => date.toISOString().slice(0, 10),
 * });
 */
export interface Converter<Value> {
  /** What the decoded segment looks like as a whole; `parse` sees no other. @default anything but nothing */
  readonly pattern?: RegExp;
  /**
   * The value; `undefined` when the text is none, so that the next route is tried. What it throws is taken for a bug,
   * and thrown on.
   */
  parse(text: string): Value | undefined;
  /** The text of a value, not yet percent-encoded: `parse` gives the same value back. */
  format(value: Value): string;
}
