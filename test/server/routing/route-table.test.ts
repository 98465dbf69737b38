/** Routes: the order in which they are tried, duplicates, names, and mounting below a prefix. */

import { describe, expect, test } from "vitest";
import { UsageError } from "../../../src/errors.ts";
import { compilePattern } from "../../../src/server/routing/compile-pattern.ts";
import { ConverterRegistry } from "../../../src/server/routing/converter-registry.ts";
import { joinPatterns } from "../../../src/server/routing/join-patterns.ts";
import type { PathPattern } from "../../../src/server/routing/path-pattern.ts";
import { RouteTable } from "../../../src/server/routing/route-table.ts";

const converters = new ConverterRegistry();

function compile(text: string): PathPattern {
  return compilePattern(text, converters);
}

/** A table of these patterns; each leads to its own text. */
function tableOf(...patterns: readonly string[]): RouteTable<string> {
  const table = new RouteTable<string>();
  for (const pattern of patterns) table.add(compile(pattern), pattern);
  return table;
}

describe("the first route that was added and matches is taken", () => {
  test.each([
    [["/chat/:room", "/chat/lobby"], "/chat/lobby", "/chat/:room"],
    [["/chat/lobby", "/chat/:room"], "/chat/lobby", "/chat/lobby"],
    [["/*", "/chat"], "/chat", "/*"],
    [["/chat", "/*"], "/chat", "/chat"],
    [["/:a/x", "/x/:b"], "/x/x", "/:a/x"],
    [["/x/:b", "/:a/x"], "/x/x", "/x/:b"],
    [["/n/:id<int>", "/n/:name"], "/n/7", "/n/:id<int>"],
    [["/n/:id<int>", "/n/:name"], "/n/me", "/n/:name"],
    [["/n/:id<int>", "/n/:name"], "/n/9007199254740993", "/n/:name"],
    [["/n/:name", "/n/:id<int>"], "/n/7", "/n/:name"],
    [["/:a<int>/:b", "/:a/:b<int>", "/:rest<path>"], "/x/7", "/:a/:b<int>"],
    [["/:a<int>/:b", "/:a/:b<int>", "/:rest<path>"], "/x/y", "/:rest<path>"],
    [["/:a<int>/:b", "/:rest<path>", "/:a/:b<int>"], "/x/7", "/:rest<path>"],
    [["/f/:p<path>", "/f/*"], "/f/", "/f/*"],
    [["/f/*", "/f/:p<path>"], "/f/x", "/f/*"],
    [["/café"], "/caf%C3%A9", "/café"],
  ])("%j: %s", (patterns, path, taken) => {
    const match = tableOf(...patterns).match(path);
    expect(match?.value).toBe(taken);
    expect(match?.pattern.text).toBe(taken);
  });

  test("with the parameters of the route that is taken, and no others", () => {
    const match = tableOf("/:a<int>/:b", "/:c/:d").match("/x/7");
    expect({ ...match?.params }).toEqual({ c: "x", d: "7" });
    expect(Object.getPrototypeOf(match?.params)).toBeNull();
  });

  test.each(["/", "/nowhere", "/chat", "/chat/", "/chat/%", "/chat/a/b", "", "chat/a", "/toString", "/__proto__"])(
    "or none: %j",
    (path) => {
      expect(tableOf("/chat/:room", "/n/:id<int>").match(path)).toBeUndefined();
    },
  );

  test("an empty table has none", () => {
    expect(new RouteTable().match("/")).toBeUndefined();
  });

  test("values that are undefined are values", () => {
    const table = new RouteTable<undefined>();
    table.add(compile("/a"), undefined);
    expect(table.match("/a")).toMatchObject({ value: undefined });
  });
});

describe("what a converter throws", () => {
  test("comes out of match, unless an earlier route matches", () => {
    const own = new ConverterRegistry();
    const parse = () => {
      throw new RangeError("a bug");
    };
    own.add("bad", { parse, format: String });
    const table = new RouteTable<number>();
    table.add(compilePattern("/:x", own), 1);
    table.add(compilePattern("/:x<bad>", own), 2);
    table.add(compilePattern("/b/:x<bad>", own), 3);

    expect(table.match("/a")?.value).toBe(1);
    expect(() => table.match("/b/c")).toThrow("a bug");
  });
});

