/** Who the client is, behind proxies. */

import { describe, expect, test } from "vitest";
import { UsageError } from "../../../src/errors.ts";
import { addressKey, remoteAddress, type TrustProxy } from "../../../src/server/guards/remote-address.ts";

interface Given {
  readonly peer?: string;
  readonly xff?: string;
  readonly proto?: string;
  readonly host?: string;
  readonly secure?: boolean;
}

function remote(trustProxy: TrustProxy | undefined, given: Given) {
  const headers = new Headers();
  if (given.xff !== undefined) headers.set("x-forwarded-for", given.xff);
  if (given.proto !== undefined) headers.set("x-forwarded-proto", given.proto);
  if (given.host !== undefined) headers.set("x-forwarded-host", given.host);
  return remoteAddress(trustProxy)({
    peer: given.peer ?? "10.0.0.1",
    secure: given.secure ?? false,
    host: "inner.example",
    headers,
  });
}

describe("the address", () => {
  test.each<[TrustProxy | undefined, string, string]>([
    [undefined, "203.0.113.7", "10.0.0.1"],
    [false, "203.0.113.7", "10.0.0.1"],
    [true, "1.1.1.1, 203.0.113.7", "1.1.1.1"],
    [0, "203.0.113.7", "10.0.0.1"],
    [1, "1.1.1.1, 203.0.113.7", "203.0.113.7"],
    [2, "1.1.1.1, 203.0.113.7, 10.0.0.2", "203.0.113.7"],
    [9, "203.0.113.7, 10.0.0.2", "203.0.113.7"],
    ["10.0.0.1", "1.1.1.1, 203.0.113.7", "203.0.113.7"],
    ["10.0.0.0/8", "1.1.1.1, 203.0.113.7, 10.0.0.2", "203.0.113.7"],
    ["10.0.0.0/8", "10.0.0.3, 10.0.0.2", "10.0.0.3"],
    ["loopback, uniquelocal", "203.0.113.7", "203.0.113.7"],
    [["loopback", "uniquelocal"], "203.0.113.7", "203.0.113.7"],
    ["loopback", "203.0.113.7", "10.0.0.1"],
    [[], "203.0.113.7", "10.0.0.1"],
  ])("with trustProxy %j and X-Forwarded-For %j is %s", (trustProxy, xff, address) => {
    expect(remote(trustProxy, { xff }).address).toBe(address);
  });

  test.each([
    ["203.0.113.7:4711", "203.0.113.7"],
    ["2001:db8::1", "2001:db8::1"],
    ["2001:DB8:0:0::1", "2001:db8::1"],
    ["[2001:db8::1]", "2001:db8::1"],
    ["[2001:db8::1]:443", "2001:db8::1"],
    ["::ffff:203.0.113.7", "203.0.113.7"],
  ])("reads the entry %s as %s", (xff, address) => {
    expect(remote(1, { xff }).address).toBe(address);
  });

  test.each([
    "unknown",
    "_hidden",
    "",
    "010.0.0.1",
    "1.2.3",
    "0x7f.1",
    "[::1",
    "1.2.3.4:x",
    "::1%eth0",
    "unix:",
    "a\tb",
  ])("ends at the entry %j, whoever stands before it", (entry) => {
    expect(remote(true, { xff: `1.1.1.1, ${entry}, 10.0.0.2` }).address).toBe("10.0.0.2");
  });

  test.each([
    ["::ffff:127.0.0.1", "127.0.0.1"],
    ["::FFFF:7f00:1", "127.0.0.1"],
    ["::1", "::1"],
    ["fe80::1%eth0", "fe80::1"],
    ["", ""],
  ])("of the peer %j is %s", (peer, address) => {
    expect(remote(false, { peer }).address).toBe(address);
  });

  test("a proxy with an IPv4-mapped address is the IPv4 one that was named", () => {
    expect(remote("127.0.0.1", { peer: "::ffff:127.0.0.1", xff: "203.0.113.7" }).address).toBe("203.0.113.7");
  });

  test("a proxy on a unix socket is on this machine: loopback", () => {
    expect(remote("loopback", { peer: "", xff: "203.0.113.7" }).address).toBe("203.0.113.7");
    expect(remote("10.0.0.0/8", { peer: "", xff: "203.0.113.7" }).address).toBe("");
  });
});

describe("TLS and host", () => {
  test("are what a trusted proxy says", () => {
    const given = { xff: "203.0.113.7", proto: "https", host: "app.example.com" };

    expect(remote(1, given)).toEqual({ address: "203.0.113.7", secure: true, host: "app.example.com" });
    const { address, secure, host } = remote(false, given);
    expect({ address, secure, host }).toEqual({ address: "10.0.0.1", secure: false, host: "inner.example" });
  });

  test("do not need X-Forwarded-For", () => {
    expect(remote(1, { proto: "wss" })).toEqual({ address: "10.0.0.1", secure: true, host: "inner.example" });
  });

  test("what the client wrote before the trusted proxies is not believed", () => {
    const given = { xff: "9.9.9.9, 203.0.113.7", proto: "https, http", host: "evil.example, app.example.com" };
    expect(remote(1, given)).toEqual({ address: "203.0.113.7", secure: false, host: "app.example.com" });
  });

  test("the outermost of the trusted proxies knows best", () => {
    const given = { xff: "203.0.113.7, 10.0.0.2", proto: "https, http", host: "app.example.com, inner" };
    expect(remote(2, given)).toEqual({ address: "203.0.113.7", secure: true, host: "app.example.com" });
  });

  test.each(["", "on", "httpss", "https://"])("X-Forwarded-Proto %j changes nothing", (proto) => {
    expect(remote(1, { proto, secure: true }).secure).toBe(true);
    expect(remote(1, { proto }).secure).toBe(false);
  });

  test.each(["", "a/b", "a@b", "a b"])("X-Forwarded-Host %j changes nothing", (host) => {
    expect(remote(1, { host }).host).toBe("inner.example");
  });
});

test.each<unknown>([
  "1",
  "true",
  "",
  "10.0.0.0/33",
  "10.0.0.0/0",
  "example.com",
  "10.0.0",
  -1,
  1.5,
  Number.NaN,
  {},
  [1],
])("the option trustProxy: %j is a UsageError that names it", (value) => {
  expect(() => remoteAddress(value as TrustProxy)).toThrow(UsageError);
  expect(() => remoteAddress(value as TrustProxy)).toThrow("trustProxy");
});

test.each([
  ["203.0.113.7", "203.0.113.7"],
  ["::ffff:203.0.113.7", "203.0.113.7"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["2001:db8:1:2::9", "2001:db8:1:2::/64"],
  ["2001:db8::1", "2001:db8:0:0::/64"],
  ["::1", "0:0:0:0::/64"],
  ["::", "0:0:0:0::/64"],
  ["1::", "1:0:0:0::/64"],
  ["", ""],
])("limits count %s by %s", (address, key) => {
  expect(addressKey(address)).toBe(key);
});
