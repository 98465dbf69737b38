/** One path pattern: what it matches, what its parameters are, and which patterns there cannot be. */

import { describe, expect, test } from "vitest";
import { UsageError } from "../../../src/errors.ts";
import { compilePattern } from "../../../src/server/routing/compile-pattern.ts";
import { ConverterRegistry } from "../../../src/server/routing/converter-registry.ts";
import type { PathPattern } from "../../../src/server/routing/path-pattern.ts";

function compile(text: string): PathPattern {
  return compilePattern(text, new ConverterRegistry());
}

describe("a pattern matches", () => {
  test.each([
    ["/", "/", {}],
    ["/ws", "/ws", {}],
    ["/ws/", "/ws/", {}],
    ["/a.b", "/a.b", {}],
    ["/a+b(c)[d]|$^", "/a+b(c)[d]|$^", {}],
    ["/café", "/caf%C3%A9", {}],
    ["/caf%C3%A9", "/café", {}],
    ["/caf%C3%A9", "/caf%c3%a9", {}],
    ["/a%2Fb", "/a%2fb", {}],
    ["/%3Aname", "/:name", {}],
    ["/%2A", "/*", {}],
    ["/hello", "/h%65llo", {}],
    ["/chat/:room", "/chat/tea", { room: "tea" }],
    ["/chat/:room/", "/chat/tea/", { room: "tea" }],
    ["/:a/:b", "/1/2", { a: "1", b: "2" }],
    ["/:größe/:_x/:$y", "/1/2/3", { größe: "1", _x: "2", $y: "3" }],
    ["/n/:id<int>/:room", "/n/7/tea", { id: 7, room: "tea" }],
    ["/n/:id<string>", "/n/7", { id: "7" }],
    ["/n/:id<int>", "/n/%37", { id: 7 }],
    ["/dec/:x", "/dec/%2541", { x: "%41" }],
    ["/dec/:x", "/dec/a%2Fb", { x: "a/b" }],
    ["/dec/:x", "/dec/+", { x: "+" }],
    ["/dec/:x", "/dec/%00", { x: "\0" }],
    ["/dec/:x", "/dec/%F0%9F%90%9F", { x: "🐟" }],
    ["/dec/:x", "/dec/a?b#c", { x: "a?b#c" }],
    ["/files/:file<path>", "/files/a", { file: "a" }],
    ["/files/:file<path>", "/files/a/b/c.txt", { file: "a/b/c.txt" }],
    ["/files/:file<path>", "/files/a%2Fb/c", { file: "a/b/c" }],
    ["/files/:file<path>", "/files/a//b/", { file: "a//b/" }],
    ["/files/:file<path>", "/files//", { file: "/" }],
    ["/:all<path>", "/x/y", { all: "x/y" }],
    ["/chat/*", "/chat", {}],
    ["/chat/*", "/chat/", {}],
    ["/chat/*", "/chat/x/y", {}],
    ["/chat/:room/*", "/chat/tea", { room: "tea" }],
    ["/chat/:room<int>/*", "/chat/7/x/y", { room: 7 }],
    ["/*", "/", {}],
    ["/*", "/x/y", {}],
    ["*", "/", {}],
    ["*", "/x/y", {}],
  ])("%s: %s", (pattern, path, params) => {
    expect({ ...compile(pattern).match(path) }).toEqual(params);
    expect(compile(pattern).match(path)).toBeDefined();
  });
});

describe("a pattern does not match", () => {
  test.each([
    ["/ws", "/ws/"],
    ["/ws/", "/ws"],
    ["/ws", "/WS"],
    ["/ws", "/wsx"],
    ["/ws", "/ws/x"],
    ["/ws", "//ws"],
    ["/ws", "ws"],
    ["/ws", "xws"],
    ["/ws", ""],
    ["/", ""],
    ["/", "//"],
    ["/a.b", "/axb"],
    ["/a/b", "/a%2Fb"],
    ["/a%2Fb", "/a/b"],
    ["/%2541", "/A"],
    ["/chat/:room", "/chat"],
    ["/chat/:room", "/chat/"],
    ["/chat/:room", "/chat/tea/"],
    ["/chat/:room", "/chat/a/b"],
    ["/chat/:room", "/chat/%"],
    ["/chat/:room", "/chat/%zz"],
    ["/chat/:room", "/chat/%ff"],
    ["/chat/:room", "/chat/%c0%af // overlong"],
    ["/chat/:room", "/chat/%ed%a0%80 // a surrogate"],
    ["/n/:id<int>", "/n/me"],
    ["/n/:id<int>", "/n/9007199254740993"],
    ["/files/:file<path>", "/files"],
    ["/files/:file<path>", "/files/"],
    ["/files/:file<path>", "/files/a/%"],
    ["/chat/*", "/chatter"],
    ["/chat/*", "/"],
    ["/chat/*", "/chat/%"],
    ["/chat/:room/*", "/chat"],
    ["/chat/:room/*", "/chat/"],
    ["/chat/:room<int>/*", "/chat/tea/x"],
    ["/*", "*"],
    ["*", ""],
  ])("%s: %s", (pattern, line) => {
    expect(compile(pattern).match(line.split(" // ")[0])).toBeUndefined();
  });
});

