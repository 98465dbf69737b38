/** Which web pages may open a WebSocket. */

import { describe, expect, test } from "vitest";
import { UsageError } from "../../../src/errors.ts";
import { type OriginPattern, type OriginsOption, originCheck } from "../../../src/server/guards/origin.ts";

function allows(option: OriginsOption | undefined, origin: string | null, host: string | null = "api.example.com") {
  return originCheck(option)({ origin, host }) === undefined;
}

describe("by default", () => {
  test.each([
    ["https://app.example.com", "app.example.com"],
    ["http://localhost:5042", "localhost:5042"],
    ["http://app.example.com", "app.example.com:80"],
    ["https://app.example.com", "app.example.com:443"],
    ["https://app.example.com:443", "app.example.com"],
    ["HTTPS://App.Example.com", "app.EXAMPLE.com"],
    ["http://[::1]:5042", "[::1]:5042"],
    ["http://[::1]", "[0:0:0:0:0:0:0:1]:80"],
    ["wss://app.example.com", "app.example.com"],
  ])("the page %s may speak to its own host %s", (origin, host) => {
    expect(allows(undefined, origin, host)).toBe(true);
  });

  test.each([
    ["https://evil.example", "app.example.com"],
    ["https://app.example.com.evil.example", "app.example.com"],
    ["https://evil-app.example.com", "app.example.com"],
    ["https://app.example.com:8443", "app.example.com"],
    ["https://app.example.com", "app.example.com:80"],
    ["http://localhost:3000", "localhost:5042"],
    ["https://app.example.com@evil.example", "app.example.com"],
    ["https://evil.example/app.example.com", "app.example.com"],
    ["https://app.example.com, https://evil.example", "app.example.com"],
    ["https://app.example.com/", "app.example.com"],
    ["chrome-extension://app.example.com", "app.example.com"],
    ["app.example.com", "app.example.com"],
    ["https://", ""],
    ["", ""],
    ["null", "null"],
    ["https://app.example.com", "not a host"],
    ["https://app.example.com:99999", "app.example.com:99999"],
  ])("the page %j may not speak to %j", (origin, host) => {
    expect(allows(undefined, origin, host)).toBe(false);
  });

  test("a client that is no browser sends no Origin and is let in", () => {
    expect(allows(undefined, null)).toBe(true);
    expect(allows([], null)).toBe(true);
  });

  test("without a Host no page is let in", () => {
    expect(allows(undefined, "https://app.example.com", null)).toBe(false);
  });
});

