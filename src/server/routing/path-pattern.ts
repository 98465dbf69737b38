/** A path pattern, compiled: which paths match it, and what their parameters are. Does not read the pattern's text. */

import { PATTERN_AFTER_REST, PATTERN_PARAM_TWICE, usageError } from "../../errors.ts";
import type { Converter } from "./converter.ts";
import type { PathParams } from "./path-params.ts";
import { toSegments } from "./path-segments.ts";

/** One segment of a pattern. */
export type PatternSegment =
  /** Plain text, decoded. */
  | { readonly type: "literal"; readonly source: string; readonly text: string }
  /** `:name` and `:name<converter>`: one segment, not empty. */
  | ParamSegment<"param">
  /** `:name<path>`: the rest, not empty. */
  | ParamSegment<"rest">
  /** `*`: the rest, or nothing. */
  | { readonly type: "any"; readonly source: string };

/** A segment that gives a parameter. */
export interface ParamSegment<Type extends "param" | "rest" = "param" | "rest"> {
  readonly type: Type;
  /** As it stands in the pattern. */
  readonly source: string;
  readonly name: string;
  readonly converter: Converter<unknown>;
}

/**
 * A pattern of paths, made by `compilePattern` or `joinPatterns`. Segments are compared decoded, upper and lower case
 * differ, and so do `/a` and `/a/`.
 */
export class PathPattern<Path extends string = string> {
  /** The pattern as it was written. */
  readonly text: Path;
  /** Its segments, in order; at least one. */
  readonly segments: readonly PatternSegment[];
  /** Whether nobody is asked about a path, and none gives a value. */
  readonly isPlain: boolean;

  /** @throws UsageError when a parameter is named twice, or something follows `*` or `:name<path>`. */
  constructor(text: Path, segments: readonly PatternSegment[]) {
    checkNames(text, segments);
    checkRest(text, segments);
    this.text = text;
    this.segments = segments;
    this.isPlain = segments.every(({ type }) => type === "literal" || type === "any");
  }

  /** The parameters of this path, a pathname without its query; `undefined` when it does not match. */
  match(pathname: string): PathParams<Path> | undefined {
    const path = toSegments(pathname);
    return path && this.matchSegments(path);
  }

  /** The same for a path that `toSegments` has cut. The parameters have no prototype: only what the pattern names. */
  matchSegments(path: readonly string[]): PathParams<Path> | undefined {
    const params = matchSegments(this.segments, path);
    return params as PathParams<Path> | undefined;
  }
}

function matchSegments(pattern: readonly PatternSegment[], path: readonly string[]): object | undefined {
  const hasParams = pattern.some(({ type }) => type === "param" || type === "rest");
  const params: Record<string, unknown> = hasParams ? Object.create(null) : NO_PARAMS;
  for (let index = 0; index < pattern.length; index++) {
    const segment = pattern[index];
    if (segment.type === "any") return params;
    const text = segment.type === "rest" ? path.slice(index).join("/") : path[index];
    if (!takeText(segment, text, params)) return undefined;
    if (segment.type === "rest") return params;
  }
  return path.length === pattern.length ? params : undefined;
}

/** Shared by all that have none. */
const NO_PARAMS: Record<string, unknown> = Object.freeze(Object.create(null));

/** Whether the text, where there is one, fits the segment; a parameter's value is kept. */
function takeText(
  segment: Exclude<PatternSegment, { type: "any" }>,
  text: string | undefined,
  params: Record<string, unknown>,
): boolean {
  if (segment.type === "literal") return segment.text === text;
  if (text === undefined || text === "") return false;
  const value = segment.converter.parse(text);
  params[segment.name] = value;
  return value !== undefined;
}

function checkNames(text: string, segments: readonly PatternSegment[]): void {
  const names = new Set<string>();
  for (const [index, segment] of segments.entries()) {
    if (segment.type === "literal" || segment.type === "any") continue;
    if (names.has(segment.name)) throw usageError(PATTERN_PARAM_TWICE, text, index + 1, segment.name);
    names.add(segment.name);
  }
}

function checkRest(text: string, segments: readonly PatternSegment[]): void {
  const rest = segments.findIndex(({ type }) => type === "rest" || type === "any");
  if (rest === -1 || rest === segments.length - 1) return;
  throw usageError(PATTERN_AFTER_REST, text, rest + 1, segments[rest].source);
}
