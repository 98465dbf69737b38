/** The server's reading of the handshake: a row for each MUST of RFC 6455, 4.2.1 and RFC 8441, 5. */
import { describe, expect, it } from "vitest";
import { readUpgrade } from "../../../src/protocol/handshake/server.ts";
import type { Changes } from "./samples.ts";
import { http2Request, httpRequest } from "./samples.ts";

describe("readUpgrade over HTTP/1.1", () => {
  it("takes the example of RFC 6455, 1.3", () => {
    expect(readUpgrade(httpRequest())).toEqual({
      type: "upgrade",
      http: 1,
      key: "dGhlIHNhbXBsZSBub25jZQ==",
      protocols: ["chat", "superchat"],
      extensions: [],
    });
  });

  it("takes a WHATWG Headers as the source of headers", () => {
    const { headers, ...rest } = httpRequest();
    const whatwg = new Headers([...headers].map(([name, value]) => [name, value]));
    expect(readUpgrade({ ...rest, headers: whatwg })).toMatchObject({ type: "upgrade" });
  });

  it.each<[rule: string, changes: Changes]>([
    ["4.2.1, 3: Upgrade in any case", { upgrade: "WebSocket" }],
    ["4.2.1, 3: Upgrade is a list", { upgrade: "h2c, websocket" }],
    ["4.2.1, 3: Upgrade in several fields", { upgrade: ["h2c", "websocket"] }],
    ["4.2.1, 4: Connection in any case", { connection: "upgrade" }],
    ["4.2.1, 4: Connection is a list (Firefox)", { connection: "keep-alive, Upgrade" }],
    ["4.2.1, 4: Connection in several fields", { connection: ["keep-alive", "Upgrade"] }],
    ["4.2.1, 2: Host with a port", { host: "localhost:8080" }],
    ["4.2.1, 2: Host is an IPv6 address", { host: "[::1]:8080" }],
    ["4.2.1, 5: the key of the example in 4.1, 7", { "sec-websocket-key": "AQIDBAUGBwgJCgsMDQ4PEC==" }],
    ["4.2.1, 5: space around the key", { "sec-websocket-key": " dGhlIHNhbXBsZSBub25jZQ==\t" }],
    ["4.2.1, 8: no subprotocol", { "sec-websocket-protocol": null }],
    ["4.2.1, 8: subprotocols in several fields (11.3.4)", { "sec-websocket-protocol": ["chat", "superchat"] }],
    ["4.2.1, 8: empty list elements (RFC 9110, 5.6.1)", { "sec-websocket-protocol": ",chat , ,superchat," }],
    ["4.2.1, 9: unknown extensions", { "sec-websocket-extensions": "foo; bar=baz, permessage-deflate" }],
    ["4.2.1, 7: no Origin", { origin: null }],
    ["4.2.1, 10: unknown headers", { "x-unknown": "\u00ff" }],
    ["RFC 9110, 8.6: a body of no bytes", { "content-length": "0" }],
  ])("takes %s", (_, changes) => {
    expect(readUpgrade(httpRequest(changes))).toMatchObject({ type: "upgrade", http: 1 });
  });

  it.each<[rule: string, changes: Changes, status: number, code: string]>([
    ["4.2.1, 2: Host missing", { host: null }, 400, "BAD_HOST"],
    ["4.2.1, 2: Host empty", { host: "" }, 400, "BAD_HOST"],
    ["4.2.1, 2: Host malformed", { host: "a b" }, 400, "BAD_HOST"],
    ["4.2.1, 2: Host with a path", { host: "a/b" }, 400, "BAD_HOST"],
    ["4.2.1, 2: Host with user information", { host: "user@a" }, 400, "BAD_HOST"],
    ["RFC 9112, 3.2: two Hosts", { host: ["a", "b"] }, 400, "BAD_HOST"],
    ["4.2.1, 3: Upgrade missing", { upgrade: null }, 426, "UPGRADE_REQUIRED"],
    ["4.2.1, 3: Upgrade to something else", { upgrade: "h2c" }, 426, "UPGRADE_REQUIRED"],
    ["4.2.1, 3: Upgrade only contains the word", { upgrade: "websockets" }, 426, "UPGRADE_REQUIRED"],
    ["4.2.1, 4: Connection missing", { connection: null }, 400, "CONNECTION_WITHOUT_UPGRADE"],
    ["4.2.1, 4: Connection without Upgrade", { connection: "keep-alive" }, 400, "CONNECTION_WITHOUT_UPGRADE"],
    ["4.2.1, 5: key missing", { "sec-websocket-key": null }, 400, "BAD_KEY"],
    ["4.2.1, 5: key empty", { "sec-websocket-key": "" }, 400, "BAD_KEY"],
    ["4.2.1, 5: key of 15 bytes", { "sec-websocket-key": "AAAAAAAAAAAAAAAAAAAA" }, 400, "BAD_KEY"],
    ["4.2.1, 5: key of 17 bytes", { "sec-websocket-key": "AAAAAAAAAAAAAAAAAAAAAAA=" }, 400, "BAD_KEY"],
    ["4.2.1, 5: key not base64", { "sec-websocket-key": "dGhlIHNhbXBsZSBub25j!Q==" }, 400, "BAD_KEY"],
    [
      "11.3.1: key twice",
      { "sec-websocket-key": ["dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25jZQ=="] },
      400,
      "BAD_KEY",
    ],
    ["4.2.1, 6: version missing", { "sec-websocket-version": null }, 426, "VERSION_NOT_SUPPORTED"],
    ["4.2.2, 4: version 8", { "sec-websocket-version": "8" }, 426, "VERSION_NOT_SUPPORTED"],
    ["4.4: version 25", { "sec-websocket-version": "25" }, 426, "VERSION_NOT_SUPPORTED"],
    ["4.3: version with a leading zero", { "sec-websocket-version": "013" }, 426, "VERSION_NOT_SUPPORTED"],
    ["4.3: version is no number", { "sec-websocket-version": "13a" }, 426, "VERSION_NOT_SUPPORTED"],
    ["11.3.5: version twice", { "sec-websocket-version": ["13", "13"] }, 426, "VERSION_NOT_SUPPORTED"],
    ["4.1, 10: subprotocol twice", { "sec-websocket-protocol": "a, b, a" }, 400, "BAD_SUBPROTOCOL_LIST"],
    ["4.1, 10: twice in two fields", { "sec-websocket-protocol": ["a", "a"] }, 400, "BAD_SUBPROTOCOL_LIST"],
    ["4.1, 10: subprotocol no token", { "sec-websocket-protocol": "a b" }, 400, "BAD_SUBPROTOCOL_LIST"],
    ["4.1, 10: with a separator", { "sec-websocket-protocol": "a/b" }, 400, "BAD_SUBPROTOCOL_LIST"],
    ["4.1, 10: not ASCII", { "sec-websocket-protocol": "caf\u00e9" }, 400, "BAD_SUBPROTOCOL_LIST"],
    ["4.3: no subprotocol in the list", { "sec-websocket-protocol": "" }, 400, "BAD_SUBPROTOCOL_LIST"],
    ["4.3: only commas in the list", { "sec-websocket-protocol": " , " }, 400, "BAD_SUBPROTOCOL_LIST"],
    ["9.1: extension malformed", { "sec-websocket-extensions": "foo bar" }, 400, "BAD_EXTENSION_LIST"],
    ["9.1: no extension in the list", { "sec-websocket-extensions": "" }, 400, "BAD_EXTENSION_LIST"],
    ["9.1: quoted value no token", { "sec-websocket-extensions": 'foo; a="b c"' }, 400, "BAD_EXTENSION_LIST"],
    ["a body by length", { "content-length": "5" }, 400, "REQUEST_WITH_BODY"],
    ["a body in chunks", { "transfer-encoding": "chunked" }, 400, "REQUEST_WITH_BODY"],
  ])("refuses %s", (_, changes, status, code) => {
    expect(readUpgrade(httpRequest(changes))).toMatchObject({ type: "refuse", status, error: { code, status } });
  });

  it.each(["1.0", "0.9", "", "1", "1.x", "x"])("refuses HTTP version %j (4.2.1, 1) with 400", (httpVersion) => {
    const refusal = readUpgrade(httpRequest({}, { httpVersion }));
    expect(refusal).toMatchObject({ status: 400, error: { code: "HTTP_VERSION_TOO_LOW" } });
  });

  it.each(["POST", "CONNECT", "get", ""])("refuses the method %j (4.2.1, 1) with 405 and Allow", (method) => {
    const refusal = readUpgrade(httpRequest({}, { method }));
    expect(refusal).toMatchObject({ status: 405, error: { code: "METHOD_NOT_ALLOWED" } });
    expect(refusal).toMatchObject({ headers: expect.arrayContaining([["Allow", "GET"]]) });
  });

  it.each([
    ["/", true],
    ["/a%20b?x=1&y={|}", true],
    ["http://example.com/chat", true],
    ["HTTPS://example.com/chat", true],
    ["", false],
    ["*", false],
    ["chat", false],
    ["example.com:80", false],
    ["/a#b", false],
    ["/a b", false],
    ["/\u00e9", false],
  ])("target %j (4.2.1, 1): %s", (target, taken) => {
    const upgrade = readUpgrade(httpRequest({}, { target }));
    expect(upgrade).toMatchObject(taken ? { type: "upgrade" } : { status: 400, error: { code: "BAD_TARGET" } });
  });

  it.each<[string, Changes]>([
    ["a plain GET", { upgrade: null }],
    ["another version (RFC 6455, 4.4)", { "sec-websocket-version": "25" }],
  ])("answers %s with 426 and all that a client needs", (_, changes) => {
    expect(readUpgrade(httpRequest(changes))).toMatchObject({
      status: 426,
      headers: [
        ["Upgrade", "websocket"],
        ["Connection", "Upgrade"],
        ["Sec-WebSocket-Version", "13"],
        ["Content-Type", "text/plain; charset=utf-8"],
        ["Content-Length", "21"],
      ],
      body: "426 Upgrade Required\n",
    });
  });

  it("tells its own log the value, cut and escaped, and the peer nothing", () => {
    const refusal = readUpgrade(httpRequest({ "sec-websocket-key": `\u001b[31m\u0085\r\nFAKE ${"x".repeat(100)}` }));
    if (refusal.type !== "refuse") throw new Error("not refused");
    expect(refusal.error.message).toBe(
      `Sec-WebSocket-Key is "\\u001b[31m\\u0085\\r\\nFAKE ${"x".repeat(47)}"…, not 16 bytes in base64`,
    );
    expect(JSON.stringify([refusal.headers, refusal.body])).not.toContain("FAKE");
  });
});

