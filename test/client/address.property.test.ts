/** Any text is a place or a `UsageError`; what is a place has a host, a port, and a scheme that the runtime knows. */

import fc from "fast-check";
import { describe, it } from "vitest";
import { resolvePlace } from "../../src/client/address.ts";
import { UsageError } from "../../src/errors.ts";

const runtimes = fc.constantFrom<Parameters<typeof resolvePlace>[1]>(
  { base: undefined, schemes: ["ws:", "wss:", "ws+unix:"] },
  { base: "https://page.example/app/", schemes: ["ws:", "wss:"] },
  { base: "about:blank", schemes: ["ws:", "wss:"] },
);
const words = fc.constantFrom(
  ...[
    "ws",
    "wss",
    "http",
    "https",
    "ws+unix",
    "file",
    "://",
    "//",
    "/",
    "\\",
    ":",
    "?",
    "#",
    "@",
    ".",
    "[",
    "]",
    "::1",
  ],
  ...["localhost", "example.com", "80", "0", "65536", "%", "%20", "%2F", " ", "\n", "\0", "ü", "chat", "-"],
);
const hostile = fc.oneof(
  fc.array(words, { maxLength: 10 }).map((parts) => parts.join("")),
  fc.string({ unit: "binary", maxLength: 30 }),
  fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units)),
  fc.webUrl(),
);
const many = { numRuns: 5000 };

describe("any text", () => {
  it("is a URL that can be dialed, and is itself a place, or a UsageError", () => {
    fc.assert(
      fc.property(hostile, runtimes, (text, runtime) => {
        const url = resolved(text, runtime);
        if (url === undefined) return true;
        const isHosted = url.protocol === "ws+unix:" || (url.hostname !== "" && url.port !== "0");
        return (
          runtime.schemes.includes(url.protocol) &&
          isHosted &&
          url.hash === "" &&
          resolved(url.href, runtime)?.href === url.href
        );
      }),
      many,
    );
  });
});

describe("any host, port and path", () => {
  const port = fc.oneof(fc.integer({ min: -1, max: 70_000 }), fc.double());
  const host = fc.oneof(hostile, fc.domain(), fc.ipV4(), fc.ipV6());

  it("lead to that port, and to the same host whatever the path, or to a UsageError", () => {
    fc.assert(
      fc.property(host, port, hostile, fc.boolean(), runtimes, (host, port, path, secure, runtime) => {
        const bare = resolved({ host, port, secure }, runtime);
        const url = resolved({ host, port, path, secure }, runtime);
        if (bare === undefined || url === undefined) return bare === url || /\s/.test(path);
        const expected = port === (secure ? 443 : 80) ? "" : `${port}`;
        return url.host === bare.host && url.port === expected && url.username === "" && bare.pathname === "/";
      }),
      many,
    );
  });
});

function resolved(...args: Parameters<typeof resolvePlace>): URL | undefined {
  try {
    return resolvePlace(...args);
  } catch (error) {
    if (error instanceof UsageError) return undefined;
    throw error;
  }
}
