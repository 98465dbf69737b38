/** The client's check of the answer: a row for each MUST of RFC 6455, 4.1 and RFC 7692, 7.1. */
import { describe, expect, it } from "vitest";
import { resolveCompression } from "../../../src/protocol/deflate/compression-options.ts";
import { checkResponse } from "../../../src/protocol/handshake/answer.ts";
import { createUpgrade } from "../../../src/protocol/handshake/client.ts";
import type { Changes } from "./samples.ts";
import { httpResponse, SAMPLE_NONCE } from "./samples.ts";

const BASE = { http: 1, authority: "server.example.com", target: "/chat", nonce: SAMPLE_NONCE } as const;
const sent = createUpgrade({ ...BASE, protocols: ["chat", "superchat"] });
const deflating = createUpgrade({
  ...BASE,
  protocols: ["chat"],
  compression: resolveCompression({ serverNoContextTakeover: false }),
});
const DEFLATE = "sec-websocket-extensions";

describe("checkResponse over HTTP/1.1", () => {
  it("takes the response of RFC 6455, 1.3", () => {
    expect(checkResponse(sent, httpResponse())).toEqual({ type: "open", protocol: "chat", deflate: null });
  });

  it.each<[rule: string, changes: Changes, protocol: string]>([
    ["4.1, 2: Upgrade in any case", { upgrade: "WebSocket" }, "chat"],
    ["4.1, 3: Connection is a list", { connection: "keep-alive, uPGRADE" }, "chat"],
    ["4.1, 4: space around Accept", { "sec-websocket-accept": " s3pPLMBiTxaQ9kYGzzhZRbK+xOo= " }, "chat"],
    ["4.2.2, 4: no subprotocol", { "sec-websocket-protocol": null }, ""],
    ["4.1, 6: another of those offered", { "sec-websocket-protocol": "superchat" }, "superchat"],
    ["unknown headers", { "x-powered-by": "curiosity" }, "chat"],
  ])("takes %s", (_, changes, protocol) => {
    expect(checkResponse(sent, httpResponse(changes))).toMatchObject({ type: "open", protocol });
  });

  it.each<[rule: string, changes: Changes, code: string]>([
    ["4.1, 2: Upgrade missing", { upgrade: null }, "ANSWER_WITHOUT_UPGRADE"],
    ["4.1, 2: Upgrade to something else", { upgrade: "h2c" }, "ANSWER_WITHOUT_UPGRADE"],
    ["4.1, 2: Upgrade to two things", { upgrade: "websocket, h2c" }, "ANSWER_WITHOUT_UPGRADE"],
    ["4.1, 3: Connection missing", { connection: null }, "ANSWER_WITHOUT_CONNECTION"],
    ["4.1, 3: Connection without Upgrade", { connection: "close" }, "ANSWER_WITHOUT_CONNECTION"],
    ["4.1, 4: Accept missing", { "sec-websocket-accept": null }, "WRONG_ACCEPT"],
    ["4.1, 4: Accept of another key", { "sec-websocket-accept": "HSmrc0sMlYUkAGmm5OPpG2HaGWk=" }, "WRONG_ACCEPT"],
    ["4.1, 4: Accept in another case", { "sec-websocket-accept": "S3PPLMBITXAQ9KYGZZHZRBK+XOO=" }, "WRONG_ACCEPT"],
    [
      "11.3.3: Accept twice",
      { "sec-websocket-accept": ["s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="] },
      "WRONG_ACCEPT",
    ],
    ["4.1, 6: subprotocol not offered", { "sec-websocket-protocol": "soap" }, "ANSWER_SUBPROTOCOL"],
    ["4.1, 6: in another case", { "sec-websocket-protocol": "Chat" }, "ANSWER_SUBPROTOCOL"],
    ["4.2.2, 4: empty subprotocol", { "sec-websocket-protocol": "" }, "ANSWER_SUBPROTOCOL"],
    ["4.3: two subprotocols", { "sec-websocket-protocol": "chat, superchat" }, "ANSWER_SUBPROTOCOL"],
    ["11.3.4: subprotocol twice", { "sec-websocket-protocol": ["chat", "superchat"] }, "ANSWER_SUBPROTOCOL"],
    ["4.1, 5: extension not offered", { [DEFLATE]: "foo" }, "EXTENSION_NOT_OFFERED"],
    ["4.1, 5: deflate not offered", { [DEFLATE]: "permessage-deflate" }, "EXTENSION_NOT_OFFERED"],
    ["9.1: extensions malformed", { [DEFLATE]: "foo;" }, "BAD_EXTENSION_LIST"],
    ["4.2.2, 4: empty extensions", { [DEFLATE]: "" }, "BAD_EXTENSION_LIST"],
  ])("fails for %s", (_, changes, code) => {
    const answer = checkResponse(sent, httpResponse(changes));
    expect(answer).toMatchObject({ type: "fail", error: { name: "HandshakeError", code, status: 101 } });
  });

  it.each([200, 204, 301, 400, 401, 403, 404, 426, 429, 500, 503])("fails for status %d (4.1, 1)", (status) => {
    const answer = checkResponse(sent, httpResponse({}, status));
    expect(answer).toMatchObject({ type: "fail", error: { code: "UPGRADE_REFUSED", status } });
  });

  it("tells which versions the server speaks (4.4)", () => {
    const response = httpResponse({ "sec-websocket-version": ["13", "8, 7"] }, 426);
    expect(checkResponse(sent, response)).toMatchObject({
      error: {
        message:
          'server answered 426 and did not open the WebSocket; it speaks the WebSocket versions "13, 8, 7", this client speaks 13',
      },
    });
  });

  it.each([100, 102, 103])("waits for the answer after an interim %d (RFC 9110, 15.2)", (status) => {
    expect(checkResponse(sent, httpResponse({}, status))).toEqual({ type: "interim" });
  });

  it("says what was offered when the server chose something else", () => {
    const answer = checkResponse(createUpgrade(BASE), httpResponse());
    expect(answer).toMatchObject({
      error: { message: 'server chose the subprotocol "chat", which is not one of those offered (none)' },
    });
  });
});

