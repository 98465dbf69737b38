/** The types of path parameters: what the compiler reads from a pattern (tsc is the judge) is what matching gives. */

import { describe, expect, expectTypeOf, test } from "vitest";
import { buildPath } from "../../src/server/routing/build-path.ts";
import { compilePattern } from "../../src/server/routing/compile-pattern.ts";
import { ConverterRegistry } from "../../src/server/routing/converter-registry.ts";
import type { PathInput, PathParams } from "../../src/server/routing/path-params.ts";
import type { PathPattern } from "../../src/server/routing/path-pattern.ts";

type None = Record<never, never>;

const converters = new ConverterRegistry();
const UUID = "f81d4fae-7dec-11d0-a765-00a0c91e6bf6";

function match<Path extends string>(pattern: Path, path: string): PathParams<Path> | undefined {
  return compilePattern(pattern, converters).match(path);
}

describe("the parameters of", () => {
  test("a pattern without any are none", () => {
    const params = match("/ws", "/ws");

    expectTypeOf(params).toEqualTypeOf<None | undefined>();
    expectTypeOf<PathParams<"/">>().toEqualTypeOf<None>();
    expectTypeOf<keyof PathParams<"/a/b/c">>().toEqualTypeOf<never>();
    expect(params).toEqual({});
  });

  test("plain names are strings", () => {
    const params = match("/:a/x/:b/", "/1/x/2/");

    expectTypeOf(params).toEqualTypeOf<{ readonly a: string; readonly b: string } | undefined>();
    expect(params).toEqual({ a: "1", b: "2" });
  });

  test("names with a converter are what it makes", () => {
    const params = match("/:a<string>/:b<int>/:c<float>/:d<uuid>/:e<path>", `/1/2/3.5/${UUID}/x/y`);

    expectTypeOf(params).toEqualTypeOf<
      | {
          readonly a: string;
          readonly b: number;
          readonly c: number;
          readonly d: string;
          readonly e: string;
        }
      | undefined
    >();
    expect(params).toEqual({ a: "1", b: 2, c: 3.5, d: UUID, e: "x/y" });
  });

  test("names with a converter that is not declared are unknown", () => {
    const own = new ConverterRegistry();
    own.add("undeclared", { parse: (text) => [text], format: String });
    const params = compilePattern("/:day<undeclared>", own).match("/x");

    expectTypeOf(params).toEqualTypeOf<{ readonly day: unknown } | undefined>();
    expect(params).toEqual({ day: ["x"] });
  });

  test("a star are none", () => {
    const params = match("/chat/:room/*", "/chat/tea/x");

    expectTypeOf(params).toEqualTypeOf<{ readonly room: string } | undefined>();
    expectTypeOf<PathParams<"*">>().toEqualTypeOf<None>();
    expect(params).toEqual({ room: "tea" });
  });

  test("a pattern that the compiler does not know may be any, to be looked at first", () => {
    const params = match(["", "api", ":id<int>"].join("/"), "/api/7");

    expectTypeOf(params).toEqualTypeOf<Readonly<Record<string, unknown>> | undefined>();
    expectTypeOf<PathParams<`/api/${string}`>>().toEqualTypeOf<Readonly<Record<string, unknown>>>();
    expectTypeOf<PathParams<`/${string}/:id<int>`>>().toEqualTypeOf<Readonly<Record<string, unknown>>>();
    expect(params?.["id"]).toBe(7);
  });

  test("one of two patterns are those of one of the two", () => {
    const either = (isFirst: boolean) => match(isFirst ? "/a/:x" : "/b/:y<int>", isFirst ? "/a/1" : "/b/1");

    expectTypeOf(either).returns.toEqualTypeOf<{ readonly x: string } | { readonly y: number } | undefined>();
    expect([either(true), either(false)]).toEqual([{ x: "1" }, { y: 1 }]);
  });

  test("a path of 40 segments are found", () => {
    const ten = "/a/b/c/d/e/f/g/h/i/j";
    const params = match(`${ten}${ten}${ten}${ten}/:last<int>` as const, `${ten.repeat(4)}/7`);

    expectTypeOf(params).toEqualTypeOf<{ readonly last: number } | undefined>();
    expect(params).toEqual({ last: 7 });
  });
});

describe("a compiled pattern", () => {
  const pattern = compilePattern("/n/:userId<int>/:room", converters);

  test("is a pattern like any other", () => {
    const any: PathPattern = pattern;

    expectTypeOf<PathPattern<"/chat/:room">>().toExtend<PathPattern>();
    expectTypeOf(any.match("/")).toEqualTypeOf<Readonly<Record<string, unknown>> | undefined>();
    expect(any.match("/n/7/tea")).toEqual({ userId: 7, room: "tea" });
  });

  test("wants its own values for a path", () => {
    const wrong = () => {
      // @ts-expect-error: a number is wanted
      buildPath(pattern, { userId: "seven", room: "tea" });
    };
    const missing = () => {
      // @ts-expect-error: room is missing
      buildPath(pattern, { userId: 7 });
    };
    // @ts-expect-error: there is no rooom; at run time it is left aside
    const path = buildPath(pattern, { userId: 7, room: "tea", rooom: "tea" });

    expectTypeOf<PathInput<"/n/:userId<int>/:room">>().toEqualTypeOf<PathParams<"/n/:userId<int>/:room">>();
    expect(wrong).toThrow('"userId"');
    expect(missing).toThrow('"room"');
    expect(path).toBe("/n/7/tea");
  });

  test("gives values that are read-only to the compiler", () => {
    const params = pattern.match("/n/7/tea")!;
    // @ts-expect-error: what the path said stays; each match has an object of its own, so nothing else is harmed
    params.room = "coffee";

    expect(pattern.match("/n/7/tea")?.room).toBe("tea");
  });
});

describe("a converter", () => {
  test("has to make what is declared of its name", () => {
    const mistake = () => {
      // @ts-expect-error: int is a number
      converters.add("int", { parse: (text) => text, format: String });
    };
    expect(mistake).toThrow('"int"');
  });
});
