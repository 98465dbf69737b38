/** Hostile headers give an answer or a reason, never an exception, and never more than was allowed. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { UsageError } from "../../../src/errors.ts";
import { parseCookies } from "../../../src/server/cookies.ts";
import { hostCheck } from "../../../src/server/guards/allowed-hosts.ts";
import { parseAuthority } from "../../../src/server/guards/authority.ts";
import { canonicalAddress } from "../../../src/server/guards/ip-address.ts";
import { originCheck } from "../../../src/server/guards/origin.ts";
import { addressKey, remoteAddress } from "../../../src/server/guards/remote-address.ts";
import { maskSecrets } from "../../../src/server/observing/mask-secrets.ts";
import { printable } from "../../../src/server/observing/printable.ts";

const words = fc.constantFrom(
  ...["https", "http", "://", ":", "/", "@", ".", "*", "[", "]", "::1", "::ffff:", "127.0.0.1", "example.com", "app"],
  ...[
    "evil",
    "80",
    "443",
    "0",
    "%",
    "%20",
    "\\",
    "?",
    "#",
    ",",
    " ",
    "\t",
    "\n",
    "\0",
    "null",
    "é",
    "=",
    ";",
    '"',
    "&",
  ],
);
const hostile = fc.oneof(
  fc.array(words, { maxLength: 10 }).map((parts) => parts.join("")),
  fc.string({ unit: "binary", maxLength: 30 }),
);
const label = fc.stringMatching(/^[a-z]([a-z0-9-]{0,6}[a-z0-9])?$/);
const domain = fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => labels.join("."));
const many = { numRuns: 3000 };

describe("any Origin and Host", () => {
  it("are allowed, or refused with a printable reason that names the option", () => {
    const checks = [originCheck(), originCheck(["https://*.example.com", "http://localhost:*", /x/g, () => false])];
    fc.assert(
      fc.property(hostile, fc.option(hostile), (origin, host) => {
        for (const check of checks) {
          const reason = check({ origin, host });
          if (reason !== undefined)
            expect(reason).toMatch(/^Origin "[^\p{Cc}]*" refused: [^\p{Cc}]*origins[^\p{Cc}]*$/u);
        }
        const refused = hostCheck(["example.com", "*.example.com"])({ host, secure: true });
        if (refused === undefined) expect(parseAuthority(host ?? "")?.host).toMatch(/^(.+\.)?example\.com\.?$/);
        else expect(refused).toMatch(/^Host "[^\p{Cc}]*" refused: [^\p{Cc}]*hosts[^\p{Cc}]*$/u);
      }),
      many,
    );
  });

  it("are the same host only if the URL parser sees the same host and port", () => {
    fc.assert(
      fc.property(hostile, hostile, (origin, host) => {
        if (originCheck()({ origin, host }) !== undefined) return;
        const page = new URL(origin);
        const asked = new URL(`${page.protocol}//${host}`);
        expect(asked.host).toBe(page.host);
        expect(page.pathname + page.search + page.hash + page.username).toBe("/");
      }),
      many,
    );
  });

  it("of a page on its own host are allowed, on another refused", () => {
    const port = fc.option(fc.integer({ min: 1, max: 65_535 }), { nil: undefined });
    fc.assert(
      fc.property(fc.constantFrom("http", "https"), domain, domain, port, (scheme, own, other, digits) => {
        const end = digits === undefined ? "" : `:${digits}`;
        const { origin } = new URL(`${scheme}://${own}${end}`);
        expect(originCheck()({ origin, host: `${own}${end}` })).toBeUndefined();
        expect(originCheck()({ origin, host: `${other}${end}` }) === undefined).toBe(own === other);
        expect(originCheck([origin])({ origin, host: null })).toBeUndefined();
        const below = originCheck([`${scheme}://*.${other}:*`])({ origin, host: null }) === undefined;
        expect(below).toBe(own.endsWith(`.${other}`));
      }),
    );
  });
});

it("any option is taken, or a UsageError", () => {
  fc.assert(
    fc.property(hostile, (text) => {
      for (const make of [() => originCheck([text]), () => hostCheck([text]), () => remoteAddress(text)]) {
        try {
          make();
        } catch (error) {
          expect(error).toBeInstanceOf(UsageError);
        }
      }
    }),
    many,
  );
});

describe("any forwarded headers", () => {
  const option = fc.constantFrom(true, 1, 2, "loopback", ["10.0.0.0/8", "fd00::/8"]);
  const entry = fc.oneof(fc.ipV4(), fc.ipV6(), fc.constantFrom("10.0.0.1", "[fd00::1]:80", "127.0.0.1:9"), hostile);

  it("give an address, and a host that is one", () => {
    const list = fc.array(entry, { maxLength: 6 }).map((entries) => entries.join(", "));
    fc.assert(
      fc.property(option, list, hostile, hostile, (trustProxy, xff, proto, host) => {
        const values = new Map([
          ["x-forwarded-for", xff],
          ["x-forwarded-proto", proto],
          ["x-forwarded-host", host],
        ]);
        const result = remoteAddress(trustProxy)({ peer: "10.0.0.9", secure: false, host: "own", headers: values });
        expect(canonicalAddress(result.address)).toBe(result.address);
        expect(parseAuthority(result.host ?? "")).not.toBeNull();
      }),
      many,
    );
  });

  it("do not let a client choose its address: what it sent stands left of what our proxy saw", () => {
    fc.assert(
      fc.property(fc.array(hostile), fc.ipV4(), (forged, seen) => {
        const headers = new Map([["x-forwarded-for", [...forged, seen].join(", ")]]);
        const request = { peer: "10.0.0.9", secure: false, host: null, headers };
        expect(remoteAddress(1)(request).address).toBe(seen);
      }),
    );
  });

  it("addresses of one /64 share a key, and it is a /64", () => {
    const group = fc.integer({ min: 0, max: 0xffff }).map((value) => value.toString(16));
    const half = fc.array(group, { minLength: 4, maxLength: 4 });
    fc.assert(
      fc.property(half, half, half, (network, one, other) => {
        const key = addressKey([...network, ...one].join(":"));
        fc.pre(key.includes(":"));
        expect(key).toBe(`${network.join(":")}::/64`);
        if (network.some((value) => value !== "0")) expect(addressKey([...network, ...other].join(":"))).toBe(key);
      }),
    );
  });
});

it("any Cookie header is read", () => {
  fc.assert(
    fc.property(hostile, (header) => {
      for (const [name] of parseCookies(header)) expect(name).toMatch(/^[^;=]+$/);
    }),
    many,
  );
});

describe("any target", () => {
  it("shows no secret, wherever it stands", () => {
    const name = fc.constantFrom("token", "access_token", "x-api-key", "authToken", "sig", "%74oken", "a[key]");
    fc.assert(
      fc.property(hostile, fc.constantFrom("?", "&"), name, hostile, hostile, (before, mark, secret, value, after) => {
        const shown = maskSecrets(`/${before}?${mark}${secret}=${value.replaceAll("&", "")}S3CR3T${after}`);
        const afterwards = after.includes("&") ? after.slice(after.indexOf("&")) : "";
        fc.pre(!afterwards.includes("S3CR3T"));
        expect(shown).not.toContain("S3CR3T");
      }),
      many,
    );
  });

  it("is one printable line, the same when made so twice", () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const line = printable(text);
        expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
        expect(printable(line)).toBe(line);
      }),
      many,
    );
  });
});
