/** Reads the text of a path pattern, and says what is wrong with it and where. Matching is the pattern's own. */

import {
  CONVERTER_UNKNOWN,
  PATTERN_SEGMENT_INVALID,
  PATTERN_WITHOUT_SLASH,
  type UsageError,
  usageError,
} from "../../errors.ts";
import { type ConverterRegistry, isName } from "./converter-registry.ts";
import { type ParamSegment, PathPattern, type PatternSegment } from "./path-pattern.ts";

/** Where a segment stands, for errors: the pattern, and its number from 1. */
interface Place {
  readonly pattern: string;
  readonly position: number;
  readonly isLast: boolean;
}

/**
 * Compiles a pattern: plain segments, `:name`, `:name<converter>` and, at the end, `*` for any rest or none.
 * `"*"` alone means `"/*"`. Plain text may be percent-encoded or not: `/café` and `/caf%C3%A9` are the same.
 *
 * @throws UsageError naming the segment that is no good, or a converter that is not in the registry (yet).
 * @example
 * const pattern = compilePattern("/notifications/:userId<int>", new ConverterRegistry());
 * pattern.match("/notifications/42"); // { userId: 42 }
 * pattern.match("/notifications/me"); // undefined
 */
export function compilePattern<Path extends string>(text: Path, converters: ConverterRegistry): PathPattern<Path> {
  if (text === "*") return new PathPattern(text, [{ type: "any", source: text }]);
  if (typeof text !== "string" || !text.startsWith("/")) throw usageError(PATTERN_WITHOUT_SLASH, String(text));
  const sources = text.slice(1).split("/");
  const segments = sources.map((source, index) =>
    toSegment(source, { pattern: text, position: index + 1, isLast: index === sources.length - 1 }, converters),
  );
  return new PathPattern(text, segments);
}

function toSegment(source: string, place: Place, converters: ConverterRegistry): PatternSegment {
  if (source === "*") return { type: "any", source };
  if (source.startsWith(":")) return toParam(source, place, converters);
  return toLiteral(source, place);
}

function toParam(source: string, place: Place, converters: ConverterRegistry): ParamSegment {
  const [, name, converterName = "string", after] = /^:([^<>]*)(?:<([^<>]*)>)?(.*)$/s.exec(source) ?? [];
  const problem = paramProblem(name, converterName, after);
  if (problem !== undefined) throw invalid(source, place, problem);
  const converter = converters.get(converterName);
  if (converter === undefined) {
    throw usageError(CONVERTER_UNKNOWN, place.pattern, place.position, converterName, converters.names.join(", "));
  }
  return { type: converterName === "path" ? "rest" : "param", source, name, converter };
}

/** What is wrong with `:name<converter>` and what comes after; nothing when all is well. */
function paramProblem(name: string, converterName: string, after: string): string | undefined {
  if (/^<[^>]*$/.test(after)) return 'opens "<" without ">"';
  if (after !== "") return "holds more than a parameter";
  if (name === "") return "has no name";
  if (!isName(name)) return `names its parameter "${name}", and a name is letters, digits and underscores`;
  if (converterName === "") return "names no converter";
  return undefined;
}

function toLiteral(source: string, place: Place): PatternSegment {
  const problem = literalProblem(source, place.isLast);
  if (problem !== undefined) throw invalid(source, place, problem);
  return { type: "literal", source, text: decodeURIComponent(source) };
}

function invalid(source: string, { pattern, position }: Place, problem: string): UsageError {
  return usageError(PATTERN_SEGMENT_INVALID, pattern, position, source, problem);
}

/** Why a plain segment could not mean what its author thinks; nothing when it can. */
function literalProblem(source: string, isLast: boolean): string | undefined {
  const special = /[:*<>?#]/.exec(source)?.[0];
  if (special === "?" || special === "#") return `holds "${special}", and a pattern is of the path alone`;
  if (special !== undefined) return `mixes plain text with "${special}"`;
  if (source === "" && !isLast) return "has no text: two slashes in a row";
  const text = decoded(source);
  if (text === undefined) return "is not valid percent-encoding of UTF-8";
  if (text === "." || text === "..") return "is resolved by clients before they ask";
  return undefined;
}

function decoded(source: string): string | undefined {
  if (/\p{Surrogate}/u.test(source)) return undefined; // Half a pair has no UTF-8.
  try {
    return decodeURIComponent(source);
  } catch {
    return undefined;
  }
}
