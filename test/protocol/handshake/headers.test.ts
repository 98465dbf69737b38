/** Header fields: reading, lists, and the safety of what is sent (RFC 9110, 5). */
import { describe, expect, it } from "vitest";
import { checkField, HeaderList } from "../../../src/protocol/handshake/headers.ts";
import { toOwnFields } from "../../../src/protocol/handshake/own-headers.ts";
import { isToken, listHolds, toListElements } from "../../../src/protocol/http-token.ts";

describe("HeaderList", () => {
  it("finds a field in any case and joins several, in order", () => {
    const headers = new HeaderList([
      ["Connection", "keep-alive"],
      ["Host", "a"],
      ["CONNECTION", "Upgrade"],
    ]);
    expect(headers.get("connection")).toBe("keep-alive, Upgrade");
    expect(headers.get("Host")).toBe("a");
    expect(headers.get("origin")).toBeUndefined();
    expect([...headers]).toHaveLength(3);
  });

  it("knows no names that every object has", () => {
    expect(new HeaderList([]).get("constructor")).toBeUndefined();
    expect(new HeaderList([["__proto__", "x"]]).get("__proto__")).toBe("x");
  });
});

describe("listHolds", () => {
  it.each([
    ["Upgrade", true],
    ["uPGRADE", true],
    ["keep-alive, Upgrade", true],
    [" ,\t, upgrade ,", true],
    ["", false],
    ["keep-alive", false],
    ["upgrades", false],
    ["no upgrade", false],
    ['"upgrade"', false],
    ["upgrade;q=1", false],
  ])("%j as Connection: %s", (list, holds) => {
    expect(listHolds(list, "upgrade")).toBe(holds);
  });

  it("is ASCII case-insensitive only: the Kelvin sign is no k", () => {
    expect(listHolds("websoc\u212aet", "websocket")).toBe(false);
  });

  it("takes a missing header as an empty list", () => {
    expect(listHolds(null, "upgrade")).toBe(false);
    expect(listHolds(undefined, "upgrade")).toBe(false);
  });
});

describe("toListElements", () => {
  it("drops empty elements (RFC 9110, 5.6.1.2)", () => {
    expect(toListElements("foo ,bar,")).toEqual(["foo", "bar"]);
    expect(toListElements("foo , ,bar,charlie")).toEqual(["foo", "bar", "charlie"]);
    expect(toListElements(",   ,")).toEqual([]);
  });
});

describe("isToken", () => {
  it("has the characters of RFC 9110, 5.6.2 and no others", () => {
    const tokens = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    for (let code = 0; code < 0x180; code++) {
      const character = String.fromCharCode(code);
      expect(isToken(character), `U+${code.toString(16)}`).toBe(tokens.includes(character));
    }
    expect(isToken("")).toBe(false);
    expect(isToken("a\n")).toBe(false);
  });
});

describe("checkField", () => {
  it.each([
    ["X-Name", "value"],
    ["x", ""],
    ["x", "a b\tc"],
    ["x", "caf\u00e9"], // obs-text: one byte each
  ])("lets %j: %j pass", (name, value) => {
    expect(checkField(name, value)).toBeUndefined();
  });

  it.each([
    ["", "v", "BAD_HEADER_NAME"],
    ["a b", "v", "BAD_HEADER_NAME"],
    ["a:", "v", "BAD_HEADER_NAME"],
    [":path", "v", "BAD_HEADER_NAME"],
    ["a\r\nb", "v", "BAD_HEADER_NAME"],
    ["caf\u00e9", "v", "BAD_HEADER_NAME"],
    ["a", "v\r\nX: y", "BAD_HEADER_VALUE"],
    ["a", "v\n", "BAD_HEADER_VALUE"],
    ["a", "v\rw", "BAD_HEADER_VALUE"],
    ["a", "v\0w", "BAD_HEADER_VALUE"],
    ["a", "v\x7fw", "BAD_HEADER_VALUE"],
    ["a", " v", "BAD_HEADER_VALUE"],
    ["a", "v\t", "BAD_HEADER_VALUE"],
    ["a", "\u010a", "BAD_HEADER_VALUE"], // its low byte is LF
    ["a", "\u2028", "BAD_HEADER_VALUE"],
    ["a", 5 as unknown as string, "BAD_HEADER_VALUE"],
  ])("refuses %j: %j", (name, value, code) => {
    expect(checkField(name, value)?.code).toBe(code);
  });

  it("keeps the value out of the sentence: it may be a secret", () => {
    expect(checkField("Authorization", "Bearer secret\n")?.message).not.toContain("secret");
  });
});

describe("toOwnFields", () => {
  it.each([
    "Upgrade",
    "connection",
    "Host",
    "Sec-WebSocket-Accept",
    "sec-websocket-key",
    "Sec-WebSocket-Protocol",
    "Sec-WebSocket-Anything",
    "Content-Length",
    "Transfer-Encoding",
    "Keep-Alive",
    "Proxy-Connection",
    "TE",
  ])("throws for %s, which belongs to the handshake", (name) => {
    expect(() => toOwnFields([[name, "x"]])).toThrow(expect.objectContaining({ code: "RESERVED_HEADER" }));
  });

  it("takes pairs, a Map and a WHATWG Headers, and keeps several fields of a name", () => {
    const cookies = [
      ["Set-Cookie", "a=1"],
      ["Set-Cookie", "b=2"],
    ] as const;
    expect(toOwnFields(cookies)).toEqual(cookies);
    expect(toOwnFields(new Map([["X-A", "1"]]))).toEqual([["X-A", "1"]]);
    expect(toOwnFields(new Headers({ "X-A": "1" }))).toEqual([["x-a", "1"]]);
    expect(toOwnFields(undefined)).toEqual([]);
  });
});
