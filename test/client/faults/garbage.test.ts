/** Servers that answer with anything: the client ends in a defined state, with a defined error, and leaves nothing behind. */

import { beforeAll, describe, expect, test } from "vitest";
import type { ConnectOptions } from "../../../src/client/index.ts";
import { connect } from "../../../src/client/index.ts";
import { acceptKey } from "../../../src/protocol/handshake/accept-key.ts";
import type { ProxyAnswer } from "../../support/fault-proxy.ts";
import { FaultProxy } from "../../support/fault-proxy.ts";
import { expectNoLeftovers, nameOf, watchLeftovers } from "../../support/fault-watch.ts";

beforeAll(watchLeftovers);

/** An answer that opens the WebSocket, with whatever behind it. */
const opened =
  (rest = "", ...fields: string[]) =>
  (request: string) => {
    const [, key = ""] = /^sec-websocket-key: (.*)$/im.exec(request) ?? [];
    const accept = `Sec-WebSocket-Accept: ${acceptKey(key.trim())}`;
    return http(
      ["HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade", accept, ...fields],
      rest,
    );
  };
const http = (lines: string[], body = "") => `${[...lines, "", ""].join("\r\n")}${body}`;

async function outcome(proxy: FaultProxy, options: ConnectOptions = {}): Promise<string> {
  const limits = { closeTimeout: 100 };
  const opening = connect(`ws://127.0.0.1:${proxy.port}/`, { timeout: 300, heartbeat: false, limits, ...options });
  try {
    const socket = await opening;
    const { code, error } = await socket.closed;
    expect(socket.state).toBe("closed");
    return `open, then ${code}${error === undefined ? "" : ` ${nameOf(error)}`}`;
  } catch (error) {
    return nameOf(error);
  }
}

describe("what is no WebSocket", () => {
  test.each<[string, ProxyAnswer, string]>([
    ["nothing at all", { bytes: "" }, "TimeoutError CONNECT_TIMEOUT"],
    ["a FIN", { bytes: "", isLast: true }, "ConnectError CONNECTION_ENDED"],
    ["a FIN before the request", { bytes: "", at: "connect", isLast: true }, "ConnectError CONNECTION_ENDED"],
    ["the banner of SSH", { bytes: "SSH-2.0-OpenSSH_9.6\r\n", at: "connect" }, "HandshakeError BAD_HTTP_HEAD"],
    ["the banner of SMTP", { bytes: "220 mail.example ESMTP\r\n", at: "connect" }, "HandshakeError BAD_HTTP_HEAD"],
    ["an alert of TLS", { bytes: "\x15\x03\x01\x00\x02\x02\x46" }, "ConnectError TLS_WANTED"],
    ["HTTP/2", { bytes: "\x00\x00\x00\x04\x00\x00\x00\x00\x00", at: "connect" }, "HandshakeError BAD_HTTP_HEAD"],
    ["HTTP/0.9", { bytes: "<html>hello</html>\r\n", isLast: true }, "HandshakeError BAD_HTTP_HEAD"],
    ["zeroes", { bytes: "\0".repeat(100_000) }, "HandshakeError BAD_HTTP_HEAD"],
    ["a page", { bytes: http(["HTTP/1.1 200 OK", "Content-Length: 5"], "hello") }, "HandshakeError UPGRADE_REFUSED"],
    [
      "a page without an end",
      { bytes: http(["HTTP/1.1 200 OK"], "hello"), isLast: true },
      "HandshakeError UPGRADE_REFUSED",
    ],
    [
      "an answer without a body",
      { bytes: http(["HTTP/1.1 503 Busy"]), isLast: true },
      "HandshakeError UPGRADE_REFUSED",
    ],
    [
      "half a body",
      { bytes: http(["HTTP/1.1 500 No", "Content-Length: 9"], "half"), isLast: true },
      "HandshakeError UPGRADE_REFUSED",
    ],
    [
      "a redirect",
      { bytes: http(["HTTP/1.1 302 Found", "Location: /", "Content-Length: 0"]) },
      "HandshakeError UPGRADE_REFUSED",
    ],
    ["half a head", { bytes: "HTTP/1.1 101 Switching", isLast: true }, "ConnectError CONNECTION_ENDED"],
    ["half a head, and no end", { bytes: "HTTP/1.1 101 Switching" }, "TimeoutError CONNECT_TIMEOUT"],
    [
      "interim answers without end",
      { bytes: http(["HTTP/1.1 100 Continue"]).repeat(10_000) },
      "TimeoutError CONNECT_TIMEOUT",
    ],
    ["a line without end", { bytes: `HTTP/1.1 101 ${"x".repeat(1_000_000)}` }, "HandshakeError HEAD_TOO_BIG"],
    [
      "fields without end",
      { bytes: `HTTP/1.1 101 Switching\r\n${"a: b\r\n".repeat(100_000)}` },
      "HandshakeError TOO_MANY_HEADERS",
    ],
    ["a bare 101", { bytes: http(["HTTP/1.1 101 Switching Protocols"]) }, "HandshakeError ANSWER_WITHOUT_UPGRADE"],
    ["a 101 for another key", { bytes: () => opened()("Sec-WebSocket-Key: x") }, "HandshakeError WRONG_ACCEPT"],
    ["a subprotocol", { bytes: opened("", "Sec-WebSocket-Protocol: chat") }, "HandshakeError ANSWER_SUBPROTOCOL"],
    ["an extension", { bytes: opened("", "Sec-WebSocket-Extensions: x") }, "HandshakeError EXTENSION_NOT_OFFERED"],
  ])("%s", async (_name, answer, expected) => {
    for (const isSplit of [false, true]) {
      if (isSplit && typeof answer.bytes === "string" && answer.bytes.length > 1_000) continue;
      const proxy = await FaultProxy.to(0, { answer, isSplit });

      expect(await outcome(proxy)).toBe(expected);

      await expectNoLeftovers(proxy);
    }
  });
});

