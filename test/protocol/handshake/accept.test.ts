/** The server's answer: a row for each MUST of RFC 6455, 4.2.2. */
import { describe, expect, it } from "vitest";
import { resolveCompression } from "../../../src/protocol/deflate/compression-options.ts";
import { acceptUpgrade } from "../../../src/protocol/handshake/accept.ts";
import type { Upgrade, UpgradeRequest } from "../../../src/protocol/handshake/server.ts";
import { readUpgrade } from "../../../src/protocol/handshake/server.ts";
import { chooseProtocol } from "../../../src/protocol/handshake/subprotocol.ts";
import { http2Request, httpRequest } from "./samples.ts";

function upgradeOf(request: UpgradeRequest): Upgrade {
  const upgrade = readUpgrade(request);
  if (upgrade.type === "refuse") throw upgrade.error;
  return upgrade;
}

describe("acceptUpgrade", () => {
  it("gives the response of RFC 6455, 1.3", () => {
    expect(acceptUpgrade(upgradeOf(httpRequest()), { protocol: "chat" })).toEqual({
      response: {
        status: 101,
        headers: [
          ["Upgrade", "websocket"],
          ["Connection", "Upgrade"],
          ["Sec-WebSocket-Accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="],
          ["Sec-WebSocket-Protocol", "chat"],
        ],
      },
      protocol: "chat",
      deflate: null,
    });
  });

  it("gives the response of RFC 8441, 5.1 in lower case, without Upgrade, Connection and Accept", () => {
    const accepted = acceptUpgrade(upgradeOf(http2Request()), { protocol: "chat", headers: [["X-A", "1"]] });
    expect(accepted.response).toEqual({
      status: 200,
      headers: [
        ["sec-websocket-protocol", "chat"],
        ["x-a", "1"],
      ],
    });
  });

  it("sends no subprotocol when none is chosen (4.2.2, 4)", () => {
    const accepted = acceptUpgrade(upgradeOf(httpRequest()));
    expect(accepted.protocol).toBe("");
    expect(accepted.response.headers.map(([name]) => name)).not.toContain("Sec-WebSocket-Protocol");
  });

  it.each([
    ["soap", "SUBPROTOCOL_NOT_OFFERED"], // 4.2.2, 4: "MUST be derived from the client's handshake"
    ["Chat", "SUBPROTOCOL_NOT_OFFERED"], // compared as it is
    ["chat, superchat", "BAD_SUBPROTOCOL"], // 4.3: Sec-WebSocket-Protocol-Server = token
    ["chat\r\nX: y", "BAD_SUBPROTOCOL"],
  ])("throws for the subprotocol %j", (protocol, code) => {
    expect(() => acceptUpgrade(upgradeOf(httpRequest()), { protocol })).toThrow(expect.objectContaining({ code }));
  });

  it("adds headers of the caller, and none that breaks the handshake", () => {
    const upgrade = upgradeOf(httpRequest());
    const accepted = acceptUpgrade(upgrade, { headers: [["Set-Cookie", "a=1"]] });
    expect(accepted.response.headers.at(-1)).toEqual(["Set-Cookie", "a=1"]);
    const throwing = (name: string, value: string) => () => acceptUpgrade(upgrade, { headers: [[name, value]] });
    expect(throwing("X", "a\r\nSet-Cookie: b=2")).toThrow(expect.objectContaining({ code: "BAD_HEADER_VALUE" }));
    expect(throwing("Sec-WebSocket-Extensions", "x")).toThrow(expect.objectContaining({ code: "RESERVED_HEADER" }));
  });

  it("agrees on compression only when both want it (4.2.2, 4: derived from the client's handshake)", () => {
    const offering = httpRequest({ "sec-websocket-extensions": "permessage-deflate; client_max_window_bits" });
    const compression = resolveCompression(true);
    const names = (request: UpgradeRequest, ours: typeof compression) =>
      acceptUpgrade(upgradeOf(request), { compression: ours }).response.headers.filter(([name]) => /exten/i.test(name));

    expect(names(offering, compression)).toEqual([
      ["Sec-WebSocket-Extensions", "permessage-deflate; server_no_context_takeover; client_no_context_takeover"],
    ]);
    expect(names(offering, null)).toEqual([]);
    expect(names(httpRequest(), compression)).toEqual([]);
    expect(names(httpRequest({ "sec-websocket-extensions": "x-webkit-deflate-frame" }), compression)).toEqual([]);
    expect(acceptUpgrade(upgradeOf(offering), { compression }).deflate).toMatchObject({ sendTakeover: false });
  });
});

describe("chooseProtocol", () => {
  it("takes the first of ours that was offered", () => {
    expect(chooseProtocol(["a", "b"], ["b", "a"])).toBe("b");
    expect(chooseProtocol(["a", "b"], ["c", "a"])).toBe("a");
    expect(chooseProtocol(["a"], ["A"])).toBe("");
    expect(chooseProtocol([], ["a"])).toBe("");
  });
});