describe("a second route for the same paths is refused", () => {
  test.each([
    ["/a", "/a"],
    ["/", "/"],
    ["/caf%C3%A9", "/café"],
    ["/:a", "/:b"],
    ["/:a", "/:a<string>"],
    ["/a/:x<int>/b", "/a/:y<int>/b"],
    ["/:p<path>", "/:q<path>"],
    ["/*", "*"],
    ["/a/*", "/a/*"],
  ])("%s, %s", (first, second) => {
    const table = tableOf("/other", first);

    const add = () => table.add(compile(second), "again");

    expect(add).toThrow(UsageError);
    expect(add).toThrow(expect.objectContaining({ code: "ROUTE_DUPLICATE" }));
    expect(table.match("/other")?.value).toBe("/other");
  });

  test.each([
    ["/a", "/a/"],
    ["/a", "/A"],
    ["/:a", "/:a<int>"],
    ["/a/b", "/a%2Fb"],
    ["/:a<path>", "/*"],
    ["/a", "/a/*"],
    ["/:a/b", "/:a/c"],
  ])("but not %s, %s", (first, second) => {
    expect(() => tableOf(first, second)).not.toThrow();
  });

  test("and leaves nothing behind", () => {
    const table = tableOf("/a");
    expect(() => table.add(compile("/a"), "again", "again")).toThrow(UsageError);
    expect(table.find("again")).toBeUndefined();
  });
});

describe("a name", () => {
  test("finds its route", () => {
    const table = new RouteTable<number>();
    table.add(compile("/chat/:room"), 1, "chat");
    table.add(compile("/x"), 2);

    expect(table.find("chat")).toMatchObject({ value: 1, name: "chat", pattern: { text: "/chat/:room" } });
    expect(table.find("nobody")).toBeUndefined();
    expect(table.match("/chat/tea")?.name).toBe("chat");
    expect(table.match("/x")?.name).toBeUndefined();
  });

  test("is given once", () => {
    const table = new RouteTable<number>();
    table.add(compile("/a"), 1, "home");

    expect(() => table.add(compile("/b"), 2, "home")).toThrow(
      expect.objectContaining({ code: "ROUTE_NAME_TWICE", message: expect.stringContaining('"/b"') }),
    );
    expect(table.match("/b")).toBeUndefined();
  });
});

describe("mounting", () => {
  test.each([
    ["/api", "/x", "/api/x"],
    ["/api", "/", "/api"],
    ["/api/", "/x", "/api/x"],
    ["/api/", "/", "/api"],
    ["/", "/x", "/x"],
    ["/", "/", "/"],
    ["/", "*", "*"],
    ["/api", "*", "/api/*"],
    ["/api", "/*", "/api/*"],
    ["/api", "/x/", "/api/x/"],
    ["/api/:tenant", "/chat/:room", "/api/:tenant/chat/:room"],
    ["/caf%C3%A9", "/:n<int>", "/caf%C3%A9/:n<int>"],
  ])("%s with %s is %s", (prefix, pattern, whole) => {
    const joined = joinPatterns(compile(prefix), compile(pattern));

    expect(joined.text).toBe(whole);
    expect(joined.segments).toEqual(compile(whole).segments);
  });

  test.each([
    ["/chat/*", "/x", "PATTERN_AFTER_REST"],
    ["/chat/*", "/", "PATTERN_AFTER_REST"],
    ["*", "/", "PATTERN_AFTER_REST"],
    ["/:p<path>", "/x", "PATTERN_AFTER_REST"],
    ["/:a", "/x/:a", "PATTERN_PARAM_TWICE"],
  ])("%s with %s is refused", (prefix, pattern, code) => {
    expect(() => joinPatterns(compile(prefix), compile(pattern))).toThrow(expect.objectContaining({ code }));
  });

  test("keeps the converters of each side", () => {
    const inner = new ConverterRegistry();
    inner.add("yes", { pattern: /y|yes/, parse: () => true, format: () => "yes" });

    const joined = joinPatterns(compile("/:tenant<int>"), compilePattern("/:answer<yes>", inner));

    expect(joined.match("/7/y")).toEqual({ tenant: 7, answer: true });
    expect(joined.match("/7/n")).toBeUndefined();
  });
});