describe("a list", () => {
  test.each<[OriginPattern, string, boolean]>([
    ["https://app.example.com", "https://app.example.com", true],
    ["https://app.example.com", "https://app.example.com:443", true],
    ["https://app.example.com:443", "https://app.example.com", true],
    ["https://App.Example.com", "https://app.example.com", true],
    ["wss://app.example.com", "https://app.example.com", true],
    ["https://bücher.example", "https://xn--bcher-kva.example", true],
    ["https://app.example.com", "http://app.example.com", false],
    ["https://app.example.com", "https://app.example.com:8443", false],
    ["https://app.example.com", "https://other.example.com", false],
    ["https://*.example.com", "https://app.example.com", true],
    ["https://*.example.com", "https://a.b.example.com", true],
    ["https://*.example.com", "https://example.com", false],
    ["https://*.example.com", "https://.example.com", false],
    ["https://*.example.com", "https://evilexample.com", false],
    ["https://*.example.com", "https://app.example.com.evil.example", false],
    ["https://*.example.com", "https://app.example.com:8443", false],
    ["https://*.example.com:*", "https://app.example.com:8443", true],
    ["http://localhost:*", "http://localhost:5173", true],
    ["http://localhost:*", "http://localhost", true],
    ["http://localhost:*", "https://localhost:5173", false],
    ["http://[::1]:*", "http://[::1]:5173", true],
    ["chrome-extension://abcdef", "chrome-extension://abcdef", true],
    ["capacitor://localhost", "capacitor://localhost", true],
    ["null", "null", true],
    [/^https:\/\/pr-\d+\.example\.com$/, "https://pr-12.example.com", true],
    [/^https:\/\/pr-\d+\.example\.com$/, "https://pr-12.example.com.evil.example", false],
    [/.*/, "null", false],
    [(origin) => origin === "https://app.example.com", "https://APP.example.com:443", true],
    [() => false, "https://app.example.com", false],
    [() => true, "null", false],
    [() => true, "garbage", false],
  ])("%s: the page %s: %j", (pattern, origin, allowed) => {
    expect(allows([pattern], origin)).toBe(allowed);
    expect(allows(pattern, origin)).toBe(allowed);
  });

  test("replaces the default, unless it names it", () => {
    const page = "https://api.example.com";
    expect(allows(["https://app.example.com"], page)).toBe(false);
    expect(allows(["https://app.example.com", "same-host"], page)).toBe(true);
  });

  test("that is empty lets no page in", () => {
    expect(allows([], "https://api.example.com")).toBe(false);
  });

  test.each(["https://evil.example", "null", "garbage", ""])('"*" lets in %j', (origin) => {
    expect(allows("*", origin)).toBe(true);
    expect(allows(["*"], origin)).toBe(true);
  });

  test("a RegExp with g or y says the same each time, and the user's is left alone", () => {
    for (const pattern of [/^https:\/\/app/g, /https:\/\/app/y]) {
      pattern.lastIndex = 3;
      const check = originCheck([pattern]);
      const answers = Array.from({ length: 3 }, () => check({ origin: "https://app.example.com", host: null }));
      expect(answers).toEqual([undefined, undefined, undefined]);
      expect(pattern.lastIndex).toBe(3);
    }
  });

  test("an asynchronous function lets nobody in, since a promise is no answer", () => {
    const asynchronous = (async () => true) as unknown as (origin: string) => boolean;
    expect(allows([asynchronous], "https://app.example.com")).toBe(false);
  });
});

describe("the reason", () => {
  test.each<[OriginsOption | undefined, string, string | null, string]>([
    [
      undefined,
      "https://evil.example",
      "app.example.com",
      'Origin "https://evil.example" refused: not the host that was asked, "app.example.com"; origins: ["same-host", "https://evil.example"] would allow it',
    ],
    [
      ["https://app.example.com"],
      "HTTP://Localhost:5173",
      "app.example.com",
      'Origin "HTTP://Localhost:5173" refused: it matches none of origins; "http://localhost:5173" in origins would allow it',
    ],
    [
      undefined,
      "null",
      "app.example.com",
      'Origin "null" refused: a page without an origin of its own; "null" in origins would allow it',
    ],
    [undefined, "a\nb", "app.example.com", 'Origin "a\\nb" refused: not an origin; only origins: "*" would allow it'],
    [
      undefined,
      "http://a.example",
      null,
      'Origin "http://a.example" refused: there is no Host to compare with; origins: ["same-host", "http://a.example"] would allow it',
    ],
  ])("names the option and the value that would allow it: %j %s %s", (option, origin, host, reason) => {
    expect(originCheck(option)({ origin, host })).toBe(reason);
  });
});

test.each([
  "",
  "app.example.com",
  "https://app.example.com/",
  "https://app.example.com/chat",
  "https://*",
  "https://app.*.example.com",
  "https://user@app.example.com",
  "https://app.example.com?",
  "https://app.example.com:port",
  "same-origin",
  "*.example.com",
  "https://[::1",
])("the option %j is a UsageError that shows it", (value) => {
  expect(() => originCheck([value])).toThrow(UsageError);
  expect(() => originCheck([value])).toThrow(value === "" ? "empty" : value);
  expect(() => originCheck([value])).toThrow('such as "https://app.example.com"');
});

test("an option of another type is a UsageError", () => {
  expect(() => originCheck([42 as unknown as string])).toThrow(UsageError);
  expect(() => originCheck(null as unknown as string)).toThrow(UsageError);
});
