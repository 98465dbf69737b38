/** Node's requests as the opening handshake reads them: nothing that came twice is dropped in silence. */

import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { connect } from "node:net";
import { expect, test } from "vitest";
import { toUpgradeRequest } from "../../../src/protocol/node/index.ts";

/** What Node's parser makes of a request. */
async function parse(...lines: string[]): Promise<IncomingMessage> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const client = connect((server.address() as AddressInfo).port, "127.0.0.1");
  client.write(`${lines.join("\r\n")}\r\n\r\n`);
  const [request] = (await once(server, "upgrade")) as [IncomingMessage];
  client.destroy();
  request.socket.destroy();
  server.close();
  return request;
}

test("method, version, target and header fields", async () => {
  const request = await parse(
    "GET /chat?room=1 HTTP/1.1",
    "Host: a.example",
    "Connection: Upgrade",
    "Upgrade: websocket",
    "X-Empty:",
  );

  const { method, httpVersion, target, headers } = toUpgradeRequest(request);

  expect({ method, httpVersion, target }).toEqual({ method: "GET", httpVersion: "1.1", target: "/chat?room=1" });
  expect(headers.get("host")).toBe("a.example");
  expect(headers.get("upgrade")).toBe("websocket");
  expect(headers.get("x-empty")).toBe("");
  expect(headers.get("sec-websocket-key")).toBeNull();
});

test("a field that came twice is seen twice", async () => {
  const request = await parse(
    "GET / HTTP/1.1",
    "Host: a.example",
    "Connection: keep-alive",
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Key: one",
    "Sec-WebSocket-Key: two",
    "Sec-WebSocket-Protocol: a",
    "Sec-WebSocket-Protocol: b, c",
  );

  const { headers } = toUpgradeRequest(request);

  expect(headers.get("connection")).toBe("keep-alive, Upgrade");
  expect(headers.get("sec-websocket-key")).toBe("one, two");
  expect(headers.get("sec-websocket-protocol")).toBe("a, b, c");
});

test("names of Object.prototype are no fields", async () => {
  const request = await parse("GET / HTTP/1.1", "Host: a", "Connection: Upgrade", "Upgrade: websocket");

  expect(toUpgradeRequest(request).headers.get("constructor")).toBeNull();
  expect(toUpgradeRequest(request).headers.get("__proto__")).toBeNull();
});
