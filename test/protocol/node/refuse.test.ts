/** Refusing an opening handshake over a Node stream. */

import { expect, test } from "vitest";
import type { Refusal } from "../../../src/protocol/index.ts";
import { readUpgrade } from "../../../src/protocol/index.ts";
import { refuse, toHttp2UpgradeRequest } from "../../../src/protocol/node/index.ts";
import { TestStream } from "../../support/test-stream.ts";

const noUpgrade = readUpgrade({ method: "GET", httpVersion: "1.1", headers: new Headers({ host: "a" }) }) as Refusal;

test("the response has its body, says that the connection ends, and ends it", async () => {
  const stream = new TestStream();

  refuse(stream, noUpgrade);
  await new Promise((resolve) => setImmediate(resolve));

  const [head, body] = Buffer.concat(stream.written).toString().split("\r\n\r\n");
  expect(head).toMatch(/^HTTP\/1\.1 426 Upgrade Required\r\n/);
  expect(head).toMatch(/\r\nConnection: .*close/);
  expect(head).toContain(`Content-Length: ${body?.length}`);
  expect(body).toBe("426 Upgrade Required\n");
  expect(stream.ended).toBe(true);
});

test("a peer that resets meanwhile harms nobody", async () => {
  const stream = new TestStream();

  refuse(stream, noUpgrade);
  stream.destroy(new Error("ECONNRESET"));
  await new Promise((resolve) => setImmediate(resolve));

  expect(stream.destroyed).toBe(true);
});

test("an extended CONNECT of HTTP/2 is read from the headers of its stream", () => {
  const headers = {
    ":method": "CONNECT",
    ":protocol": "websocket",
    ":scheme": "https",
    ":path": "/chat",
    ":authority": "server.example.com",
    "sec-websocket-version": "13",
    "sec-websocket-protocol": "chat, superchat",
  };

  expect(readUpgrade(toHttp2UpgradeRequest(headers))).toMatchObject({
    type: "upgrade",
    http: 2,
    protocols: ["chat", "superchat"],
  });
  expect(readUpgrade(toHttp2UpgradeRequest({ ...headers, ":protocol": "other" }))).toMatchObject({ status: 501 });
});