describe("checkResponse with permessage-deflate offered", () => {
  it.each<[header: string | readonly string[], agreed: object | null]>([
    ["permessage-deflate", { sendTakeover: false, receiveTakeover: true, sendWindowBits: 15, receiveWindowBits: 15 }],
    ["permessage-deflate; server_no_context_takeover", { receiveTakeover: false }],
    [
      'permessage-deflate; server_max_window_bits="10"; client_max_window_bits=9',
      { sendWindowBits: 9, receiveWindowBits: 10 },
    ],
    [[",", "permessage-deflate"], {}],
  ])("opens for %j", (header, agreed) => {
    const answer = checkResponse(deflating, httpResponse({ [DEFLATE]: header }));
    expect(answer).toMatchObject({ type: "open", deflate: agreed });
  });

  it("opens without compression when the server declines", () => {
    expect(checkResponse(deflating, httpResponse())).toEqual({ type: "open", protocol: "chat", deflate: null });
  });

  it.each<[header: string | readonly string[], code: string]>([
    ["permessage-deflate, permessage-deflate", "EXTENSION_TWICE"],
    [["permessage-deflate", "permessage-deflate"], "EXTENSION_TWICE"],
    ["permessage-deflate, foo", "EXTENSION_NOT_OFFERED"],
    ["foo, permessage-deflate", "EXTENSION_NOT_OFFERED"],
    ["Permessage-Deflate", "EXTENSION_NOT_OFFERED"],
    ["permessage-deflate; client_max_window_bits", "BAD_DEFLATE_ANSWER"],
    ["permessage-deflate; foo", "BAD_DEFLATE_ANSWER"],
  ])("fails for %j", (header, code) => {
    const answer = checkResponse(deflating, httpResponse({ [DEFLATE]: header }));
    expect(answer).toMatchObject({ type: "fail", error: { code, status: 101 } });
  });
});

describe("checkResponse over HTTP/2", () => {
  const options = { http: 2, scheme: "https", authority: "a", target: "/chat", protocols: ["chat"] } as const;
  const sent2 = createUpgrade(options);
  const bare: Changes = { upgrade: null, connection: null, "sec-websocket-accept": null };

  it.each([200, 201, 204, 299])(
    "opens for status %d without Upgrade, Connection and Accept (RFC 8441, 5)",
    (status) => {
      expect(checkResponse(sent2, httpResponse(bare, status))).toMatchObject({ type: "open", protocol: "chat" });
    },
  );

  it.each([101, 300, 400, 403, 501])("fails for status %d", (status) => {
    const answer = checkResponse(sent2, httpResponse(bare, status));
    expect(answer).toMatchObject({ type: "fail", error: { code: "UPGRADE_REFUSED", status } });
  });

  it("holds the server to what was offered", () => {
    const soap = httpResponse({ ...bare, "sec-websocket-protocol": "soap" }, 200);
    expect(checkResponse(sent2, soap)).toMatchObject({ error: { code: "ANSWER_SUBPROTOCOL", status: 200 } });
  });
});
