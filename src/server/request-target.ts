/** What a request asks for: the path of a request target (RFC 9112, 3.2), by which routes are chosen. */

/** The path without the query, still percent-encoded. Of an absolute-form target, that behind the authority. */
export function pathnameOf(target: string): string {
  const start = target.startsWith("/") ? 0 : pathStart(target);
  const query = target.indexOf("?", start);
  const pathname = query === -1 ? target.slice(start) : target.slice(start, query);
  return pathname === "" ? "/" : pathname;
}

function pathStart(target: string): number {
  const authority = target.indexOf("://");
  if (authority === -1) return 0;
  const slash = target.slice(authority + 3).search(/[/?]/);
  return slash === -1 ? target.length : authority + 3 + slash;
}
