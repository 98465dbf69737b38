/** Heads of HTTP/1.1: a row for each rule of RFC 9112 that a parser must hold. */
import { describe, expect, it } from "vitest";
import { HeadParser, parseRequestHead, parseResponseHead } from "../../../src/protocol/handshake/http-head.ts";
import { encodeRequestHead, encodeResponseHead } from "../../../src/protocol/handshake/write-head.ts";

const LIMITS = { headBytes: 1024, headers: 10 };
const bytes = (text: string) => Uint8Array.from(Buffer.from(text, "latin1"));
const text = (data: Uint8Array) => Buffer.from(data).toString("latin1");
const request = (head: string, limits = LIMITS) => parseRequestHead(bytes(head), limits);
const response = (head: string, limits = LIMITS) => parseResponseHead(bytes(head), limits);

const REQUEST =
  "GET /chat?a=1 HTTP/1.1\r\nHost: example.com\r\nUpgrade:websocket\r\nX-Empty:\r\nX-B: \t a b \t\r\n\r\n";

/** Feeds pieces until there is a result, and gives what must not depend on how the bytes were split. */
function feed(pieces: readonly Uint8Array[]): unknown {
  const parser = HeadParser.ofRequest(LIMITS);
  for (const [index, piece] of pieces.entries()) {
    const result = parser.push(piece);
    if (result === null) continue;
    if (result.type === "fail") return result;
    const { headers, rest, ...start } = result;
    return [start, headers.fields, text(Buffer.concat([rest, ...pieces.slice(index + 1)]))];
  }
  return null;
}

