/** What people read: close codes, errors and messages in words. */

import { describe, expect, it } from "vitest";
import { fromBase64, fromHex, toHex } from "../../src/cli/hex.ts";
import { compactJson } from "../../src/cli/json-view.ts";
import { messageInWords } from "../../src/cli/message-view.ts";
import { closeInWords, errorInWords } from "../../src/cli/words.ts";
import { HandshakeError } from "../../src/client/index.ts";

const PRETTY = { pretty: true, colour: false, columns: 40 };

describe("an end in words", () => {
  it.each([
    [{ code: 1000, reason: "", wasClean: true }, "closed with 1000 (normal)"],
    [{ code: 1001, reason: "bye", wasClean: true }, 'closed with 1001 (going away): "bye"'],
    [{ code: 4001, reason: "", wasClean: true }, "closed with 4001 (a code of the application's own)"],
    [{ code: 3999, reason: "", wasClean: true }, "closed with 3999 (a code of a library or framework)"],
    [{ code: 1005, reason: "", wasClean: true }, "closed without a code (1005)"],
    [{ code: 1006, reason: "", wasClean: false }, "connection lost without a Close frame (1006)"],
    [
      { code: 1006, reason: "", wasClean: false, cause: new Error("read ECONNRESET") },
      "connection lost without a Close frame (1006): read ECONNRESET",
    ],
    [
      { code: 1008, reason: '"no"\n\u009b2J', wasClean: true },
      'closed with 1008 (policy violation): "\\"no\\"\\n\\u009b2J"',
    ],
    [{ code: 1008, reason: "\x1b[2Jhi", wasClean: true }, 'closed with 1008 (policy violation): "\\u001b[2Jhi"'],
  ])("%j", (info, words) => {
    expect(closeInWords(info)).toBe(words);
  });
});

describe("an error in words", () => {
  const refused = (status: number, answer: ConstructorParameters<typeof HandshakeError>[3]) =>
    errorInWords(
      new HandshakeError("UPGRADE_REFUSED", `server answered ${status} and did not open the WebSocket`, status, answer),
    );

  it("has the status by name, and what the answer says", () => {
    const location = new Headers({ location: "https://a.b/" });

    expect(refused(404, {})).toBe("server answered 404 Not Found and did not open the WebSocket");
    expect(refused(200, { body: "<!doctype html><title>My page</title>" })).toMatch(
      /200 OK .*: a page titled "My page"$/,
    );
    expect(refused(301, { headers: location })).toMatch(/: it redirects to https:\/\/a.b\/$/);
    expect(refused(503, { retryAfter: 1500 })).toMatch(/; it asks to try again in 2 s$/);
    expect(refused(599, {})).toMatch(/^server answered 599 and/);
  });

  it("lets nobody steer the terminal", () => {
    expect(refused(403, { body: "<title>\x1b]0;title\x07</title>" })).not.toContain("\x1b");
  });

  it("finds a sentence in whatever was thrown", () => {
    expect(errorInWords(new Error("one\ntwo"))).toBe("one");
    expect(errorInWords(Object.assign(new AggregateError([], ""), { code: "ECONNREFUSED" }))).toBe("ECONNREFUSED");
    expect(errorInWords("text")).toBe("text");
    expect(errorInWords(undefined)).toBe("undefined");
  });
});

describe("a message in words", () => {
  it("is as it came where no person reads it, bytes as hex digits", () => {
    const plain = { ...PRETTY, pretty: false };
    expect(messageInWords('{"a": 1}\x1b', plain)).toBe('{"a": 1}\x1b');
    expect(messageInWords(Uint8Array.of(0, 255), plain)).toBe("00ff");
  });

  it("stays on a line as JSON if it fits, and is laid out if not", () => {
    expect(messageInWords('{"a":1,"b":[],"c":{}}', PRETTY)).toBe('{ "a": 1, "b": [], "c": {} }');
    expect(messageInWords('[{"name":"a long name","list":[1,2]},{}]', PRETTY)).toBe(
      `[\n  {\n    "name": "a long name",\n    "list": [\n      1,\n      2\n    ]\n  },\n  {}\n]`,
    );
  });

  it("rounds no number and drops no key that comes twice", () => {
    expect(messageInWords('{"id":12345678901234567890,"id":1.10}', { ...PRETTY, columns: 100 })).toBe(
      '{ "id": 12345678901234567890, "id": 1.10 }',
    );
    expect(compactJson(' { "a" : [ 1.0 , "x, y" ] } ')).toBe('{"a":[1.0,"x, y"]}');
  });

  it("bears what servers can think of: strings of megabytes, quotes, depth without end", () => {
    const long = JSON.stringify({ a: '\\"'.repeat(3_000_000), b: "x".repeat(5_000_000) });
    expect(compactJson(` ${long}`)).toBe(long);
    expect(messageInWords(long, PRETTY)).toBe(long);
    const deep = "[".repeat(4000) + "]".repeat(4000);
    expect(messageInWords(deep, PRETTY).length).toBeLessThan(1_000_000);
    expect(messageInWords('["\\\\", "\\\\\\"", ""]', PRETTY)).toBe('["\\\\", "\\\\\\"", ""]');
  });

  it("has control characters as escapes", () => {
    expect(messageInWords("a\x1b[2Jb\nc\td", PRETTY)).toBe("a\\u001b[2Jb\nc\td");
  });

  it("is a hex dump of at most 512 bytes", () => {
    expect(messageInWords(new Uint8Array(), PRETTY)).toBe("0 bytes");
    expect(messageInWords(Uint8Array.of(0x48, 0x69, 0), PRETTY)).toBe("3 bytes  48 69 00  |Hi.|");
    const rows = messageInWords(new Uint8Array(600).fill(0x41), PRETTY).split("\n");
    expect(rows[0]).toBe("600 bytes");
    expect(rows[2]).toBe(`00000010  ${"41 ".repeat(16)} |${"A".repeat(16)}|`);
    expect(rows.length).toBe(34);
    expect(rows.at(-1)).toBe("… and 88 more bytes");
  });

  it("is read back from what people write for bytes", () => {
    for (const text of ["48656c", "48 65 6c", "0x48 0x65 0x6c", "48:65:6C", "0x48656c"]) {
      expect(toHex(fromHex(text)!), text).toBe("48656c");
    }
    for (const text of ["4", "4g", "hello", "0x"]) expect(fromHex(text)?.length ?? 0, text).toBe(0);
    expect(toHex(fromBase64("SGVs")!)).toBe("48656c");
    expect(fromBase64("SGV-_w==")).toBeDefined();
    expect(fromBase64("S")).toBeUndefined();
  });
});