describe("what is a WebSocket, and then", () => {
  test.each<[string, string, boolean, string]>([
    ["a FIN", "", true, "open, then 1006"],
    ["half a frame and a FIN", "\x81\x05he", true, "open, then 1006"],
    ["a masked frame", "\x81\x80\x01\x02\x03\x04", false, "open, then 1002 ProtocolError MASK_UNEXPECTED"],
    ["a reserved opcode", "\x83\x00", false, "open, then 1002 ProtocolError OPCODE_RESERVED"],
    ["compression that was not agreed on", "\xc1\x00", false, "open, then 1002 ProtocolError RSV_UNEXPECTED"],
    ["a text that is none", "\x81\x01\xff", false, "open, then 1007 ProtocolError INVALID_UTF8"],
    ["a frame of 2 ** 63 bytes", "\x82\x7f\xff\0\0\0\0\0\0\0", false, "open, then 1002 ProtocolError LENGTH_OVERFLOW"],
    ["a message that is too big", "\x82\x7f\0\0\0\0\x7f\0\0\0", false, "open, then 1009 ProtocolError MESSAGE_TOO_BIG"],
    ["a close code that is none", "\x88\x02\x03\xed", false, "open, then 1002 ProtocolError CLOSE_CODE_FORBIDDEN"],
    ["HTTP", http(["HTTP/1.1 400 Bad Request"]), true, "open, then 1002 ProtocolError RSV_UNEXPECTED"],
    ["a Close frame, and no FIN", "\x88\x02\x03\xe8", false, "open, then 1000"],
    ["pings without end", "\x89\x00".repeat(20_000), false, "open, then 1008 ProtocolError CONTROL_FLOOD"],
  ])("%s", async (_name, rest, isLast, expected) => {
    for (const isSplit of [false, true]) {
      if (isSplit && rest.length > 1_000) continue;
      const proxy = await FaultProxy.to(0, { answer: { bytes: opened(rest), isLast }, isSplit });

      expect(await outcome(proxy)).toBe(expected);

      await expectNoLeftovers(proxy);
    }
  });
});

test("with reconnect, garbage is met by waiting, and by trying again, until there is a server", async () => {
  const busy = http(["HTTP/1.1 503 Busy", "Content-Length: 0"]);
  const answers: ProxyAnswer[] = [
    { bytes: "", isLast: true },
    { bytes: busy },
    { bytes: "HTTP/1.1 101 Switch" },
    { bytes: "SSH-2.0\r\n" },
    { bytes: opened() },
  ];
  const proxy = await FaultProxy.to(0, ...answers.map((answer) => ({ answer })));
  const errors: string[] = [];

  const socket = await connect(`ws://127.0.0.1:${proxy.port}/`, {
    timeout: 100,
    reconnect: { initial: true, minDelay: 1, maxDelay: 2 },
    onRetry: ({ error }) => errors.push(nameOf(error)),
  });

  expect(errors).toEqual([
    "ConnectError CONNECTION_ENDED",
    "HandshakeError UPGRADE_REFUSED",
    "TimeoutError CONNECT_TIMEOUT",
    "HandshakeError BAD_HTTP_HEAD",
  ]);
  socket.terminate();
  await expectNoLeftovers(proxy);
});