describe("a request's head", () => {
  it("is read whole, with what follows it", () => {
    const head = request(`${REQUEST}\x81\x00`);
    expect(head).toMatchObject({ type: "head", method: "GET", target: "/chat?a=1", httpVersion: "1.1" });
    if (head?.type !== "head") throw new Error("no head");
    expect([...head.headers]).toEqual([
      ["Host", "example.com"],
      ["Upgrade", "websocket"],
      ["X-Empty", ""],
      ["X-B", "a b"],
    ]);
    expect(head.headers.get("host")).toBe("example.com");
    expect([...head.rest]).toEqual([0x81, 0x00]);
  });

  it("is null while it is not whole", () => {
    for (let length = 0; length < REQUEST.length; length++) expect(request(REQUEST.slice(0, length))).toBeNull();
  });

  it("is the same whole, byte by byte and split at every offset", () => {
    const all = bytes(`\r\n${REQUEST}rest`);
    const whole = feed([all]);
    expect(whole).toMatchObject([{ method: "GET" }, { length: 4 }, "rest"]);
    const single = Array.from(all, (byte) => Uint8Array.of(byte));
    expect(feed(single)).toEqual(whole);
    for (let at = 0; at <= all.length; at++) {
      expect(feed([all.subarray(0, at), all.subarray(at)])).toEqual(whole);
    }
  });

  it("keeps values as Latin-1: a byte for a character", () => {
    expect(request("GET / HTTP/1.1\r\nX: \x80\xe9\xff\r\n\r\n")).toMatchObject({
      headers: { fields: [["X", "\x80\xe9\xff"]] },
    });
  });

  it("may follow one empty line (RFC 9112, 2.2), but not two", () => {
    expect(request(`\r\n${REQUEST}`)).toMatchObject({ type: "head" });
    expect(request(`\r\n\r\n${REQUEST}`)).toMatchObject({ error: { code: "BAD_HTTP_HEAD", status: 400 } });
  });

  it("may be of HTTP/1.0: that is refused later", () => {
    expect(request("GET / HTTP/1.0\r\n\r\n")).toMatchObject({ httpVersion: "1.0" });
  });

  it.each([
    ["RFC 9112, 3: no version", "GET /\r\n"],
    ["RFC 9112, 3: two spaces", "GET  / HTTP/1.1\r\n"],
    ["RFC 9112, 3: space at the end", "GET / HTTP/1.1 \r\n"],
    ["RFC 9112, 3: tab for space", "GET\t/ HTTP/1.1\r\n"],
    ["RFC 9112, 3: space in the target", "GET /a b HTTP/1.1\r\n"],
    ["RFC 9112, 3: leading space", " GET / HTTP/1.1\r\n"],
    ["RFC 9112, 3.1: method no token", "G(T / HTTP/1.1\r\n"],
    ["RFC 9112, 3.2: target with bytes above 0x7e", "GET /\xe9 HTTP/1.1\r\n"],
    ["RFC 9112, 2.3: lower case", "GET / http/1.1\r\n"],
    ["RFC 9112, 2.3: no digits", "GET / HTTP/1.x\r\n"],
    ["RFC 9112, 2.3: too many digits", "GET / HTTP/1.10\r\n"],
    ["RFC 9112, 2.2: bare LF after the request line", "GET / HTTP/1.1\n"],
    ["RFC 9112, 2.2: bare LF after a header", "GET / HTTP/1.1\r\nHost: a\n"],
    ["RFC 9112, 2.2: bare CR in a header", "GET / HTTP/1.1\r\nX: a\rb\r\n"],
    ["RFC 9112, 2.2: CR CR LF", "GET / HTTP/1.1\r\nX: a\r\r\n"],
    ["RFC 9112, 2.2: whitespace before the first header", "GET / HTTP/1.1\r\n X: a\r\n"],
    ["RFC 9112, 5: no colon", "GET / HTTP/1.1\r\nX\r\n"],
    ["RFC 9112, 5: no name", "GET / HTTP/1.1\r\n: a\r\n"],
    ["RFC 9112, 5.1: space before the colon", "GET / HTTP/1.1\r\nX : a\r\n"],
    ["RFC 9112, 5.2: folded header", "GET / HTTP/1.1\r\nX: a\r\n b\r\n"],
    ["RFC 9110, 5.5: NUL", "GET / HTTP/1.1\r\nX: a\0"],
    ["RFC 9110, 5.5: DEL", "GET / HTTP/1.1\r\nX: a\x7f"],
    ["RFC 9110, 5.1: name no token", "GET / HTTP/1.1\r\nX\xe9: a\r\n"],
    ["RFC 9112, 3.2: two Hosts", "GET / HTTP/1.1\r\nHost: a\r\nhost: a\r\n"],
    ["TLS on a plain port, at the first bytes", "\x16\x03\x01"],
  ])("is refused with 400 as soon as it is wrong: %s", (_, head) => {
    expect(request(head)).toMatchObject({ type: "fail", error: { code: "BAD_HTTP_HEAD", status: 400 } });
  });

  it("is refused with 505 for another major version", () => {
    expect(request("PRI * HTTP/2.0\r\n")).toMatchObject({ error: { code: "HTTP_VERSION_NOT_SUPPORTED", status: 505 } });
  });

  it("is refused with 431 past limits.headBytes, and not at it", () => {
    const limits = { headBytes: REQUEST.length, headers: 10 };
    expect(request(REQUEST, limits)).toMatchObject({ type: "head" });
    const tight = { ...limits, headBytes: REQUEST.length - 1 };
    expect(request(REQUEST, tight)).toMatchObject({
      error: {
        code: "HEAD_TOO_BIG",
        status: 431,
        message: `HTTP head exceeds limits.headBytes (${REQUEST.length - 1})`,
      },
    });
    // Bytes after the head do not count.
    expect(request(`${REQUEST}${"x".repeat(1000)}`, limits)).toMatchObject({ type: "head" });
  });

  it("is refused with 431 past limits.headers, and not at it", () => {
    expect(request(REQUEST, { ...LIMITS, headers: 4 })).toMatchObject({ type: "head" });
    expect(request(REQUEST, { ...LIMITS, headers: 3 })).toMatchObject({
      error: { code: "TOO_MANY_HEADERS", status: 431 },
    });
  });

  it("names line and fault, and no value of a header", () => {
    const head = request("GET / HTTP/1.1\r\nHost: a\r\nAuthorization : secret\r\n");
    expect(head).toMatchObject({
      error: { message: 'line 3 of the HTTP head has a header name that is no token: "Authorization "' },
    });
  });

  it("is read in linear time when it comes byte by byte", () => {
    const big = bytes(`GET / HTTP/1.1\r\nX: ${"x".repeat(1_000_000)}\r\n\r\n`);
    const parser = HeadParser.ofRequest({ headBytes: 2_000_000, headers: 10 });
    let result: unknown = null;
    for (let at = 0; at < big.length; at++) result = parser.push(big.subarray(at, at + 1));
    expect(result).toMatchObject({ type: "head" });
  });
});

