/** A request's path, cut into decoded segments. Knows no pattern. */

/**
 * The segments of a path without its query, each percent-decoded once, after the cut: `%2F` is part of a segment.
 * `undefined` when the path does not begin with a slash, or what is encoded is no UTF-8: then no pattern matches it.
 * `/a/` has an empty segment at its end, `/` has only that.
 */
export function toSegments(pathname: string): readonly string[] | undefined {
  if (!pathname.startsWith("/")) return undefined;
  const segments = pathname.slice(1).split("/");
  return pathname.includes("%") ? decodeAll(segments) : segments;
}

function decodeAll(segments: readonly string[]): readonly string[] | undefined {
  try {
    return segments.map(decodeURIComponent);
  } catch {
    return undefined; // A URIError: "%", "%zz", "%ff".
  }
}
