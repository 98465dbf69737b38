/** Properties of routing: it never throws, paths come back as they went, and the tree agrees with trying all in turn. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { UsageError } from "../../../src/errors.ts";
import { buildPath } from "../../../src/server/routing/build-path.ts";
import { compilePattern } from "../../../src/server/routing/compile-pattern.ts";
import { ConverterRegistry } from "../../../src/server/routing/converter-registry.ts";
import { RouteTable } from "../../../src/server/routing/route-table.ts";

const RUNS = { numRuns: 2_000 };
const converters = new ConverterRegistry();

/** Segments from few words, so that patterns and paths often meet. */
const word = fc.constantFrom("a", "b", "7", "-1", "x.y", "%61", "%2F", "%", "%ff", "é", "");
const path = fc.array(word, { minLength: 1, maxLength: 5 }).map((segments) => `/${segments.join("/")}`);
const converter = fc.constantFrom("", "<int>", "<float>", "<string>");
const segment = fc.oneof(fc.constantFrom("a", "b", "7", "%61", "%2F", "é"), converter);
const ending = fc.constantFrom("", "/", "/*", "/:rest<path>");
const pattern = fc
  .tuple(fc.array(segment, { maxLength: 4 }), ending)
  .map(
    ([segments, end]) =>
      segments.map((text, index) => `/${/^(<|$)/.test(text) ? `:p${index}${text}` : text}`).join("") + end,
  )
  .map((text) => text || "/");

describe("match", () => {
  test("never throws, whatever the path", () => {
    const table = tableOf(["/", "/:a<int>/*", "/:a/:b<uuid>", "/x/:p<path>", "/:a<float>/é"]);
    const anyPath = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.string().map((text) => `/${text}`),
      path,
    );

    fc.assert(
      fc.property(anyPath, (pathname) => {
        table.match(pathname);
      }),
      RUNS,
    );
  });

  test("takes the route that a plain loop over all routes takes", () => {
    fc.assert(
      fc.property(fc.array(pattern, { maxLength: 12 }), fc.array(path, { minLength: 1 }), (patterns, paths) => {
        const table = new RouteTable<string>();
        const added = patterns.filter((text) => isAdded(table, text));
        for (const pathname of paths) {
          const match = table.match(pathname);
          const expected = matchInTurn(added, pathname);
          expect(match && { text: match.value, params: { ...match.params } }).toEqual(expected);
        }
      }),
      RUNS,
    );
  });
});

describe("compilePattern", () => {
  test("gives a pattern or a UsageError, whatever the text", () => {
    const anyText = fc.oneof(
      fc.string({ unit: "binary" }),
      fc
        .array(fc.constantFrom("/", ":", "a", "<", ">", "int", "path", "*", "%", ".", "?"))
        .map((parts) => parts.join("")),
    );
    fc.assert(
      fc.property(anyText, (text) => {
        try {
          compilePattern(text, converters);
        } catch (error) {
          expect(error).toBeInstanceOf(UsageError);
        }
      }),
      RUNS,
    );
  });
});

describe("buildPath", () => {
  const isSegment = (text: string) => text !== "" && text !== "." && text !== "..";
  const text = fc.string({ unit: "grapheme", minLength: 1 }).filter(isSegment);
  const values = fc.record({
    text,
    int: fc.maxSafeInteger(),
    float: fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
    id: fc.uuid(),
    rest: fc
      .array(
        text.filter((part) => !part.includes("/")),
        { minLength: 1 },
      )
      .map((parts) => parts.join("/")),
  });

  test("and match come back to the values", () => {
    const whole = compilePattern("/é/:text/:int<int>/:float<float>/:id<uuid>/:rest<path>", converters);
    fc.assert(
      fc.property(values, (params) => {
        expect({ ...whole.match(buildPath(whole, params)) }).toEqual(params);
      }),
      RUNS,
    );
  });

  test("gives what a URL leaves as it is", () => {
    const whole = compilePattern("/:text/:rest<path>", converters);
    fc.assert(
      fc.property(values, (params) => {
        const built = buildPath(whole, params);
        expect(new URL(built, "ws://localhost").pathname).toBe(built);
      }),
      RUNS,
    );
  });

  test("gives a path that comes back, or a UsageError, whatever the value", () => {
    const one = compilePattern("/:text", converters);
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (value) => {
        try {
          expect({ ...one.match(buildPath(one, { text: value })) }).toEqual({ text: value });
        } catch (error) {
          expect(error).toBeInstanceOf(UsageError);
        }
      }),
      RUNS,
    );
  });
});

function tableOf(patterns: readonly string[]): RouteTable<string> {
  const table = new RouteTable<string>();
  for (const text of patterns) table.add(compilePattern(text, converters), text);
  return table;
}

function isAdded(table: RouteTable<string>, text: string): boolean {
  try {
    table.add(compilePattern(text, converters), text);
    return true;
  } catch (error) {
    if ((error as UsageError).code === "ROUTE_DUPLICATE") return false;
    throw error;
  }
}

/** The plain twin: each pattern as a regular expression over the encoded path, in turn. */
function matchInTurn(patterns: readonly string[], pathname: string): { text: string; params: object } | undefined {
  if (decode(pathname) === undefined) return undefined;
  for (const text of patterns) {
    const params = matchPlainly(text, pathname);
    if (params !== undefined) return { text, params };
  }
  return undefined;
}

function matchPlainly(pattern: string, pathname: string): object | undefined {
  const parts = pattern.slice(1).split("/");
  const captured = new RegExp(`^${parts.map(toRegExp).join("")}$`, "su").exec(pathname)?.slice(1).map(decode);
  if (captured === undefined) return undefined;
  const params: Record<string, unknown> = {};
  for (const [index, text] of captured.entries()) {
    const [, name, kind] = /^:(\w+)(?:<(\w+)>)?$/.exec(parts[index]) ?? [];
    const value = name === undefined ? text : convertPlainly(kind, text ?? "");
    if (value === undefined || (name === undefined && value !== decode(parts[index]))) return undefined;
    if (name !== undefined) params[name] = value;
  }
  return params;
}

/** Captures what stands in the segment's place, still encoded; `*` comes last and captures nothing. */
function toRegExp(part: string): string {
  if (part === "*") return "(?:/.*)?";
  if (part.endsWith("<path>")) return "/(.+)";
  return part.startsWith(":") ? "/([^/]+)" : "/([^/]*)";
}

function convertPlainly(kind: string | undefined, text: string): unknown {
  if (kind === "int") return /^-?\d+$/.test(text) ? Number(text) : undefined;
  if (kind === "float") return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : undefined;
  return text;
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