describe("parameters", () => {
  test("have no prototype, so that a name of Object's is a name like any other", () => {
    const params = compile("/:__proto__/:constructor").match("/a/b");

    expect(Object.getPrototypeOf(params)).toBeNull();
    expect(Object.entries(params ?? {})).toEqual([
      ["__proto__", "a"],
      ["constructor", "b"],
    ]);
    expect("toString" in (params ?? {})).toBe(false);
    expect(({} as Record<string, unknown>)["a"]).toBeUndefined();
  });

  test("are new for every match", () => {
    const pattern = compile("/:x");
    expect(pattern.match("/a")).not.toBe(pattern.match("/a"));
  });
});

describe("a bad pattern is refused with its place", () => {
  test.each([
    ["", "PATTERN_WITHOUT_SLASH", "begin"],
    ["ws", "PATTERN_WITHOUT_SLASH", '"ws"'],
    ["*/x", "PATTERN_WITHOUT_SLASH", '"*/x"'],
    ["/a/:", "PATTERN_SEGMENT_INVALID", 'segment 2 (":") has no name'],
    ["/a/:<int>", "PATTERN_SEGMENT_INVALID", "has no name"],
    ["/:id<>", "PATTERN_SEGMENT_INVALID", "names no converter"],
    ["/a/:id<int", "PATTERN_SEGMENT_INVALID", 'segment 2 (":id<int") opens "<" without ">"'],
    ["/:id<int/x>", "PATTERN_SEGMENT_INVALID", 'segment 1 (":id<int") opens "<"'],
    ["/:id<", "PATTERN_SEGMENT_INVALID", 'opens "<"'],
    ["/:id>", "PATTERN_SEGMENT_INVALID", "more than a parameter"],
    ["/:id<int>.json", "PATTERN_SEGMENT_INVALID", "more than a parameter"],
    ["/:a<int>:b", "PATTERN_SEGMENT_INVALID", "more than a parameter"],
    ["/:a-:b", "PATTERN_SEGMENT_INVALID", '"a-:b"'],
    ["/:user-id", "PATTERN_SEGMENT_INVALID", '"user-id"'],
    ["/:id?", "PATTERN_SEGMENT_INVALID", '"id?"'],
    ["/:1", "PATTERN_SEGMENT_INVALID", '"1"'],
    ["/file-:id", "PATTERN_SEGMENT_INVALID", 'segment 1 ("file-:id") mixes plain text with ":"'],
    ["/a*", "PATTERN_SEGMENT_INVALID", 'mixes plain text with "*"'],
    ["/a<int>", "PATTERN_SEGMENT_INVALID", 'mixes plain text with "<"'],
    ["/a?x=1", "PATTERN_SEGMENT_INVALID", 'holds "?"'],
    ["/a#b", "PATTERN_SEGMENT_INVALID", 'holds "#"'],
    ["//a", "PATTERN_SEGMENT_INVALID", "segment 1"],
    ["/a//b", "PATTERN_SEGMENT_INVALID", "segment 2"],
    ["/100%", "PATTERN_SEGMENT_INVALID", "percent-encoding"],
    ["/%ff", "PATTERN_SEGMENT_INVALID", "percent-encoding"],
    ["/\ud800", "PATTERN_SEGMENT_INVALID", "percent-encoding"],
    ["/a/../b", "PATTERN_SEGMENT_INVALID", "resolved by clients"],
    ["/%2e", "PATTERN_SEGMENT_INVALID", "resolved by clients"],
    ["/:a/:a", "PATTERN_PARAM_TWICE", 'segment 2 names a parameter "a" again'],
    ["/:a/:a<path>", "PATTERN_PARAM_TWICE", '"a"'],
    [
      "/x/:id<itn>",
      "CONVERTER_UNKNOWN",
      'segment 2 names the converter "itn"; there are string, int, float, uuid, path',
    ],
    ["/:id<toString>", "CONVERTER_UNKNOWN", '"toString"'],
    ["/x/:p<path>/y", "PATTERN_AFTER_REST", 'segment 2 (":p<path>")'],
    ["/:p<path>/", "PATTERN_AFTER_REST", "segment 1"],
    ["/*/x", "PATTERN_AFTER_REST", 'segment 1 ("*")'],
    ["/a/*/*", "PATTERN_AFTER_REST", "segment 2"],
  ])("%s", (pattern, code, words) => {
    const error = thrownBy(() => compile(pattern));

    expect(error).toBeInstanceOf(UsageError);
    expect(error).toMatchObject({ code, message: expect.stringContaining(words) });
    if (/^[\x21-\x7e]+$/.test(pattern)) expect((error as UsageError).message).toContain(pattern);
  });
});

function thrownBy(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  return undefined;
}
