/** From values to a path, and the values that would not come back out of it. */

import { describe, expect, test } from "vitest";
import { UsageError } from "../../../src/errors.ts";
import { buildPath } from "../../../src/server/routing/build-path.ts";
import { compilePattern } from "../../../src/server/routing/compile-pattern.ts";
import { ConverterRegistry } from "../../../src/server/routing/converter-registry.ts";

const converters = new ConverterRegistry();
converters.add("date", {
  parse: (text) => (/^\d{4}-\d\d-\d\d$/.test(text) ? new Date(text) : undefined),
  format: (value) => (value as Date).toISOString().slice(0, 10),
});
converters.add("odd", { parse: (text) => text, format: (value) => value as string });

function build(pattern: string, params: Record<string, unknown>): string {
  return buildPath(compilePattern(pattern, converters), params);
}

describe("a path is built from", () => {
  test.each([
    ["/", {}, "/"],
    ["/a/", {}, "/a/"],
    ["/café", {}, "/caf%C3%A9"],
    ["/caf%C3%A9", {}, "/caf%C3%A9"],
    ["/a%2Fb", {}, "/a%2Fb"],
    ["/chat/:room", { room: "tea" }, "/chat/tea"],
    ["/chat/:room", { room: "a/b" }, "/chat/a%2Fb"],
    ["/chat/:room", { room: "a b?#%" }, "/chat/a%20b%3F%23%25"],
    ["/chat/:room", { room: "..." }, "/chat/..."],
    ["/chat/:room", { room: "x", other: 1 }, "/chat/x"],
    ["/n/:id<int>/:room", { id: -7, room: "🐟" }, "/n/-7/%F0%9F%90%9F"],
    ["/:x<float>", { x: 1e-7 }, "/0.0000001"],
    ["/:id<uuid>", { id: "F81D4FAE-7DEC-11D0-A765-00A0C91E6BF6" }, "/f81d4fae-7dec-11d0-a765-00a0c91e6bf6"],
    ["/files/:file<path>", { file: "a b/c%/d" }, "/files/a%20b/c%25/d"],
    ["/files/:file<path>", { file: "a//b/" }, "/files/a//b/"],
    ["/:day<date>", { day: new Date("2026-02-03T04:05:06Z") }, "/2026-02-03"],
    ["/chat/*", {}, "/chat"],
    ["/chat/:room/*", { room: "x" }, "/chat/x"],
    ["/*", {}, "/"],
    ["*", {}, "/"],
  ])("%s and %j", (pattern, params, path) => {
    expect(build(pattern, params)).toBe(path);
    expect(compilePattern(pattern, converters).match(path)).toBeDefined();
  });
});

describe("no path is built from", () => {
  test.each([
    ["/:room", {}, "PATH_PARAM_MISSING", '"room"'],
    ["/:room", { room: undefined }, "PATH_PARAM_MISSING", '"room"'],
    ["/:room", { room: null }, "PATH_PARAM_MISSING", '"room"'],
    ["/:toString", {}, "PATH_PARAM_MISSING", '"toString"'],
    ["/:room", { room: 5 }, "PATH_PARAM_NOT_TEXT", "number"],
    ["/:room", { room: {} }, "PATH_PARAM_NOT_TEXT", "object"],
    ["/:x<odd>", { x: 5 }, "PATH_PARAM_NOT_TEXT", "number"],
    ["/:room", { room: "" }, "PATH_PARAM_UNFIT", "one character"],
    ["/:room", { room: "." }, "PATH_PARAM_UNFIT", "clients resolve"],
    ["/:room", { room: ".." }, "PATH_PARAM_UNFIT", "clients resolve"],
    ["/:room", { room: "\ud800" }, "PATH_PARAM_UNFIT", "surrogate"],
    ["/:p<path>", { p: "" }, "PATH_PARAM_UNFIT", "one character"],
    ["/:p<path>", { p: "a/../b" }, "PATH_PARAM_UNFIT", "clients resolve"],
    ["/:p<path>", { p: "/evil.example" }, "PATH_PARAM_UNFIT", "slash"],
    ["/:id<int>", { id: 1.5 }, "PATH_PARAM_UNFIT", '"1.5"'],
    ["/:id<int>", { id: 2 ** 53 }, "PATH_PARAM_UNFIT", '"id"'],
    ["/:id<int>", { id: Number.NaN }, "PATH_PARAM_UNFIT", '"NaN"'],
    ["/:id<int>", { id: "me" }, "PATH_PARAM_UNFIT", '"me"'],
    ["/:x<float>", { x: Number.POSITIVE_INFINITY }, "PATH_PARAM_UNFIT", '"Infinity"'],
    ["/:id<uuid>", { id: "no" }, "PATH_PARAM_UNFIT", '"no"'],
    ["/:id<uuid>", { id: 7 }, "PATH_PARAM_UNFIT", '"7"'],
  ])("%s and %j", (pattern, params, code, words) => {
    const act = () => build(pattern, params);

    expect(act).toThrow(UsageError);
    expect(act).toThrow(expect.objectContaining({ code, message: expect.stringContaining(words) }));
    expect(act).toThrow(pattern);
  });
});
