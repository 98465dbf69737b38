/** URLs and options of `nats()`: what is understood, and that nothing secret gets into a sentence. */

import { expect, test } from "vitest";
import { nats } from "../../../src/brokers/nats/index.ts";
import { parseServers } from "../../../src/brokers/nats/nats-servers.ts";

test.each([
  ["nats://localhost:4222", "localhost:4222", "nats://localhost:4222", {}],
  ["nats://localhost", "localhost:4222", "nats://localhost:4222", {}],
  ["localhost", "localhost:4222", "nats://localhost:4222", {}],
  ["10.0.0.1:80", "10.0.0.1:80", "nats://10.0.0.1:80", {}],
  ["nats://[::1]:4223", "[::1]:4223", "nats://[::1]:4223", {}],
  ["tls://nats.example", "nats.example:4222", "tls://nats.example:4222", { tls: {} }],
  ["nats://ann:s3cr:et@a:1", "a:1", "nats://a:1", { user: "ann", pass: "s3cr:et" }],
  ["nats://a%40b:%2F%3A@h:1", "h:1", "nats://h:1", { user: "a@b", pass: "/:" }],
  ["nats://t0ken@h:1", "h:1", "nats://h:1", { token: "t0ken" }],
])("%s", (url, server, place, options) => {
  expect(parseServers(url)).toEqual({ servers: [server], place, options });
});

test("of several URLs, the first that names a user counts", () => {
  expect(parseServers(["nats://a", "nats://ann:one@b:1", "nats://bob:two@c"])).toEqual({
    servers: ["a:4222", "b:1", "c:4222"],
    place: "nats://a:4222, nats://b:1, nats://c:4222",
    options: { user: "ann", pass: "one" },
  });
});

test.each([
  "",
  "nats://",
  "nats://:4222",
  "redis://ann:s3cret@localhost",
  "ws://ann:s3cret@localhost",
  "nats://ann:s3cret@a,nats://b",
  "nats://ann:s3cret@a:99999999",
  "nats://ann:s3cret%zz@a",
  "ann:s3cret@a b",
  "nats://ann:s3cret@x@y z",
])("refuses %j, without its password", (url) => {
  let refusal: unknown;
  try {
    nats(url);
  } catch (error) {
    refusal = error;
  }
  expect(refusal).toMatchObject({ name: "UsageError", code: "BAD_OPTION" });
  expect(String(refusal)).toContain("URL of nats()");
  expect(String(refusal)).not.toContain("s3cret");
});

test.each([
  [[], {}, "BAD_OPTION"],
  [7, {}, "BAD_OPTION"],
  [null, {}, "BAD_OPTION"],
  [{}, {}, "BAD_OPTION"],
  ["nats://a", { leese: 1 }, "UNKNOWN_OPTION"],
  ["nats://a", null, "BAD_OPTION"],
  ["nats://a", { lease: 99 }, "BAD_OPTION"],
  ["nats://a", { lease: 1.5 }, "BAD_OPTION"],
  ["nats://a", { lease: "1000" }, "BAD_OPTION"],
  ["nats://a", { connectTimeout: 0 }, "BAD_OPTION"],
  ["nats://a", { replicas: 6 }, "BAD_OPTION"],
  ["nats://a", { namespace: "" }, "BAD_OPTION"],
  ["nats://a", { namespace: 7 }, "BAD_OPTION"],
])("refuses %j with %j", (where, options, code) => {
  expect(() => nats(where as string, options as object)).toThrow(expect.objectContaining({ code }));
});

test("a connection takes no options that were for making one", () => {
  const connection = { publish: () => {} } as never;
  const options = { user: "ann" } as object;
  expect(() => nats(connection, options)).toThrow(expect.objectContaining({ code: "UNKNOWN_OPTION" }));
});

test("says what it is and where, without secrets", () => {
  const broker = nats(["nats://ann:s3cret@a", "tls://b:1"], { token: "t0ken" });
  expect([broker.name, broker.place]).toEqual(["nats", "nats://a:4222, tls://b:1"]);
});