describe("readUpgrade over HTTP/2", () => {
  it("takes the example of RFC 8441, 5.1", () => {
    expect(readUpgrade(http2Request())).toEqual({
      type: "upgrade",
      http: 2,
      protocols: ["chat", "superchat"],
      extensions: [{ name: "permessage-deflate", parameters: [] }],
    });
  });

  it("does not look at Sec-WebSocket-Key (RFC 8441, 5)", () => {
    expect(readUpgrade(http2Request({ "sec-websocket-key": "x" }))).toMatchObject({ type: "upgrade", http: 2 });
  });

  it.each<[rule: string, changes: Changes, rest: object, status: number, code: string]>([
    ["5: a plain GET", {}, { method: "GET", protocol: undefined }, 405, "METHOD_NOT_ALLOWED"],
    ["5: another method", {}, { method: "POST" }, 405, "METHOD_NOT_ALLOWED"],
    ["5: a plain CONNECT", {}, { protocol: undefined }, 501, "CONNECT_PROTOCOL_NOT_IMPLEMENTED"],
    ["5: another :protocol", {}, { protocol: "connect-udp" }, 501, "CONNECT_PROTOCOL_NOT_IMPLEMENTED"],
    ["5: Connection", { connection: "Upgrade" }, {}, 400, "CONNECTION_HEADER_ON_HTTP2"],
    ["5: Upgrade", { upgrade: "websocket" }, {}, 400, "CONNECTION_HEADER_ON_HTTP2"],
    ["RFC 9113, 8.2.2: Transfer-Encoding", { "transfer-encoding": "chunked" }, {}, 400, "CONNECTION_HEADER_ON_HTTP2"],
    ["5: no version", { "sec-websocket-version": null }, {}, 400, "VERSION_NOT_SUPPORTED"],
    ["5: another version", { "sec-websocket-version": "8" }, {}, 400, "VERSION_NOT_SUPPORTED"],
    ["4: the path", {}, { target: "*" }, 400, "BAD_TARGET"],
    ["5: subprotocols", { "sec-websocket-protocol": "a,a" }, {}, 400, "BAD_SUBPROTOCOL_LIST"],
    ["5: extensions", { "sec-websocket-extensions": ";" }, {}, 400, "BAD_EXTENSION_LIST"],
  ])("refuses %s", (_, changes, rest, status, code) => {
    const refusal = readUpgrade(http2Request(changes, rest));
    expect(refusal).toMatchObject({ type: "refuse", status, error: { code, status } });
    if (refusal.type !== "refuse") return;
    // RFC 9113, 8.2: lower case, and nothing that is of one connection.
    for (const [name] of refusal.headers) expect(name).toMatch(/^(?!connection|upgrade)[a-z-]+$/);
  });

  it("names its version when it refuses another", () => {
    const refusal = readUpgrade(http2Request({ "sec-websocket-version": "8" }));
    expect(refusal).toMatchObject({ headers: expect.arrayContaining([["sec-websocket-version", "13"]]) });
  });
});