describe("a response's head", () => {
  it.each([
    ["HTTP/1.1 101 Switching Protocols\r\n\r\n", 101, "Switching Protocols"],
    ["HTTP/1.1 101 \r\n\r\n", 101, ""],
    ["HTTP/1.0 403 Forbidden\r\nHost: a\r\nHost: b\r\n\r\n", 403, "Forbidden"],
    ["HTTP/1.1 999 caf\xe9\r\n\r\n", 999, "caf\xe9"],
  ])("is read: %j", (head, status, reason) => {
    expect(response(head)).toMatchObject({ type: "head", status, reason });
  });

  it.each([
    ["RFC 9112, 4: no space after the status", "HTTP/1.1 101\r\n"],
    ["RFC 9112, 4: two digits", "HTTP/1.1 99 \r\n"],
    ["RFC 9112, 4: four digits", "HTTP/1.1 1010 \r\n"],
    ["RFC 9112, 4: signed", "HTTP/1.1 +10 \r\n"],
    ["RFC 9112, 4: no version", "101 OK\r\n"],
    ["RFC 9112, 4: empty line first", "\r\n"],
    ["another protocol", "SSH-2.0-OpenSSH_9.2p1\r\n"],
    ["RFC 9112, 5.1: space before the colon", "HTTP/1.1 101 \r\nX : a\r\n"],
  ])("fails without a status: %s", (_, head) => {
    expect(response(head)).toMatchObject({ type: "fail", error: { code: "BAD_HTTP_HEAD", status: undefined } });
  });

  it("fails past its limits", () => {
    const head = "HTTP/1.1 101 OK\r\nA: 1\r\nB: 2\r\n\r\n";
    expect(response(head, { headBytes: 20, headers: 10 })).toMatchObject({ error: { code: "HEAD_TOO_BIG" } });
    expect(response(head, { headBytes: 99, headers: 1 })).toMatchObject({ error: { code: "TOO_MANY_HEADERS" } });
  });
});

describe("encodeRequestHead", () => {
  it("writes what parseRequestHead reads", () => {
    const head = {
      method: "GET",
      target: "/a?b",
      headers: [
        ["Host", "a"],
        ["X-Caf", "\xe9 y"],
      ] as [string, string][],
    };
    const encoded = encodeRequestHead(head);
    expect(text(encoded)).toBe("GET /a?b HTTP/1.1\r\nHost: a\r\nX-Caf: \xe9 y\r\n\r\n");
    expect(parseRequestHead(encoded, LIMITS)).toMatchObject({
      method: "GET",
      target: "/a?b",
      headers: { fields: head.headers },
    });
  });

  it.each([
    [{ method: "GET /\r\n", target: "/", headers: [] }, "BAD_START_LINE"],
    [{ method: "", target: "/", headers: [] }, "BAD_START_LINE"],
    [{ method: "GET", target: "/ HTTP/1.1\r\nX: y", headers: [] }, "BAD_TARGET"],
    [{ method: "GET", target: "", headers: [] }, "BAD_TARGET"],
    [{ method: "GET", target: "/#a", headers: [] }, "BAD_TARGET"],
    [{ method: "GET", target: "/", headers: [["X", "a\r\nY: b"]] as [string, string][] }, "BAD_HEADER_VALUE"],
    [{ method: "GET", target: "/", headers: [["X\r\nY", "a"]] as [string, string][] }, "BAD_HEADER_NAME"],
  ])("refuses injection: %j", (head, code) => {
    expect(() => encodeRequestHead(head)).toThrow(expect.objectContaining({ code }));
  });
});

describe("encodeResponseHead", () => {
  it("writes what parseResponseHead reads, with the registered reason", () => {
    const encoded = encodeResponseHead({ status: 426, headers: [["Upgrade", "websocket"]] });
    expect(text(encoded)).toBe("HTTP/1.1 426 Upgrade Required\r\nUpgrade: websocket\r\n\r\n");
    expect(parseResponseHead(encoded, LIMITS)).toMatchObject({ status: 426 });
    expect(text(encodeResponseHead({ status: 599, headers: [] }))).toBe("HTTP/1.1 599 \r\n\r\n");
  });

  it.each([
    { status: 99, headers: [] },
    { status: 1000, headers: [] },
    { status: 200.5, headers: [] },
    { status: Number.NaN, headers: [] },
    { status: 200, reason: "OK\r\nX: y", headers: [] },
  ])("refuses what is no status line: %j", (head) => {
    expect(() => encodeResponseHead(head)).toThrow(expect.objectContaining({ code: "BAD_START_LINE" }));
  });
});
