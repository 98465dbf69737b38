/** The cookies of a request. */

import { expect, test } from "vitest";
import { parseCookies } from "../../src/server/cookies.ts";

test.each<[string | null | undefined, Record<string, string>]>([
  ["a=1; b=2", { a: "1", b: "2" }],
  ["a=1;b=2", { a: "1", b: "2" }],
  [" a = 1 ;\tb = 2 ", { a: "1", b: "2" }],
  ["a=1; a=2", { a: "1" }],
  ["a=; a=2", { a: "" }],
  ["a=b=c", { a: "b=c" }],
  ['a="b c"', { a: "b c" }],
  ['a="', { a: '"' }],
  ['a=""', { a: "" }],
  ["a=J%C3%BCrgen", { a: "Jürgen" }],
  ["a=100%; b=%FF; c=%2", { a: "100%", b: "%FF", c: "%2" }],
  ["a%20b=1", { "a%20b": "1" }],
  ["A=1; a=2", { A: "1", a: "2" }],
  ["lonely; =nameless; ; a=1;", { a: "1" }],
  ["", {}],
  [null, {}],
  [undefined, {}],
])("the header %j holds %j", (header, expected) => {
  expect(Object.fromEntries(parseCookies(header))).toEqual(expected);
});

test("a cookie may bear any name", () => {
  expect([...parseCookies("__proto__=1; constructor=2; toString=3")]).toEqual([
    ["__proto__", "1"],
    ["constructor", "2"],
    ["toString", "3"],
  ]);
});
