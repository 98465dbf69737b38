/** Which proxy the environment names for which place. */

import { describe, expect, test } from "vitest";
import { proxyFromEnvironment } from "../../../src/client/node/proxy-from-environment.ts";
import { toTarget } from "../../../src/client/node/target.ts";

const found = (url: string, environment: Record<string, string>) =>
  proxyFromEnvironment(toTarget(new URL(url)), environment);

describe("the proxy", () => {
  test.each([
    ["ws://one.test/", { http_proxy: "a", HTTP_PROXY: "b", all_proxy: "c" }, "http_proxy"],
    ["ws://one.test/", { HTTP_PROXY: "b", all_proxy: "c" }, "HTTP_PROXY"],
    ["ws://one.test/", { http_proxy: "", https_proxy: "b", all_proxy: "c" }, "all_proxy"],
    ["ws://one.test/", { ALL_PROXY: "d" }, "ALL_PROXY"],
    ["wss://one.test/", { http_proxy: "a", https_proxy: "b" }, "https_proxy"],
    ["wss://one.test/", { http_proxy: "a", HTTPS_PROXY: "b" }, "HTTPS_PROXY"],
    ["wss://one.test/", { http_proxy: "a" }, undefined],
    ["ws://one.test/", {}, undefined],
    ["ws+unix:/x.sock", { all_proxy: "a" }, undefined],
    // A request to a CGI program has its header `Proxy` there.
    ["ws://one.test/", { HTTP_PROXY: "b", REQUEST_METHOD: "GET" }, undefined],
  ])("for %s of %j is that of %s", (url, environment, variable) => {
    expect(found(url, environment as Record<string, string>)?.variable).toBe(variable);
  });

  test("is the value as it stands there", () => {
    expect(found("ws://one.test/", { http_proxy: "proxy:3128" })).toEqual({
      variable: "http_proxy",
      url: "proxy:3128",
    });
  });
});

describe("NO_PROXY", () => {
  test.each([
    ["*", "ws://one.test/", true],
    ["*", "ws://127.0.0.1/", true],
    ["one.test", "ws://one.test/", true],
    ["ONE.test", "ws://one.test./", true],
    ["one.test", "ws://a.b.one.test/", true],
    ["one.test", "ws://anyone.test/", false],
    [".one.test", "ws://a.one.test/", true],
    ["*.one.test", "ws://a.one.test/", true],
    [".one.test", "ws://one.test/", false],
    ["two.test, one.test", "ws://one.test/", true],
    ["two.test one.test", "ws://one.test/", true],
    ["one.test:80", "ws://one.test/", true],
    ["one.test:80", "wss://one.test/", false],
    ["one.test:443", "wss://one.test/", true],
    ["127.0.0.1", "ws://127.0.0.1/", true],
    ["127.0.0.1:81", "ws://127.0.0.1/", false],
    ["127.0.0.0/8", "ws://127.1.2.3/", true],
    ["10.0.0.0/8", "ws://127.1.2.3/", false],
    ["10.0.0.0/99", "ws://10.0.0.1/", false],
    ["::1", "ws://[::1]/", true],
    ["[::1]:80", "ws://[::1]/", true],
    ["[::1]:81", "ws://[::1]/", false],
    ["0:0:0:0:0:0:0:1", "ws://[::1]/", true],
    ["fe80::/10", "ws://[fe80::1]/", true],
    ["0.0.1", "ws://127.0.0.1/", false],
    ["1", "ws://127.0.0.1/", false],
    [" ,, ", "ws://one.test/", false],
    ["[", "ws://one.test/", false],
  ])("of %j, for %s: %s", (list, url, excluded) => {
    const all = { all_proxy: "a" };

    expect(found(url, { ...all, NO_PROXY: list }) === undefined).toBe(excluded);
    expect(found(url, { ...all, no_proxy: list, NO_PROXY: "x" }) === undefined).toBe(excluded);
  });
});
