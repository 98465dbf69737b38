/** From a pattern and values to a path: the way back of matching. */

import { PATH_PARAM_MISSING, PATH_PARAM_NOT_TEXT, PATH_PARAM_UNFIT, usageError } from "../../errors.ts";
import type { PathInput } from "./path-params.ts";
import type { ParamSegment, PathPattern, PatternSegment } from "./path-pattern.ts";

type Values = Readonly<Record<string, unknown>>;

/**
 * The path that matches the pattern and gives these values, percent-encoded. A `*` at the end stands for nothing:
 * `/chat/*` gives `/chat`. Values that the pattern does not name are left aside.
 *
 * @throws UsageError naming a parameter that is missing, or whose value would not come back out of the path: one that
 * its converter does not read, an empty one, `.` and `..` (clients resolve them), a `path` that begins with a slash.
 * @example
 * buildPath(compilePattern("/chat/:room", converters), { room: "a/b" }); // "/chat/a%2Fb"
 */
export function buildPath<Path extends string>(pattern: PathPattern<Path>, params: PathInput<Path>): string {
  const texts = pattern.segments.flatMap((segment) => toTexts(pattern.text, segment, params as Values));
  return `/${texts.map(encodeURIComponent).join("/")}`;
}

/** The segments of the path that one of the pattern stands for, not yet encoded. */
function toTexts(pattern: string, segment: PatternSegment, values: Values): readonly string[] {
  switch (segment.type) {
    case "any":
      return [];
    case "literal":
      return [segment.text];
    case "param":
      return [toText(pattern, segment, values)];
    case "rest":
      return toText(pattern, segment, values).split("/");
  }
}

function toText(pattern: string, segment: ParamSegment, values: Values): string {
  const value = Object.hasOwn(values, segment.name) ? values[segment.name] : undefined;
  if (value === undefined || value === null) throw usageError(PATH_PARAM_MISSING, pattern, segment.name);
  const text: unknown = segment.converter.format(value);
  if (typeof text !== "string") throw usageError(PATH_PARAM_NOT_TEXT, pattern, segment.name, typeof text);
  const problem = textProblem(segment, text);
  if (problem !== undefined) throw usageError(PATH_PARAM_UNFIT, pattern, segment.name, text, problem);
  return text;
}

/** Why this text would not come back out of a path as it is; nothing when it would. */
function textProblem(segment: ParamSegment, text: string): string | undefined {
  if (text === "") return "and a parameter takes one character at least";
  if (/\p{Surrogate}/u.test(text)) return "which holds half a surrogate pair";
  const parts = segment.type === "rest" ? text.split("/") : [text];
  if (parts.some((part) => part === "." || part === "..")) return 'and clients resolve "." and ".."';
  // "//host" at the start of a link names another host.
  if (segment.type === "rest" && parts[0] === "") return "which begins with a slash";
  return comesBack(segment, text) ? undefined : "which its converter does not read";
}

/** Values of any type are compared by their text: two Dates are never the same. */
function comesBack({ converter }: ParamSegment, text: string): boolean {
  const value = converter.parse(text);
  return value !== undefined && converter.format(value) === text;
}
