/** Which names the server answers to. */

import { expect, test } from "vitest";
import { UsageError } from "../../../src/errors.ts";
import { hostCheck } from "../../../src/server/guards/allowed-hosts.ts";

test.each([
  ["example.com", "example.com", true],
  ["example.com", "EXAMPLE.com:8080", true],
  ["example.com", "example.com.", true],
  ["example.com.", "example.com", true],
  ["example.com", "www.example.com", false],
  ["example.com", "example.com.evil.example", false],
  ["example.com:8080", "example.com:8080", true],
  ["example.com:8080", "example.com", false],
  ["example.com:80", "example.com", true],
  ["*.example.com", "a.b.example.com", true],
  ["*.example.com", "example.com", false],
  ["*.example.com:8080", "a.example.com:8080", true],
  ["*.example.com:8080", "a.example.com:8081", false],
  ["localhost", "localhost:5042", true],
  ["[::1]", "[0:0:0:0:0:0:0:1]:5042", true],
  ["127.0.0.1", "127.0.0.1:5042", true],
  ["127.0.0.1", "127.0.0.2", false],
  ["example.com", "example.com@evil.example", false],
  ["example.com", "", false],
])("hosts: [%j] and Host %j: %j", (entry, host, allowed) => {
  expect(hostCheck(["other.example", entry])({ host, secure: false }) === undefined).toBe(allowed);
});

test("over TLS a Host without a port means 443", () => {
  const check = hostCheck(["example.com:443"]);

  expect(check({ host: "example.com", secure: true })).toBeUndefined();
  expect(check({ host: "example.com", secure: false })).toContain("refused");
});

test("without the option every host is allowed, and none", () => {
  expect(hostCheck(undefined)({ host: "evil.example", secure: false })).toBeUndefined();
  expect(hostCheck(undefined)({ host: null, secure: false })).toBeUndefined();
});

test("with the option a request needs a Host", () => {
  expect(hostCheck(["example.com"])({ host: null, secure: false })).toContain("not a host");
});

test("the reason names the option and the value that would allow it", () => {
  expect(hostCheck(["example.com"])({ host: "Evil.example:80", secure: false })).toBe(
    'Host "Evil.example:80" refused: it matches none of hosts; "evil.example" in hosts would allow it',
  );
});

test.each(["", "http://example.com", "example.com/", "*", "*.", "::1", "a b", "example.com:99999"])(
  "the entry %j is a UsageError that shows it",
  (entry) => {
    expect(() => hostCheck([entry])).toThrow(UsageError);
    expect(() => hostCheck([entry])).toThrow(entry === "" ? "empty" : JSON.stringify(entry));
  },
);

test("an empty list would let nobody in, and is a UsageError", () => {
  expect(() => hostCheck([])).toThrow(UsageError);
});
