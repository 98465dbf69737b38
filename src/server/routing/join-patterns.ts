/** Mounting: a prefix and a route's pattern make one pattern. */

import { PATTERN_AFTER_REST, usageError } from "../../errors.ts";
import { PathPattern } from "./path-pattern.ts";

/**
 * The pattern below the prefix: `/api/:tenant` and `/chat/:room` give `/api/:tenant/chat/:room`.
 *
 * A slash at the end of the prefix does not count, and `/` below it is the prefix itself: `/api` and `/` give `/api`.
 * Each side keeps the converters that it was compiled with, so that apps with their own converters can be mounted.
 *
 * @throws UsageError when the prefix takes the rest of the path, or both sides name the same parameter.
 */
export function joinPatterns(prefix: PathPattern, pattern: PathPattern): PathPattern {
  checkEnds(prefix);
  const start = isSlash(prefix.segments.at(-1)) ? prefix.segments.slice(0, -1) : prefix.segments;
  if (start.length === 0) return pattern;
  const isRoot = pattern.segments.length === 1 && isSlash(pattern.segments[0]);
  const segments = isRoot ? start : [...start, ...pattern.segments];
  return new PathPattern(`/${segments.map(({ source }) => source).join("/")}`, segments);
}

function checkEnds(prefix: PathPattern): void {
  const last = prefix.segments[prefix.segments.length - 1];
  if (last.type !== "rest" && last.type !== "any") return;
  throw usageError(PATTERN_AFTER_REST, prefix.text, prefix.segments.length, last.source);
}

function isSlash(segment: PathPattern["segments"][number] | undefined): boolean {
  return segment?.type === "literal" && segment.text === "";
}
