/** The client's request: a row for each MUST of RFC 6455, 4.1 and RFC 8441, 5. */
import { describe, expect, it } from "vitest";
import { resolveCompression } from "../../../src/protocol/deflate/compression-options.ts";
import { createUpgrade } from "../../../src/protocol/handshake/client.ts";
import { encodeRequestHead } from "../../../src/protocol/handshake/write-head.ts";
import { SAMPLE_NONCE } from "./samples.ts";

const BASE = { http: 1, authority: "server.example.com", target: "/chat", nonce: SAMPLE_NONCE } as const;

describe("createUpgrade over HTTP/1.1", () => {
  it("makes the request of RFC 6455, 1.3", () => {
    const headers = [["Origin", "http://example.com"]] as const;
    const sent = createUpgrade({ ...BASE, protocols: ["chat", "superchat"], headers });
    expect(Buffer.from(encodeRequestHead(sent)).toString("latin1").split("\r\n")).toEqual([
      "GET /chat HTTP/1.1", // 4.1, 2 and 3
      "Host: server.example.com", // 4.1, 4
      "Upgrade: websocket", // 4.1, 5
      "Connection: Upgrade", // 4.1, 6
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", // 4.1, 7
      "Sec-WebSocket-Version: 13", // 4.1, 9
      "Sec-WebSocket-Protocol: chat, superchat", // 4.1, 10
      "Origin: http://example.com", // 4.1, 8
      "",
      "",
    ]);
  });

  it("offers permessage-deflate when there are options for it (4.1, 11)", () => {
    const sent = createUpgrade({ ...BASE, compression: resolveCompression(true) });
    expect(sent.headers).toContainEqual([
      "Sec-WebSocket-Extensions",
      "permessage-deflate; server_no_context_takeover; client_no_context_takeover; client_max_window_bits",
    ]);
  });

  it.each<[string, object, string]>([
    ["4.1, 10: a subprotocol twice", { protocols: ["a", "b", "a"] }, "SUBPROTOCOL_TWICE"],
    ["4.1, 10: an empty subprotocol", { protocols: [""] }, "BAD_SUBPROTOCOL"],
    ["4.1, 10: two in one", { protocols: ["a, b"] }, "BAD_SUBPROTOCOL"],
    ["4.1, 10: not ASCII", { protocols: ["caf\u00e9"] }, "BAD_SUBPROTOCOL"],
    ["4.1, 10: injection", { protocols: ["a\r\nX: y"] }, "BAD_SUBPROTOCOL"],
    ["4.1, 10: no string", { protocols: [1] }, "BAD_SUBPROTOCOL"],
    ["4.1, 3: target not from the root", { target: "chat" }, "BAD_TARGET"],
    ["4.1, 3: empty target", { target: "" }, "BAD_TARGET"],
    ["3: a fragment", { target: "/chat#a" }, "BAD_TARGET"],
    ["4.1, 3: whole URI", { target: "ws://a/chat" }, "BAD_TARGET"],
    ["4.1, 3: injection", { target: "/ HTTP/1.1\r\nX: y\r\n" }, "BAD_TARGET"],
    ["4.1, 4: empty host", { authority: "" }, "BAD_HOST"],
    ["4.1, 4: user information", { authority: "user@a" }, "BAD_HOST"],
    ["4.1, 4: injection", { authority: "a\r\nX: y" }, "BAD_HOST"],
    ["4.1, 7: nonce too short", { nonce: new Uint8Array(15) }, "BAD_NONCE"],
    ["4.1, 7: nonce too long", { nonce: new Uint8Array(17) }, "BAD_NONCE"],
    ["a header of the handshake", { headers: [["Sec-WebSocket-Key", "x"]] }, "RESERVED_HEADER"],
    ["a header with a line break", { headers: [["X", "a\nb"]] }, "BAD_HEADER_VALUE"],
    ["a header with a colon", { headers: [["X: y", "a"]] }, "BAD_HEADER_NAME"],
  ])("throws for %s", (_, change, code) => {
    expect(() => createUpgrade({ ...BASE, ...change })).toThrow(expect.objectContaining({ name: "UsageError", code }));
  });
});

describe("createUpgrade over HTTP/2", () => {
  it("makes the request of RFC 8441, 5.1", () => {
    const sent = createUpgrade({
      http: 2,
      scheme: "https",
      authority: "server.example.com",
      target: "/chat",
      protocols: ["chat", "superchat"],
      headers: [["Origin", "http://www.example.com"]],
      compression: resolveCompression({ serverNoContextTakeover: false, clientNoContextTakeover: false }),
    });
    expect(sent.method).toBe("CONNECT");
    expect(sent.pseudo).toEqual([
      [":method", "CONNECT"],
      [":protocol", "websocket"],
      [":scheme", "https"],
      [":path", "/chat"],
      [":authority", "server.example.com"],
    ]);
    expect(sent.headers).toEqual([
      ["sec-websocket-version", "13"],
      ["sec-websocket-protocol", "chat, superchat"],
      ["sec-websocket-extensions", "permessage-deflate; client_max_window_bits"],
      ["origin", "http://www.example.com"],
    ]);
  });

  it("throws for a pseudo-header of the caller", () => {
    const options = { http: 2, scheme: "http", authority: "a", target: "/" } as const;
    const smuggle = () => createUpgrade({ ...options, headers: [[":authority", "evil"]] });
    expect(smuggle).toThrow(expect.objectContaining({ code: "BAD_HEADER_NAME" }));
  });
});
