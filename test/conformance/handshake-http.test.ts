/** The opening handshake as raw TCP sees it (RFC 6455, 4): status lines of our server, and what our client refuses. */

import type { Socket } from "node:net";
import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { startEcho } from "../../src/cli/echo/echo-server.ts";
import { openClient } from "../support/client.ts";
import { connectOurs } from "./endpoints.ts";
import { close, describeFrame, encodeFrame, text } from "./frames.ts";
import { dial, listenTcp, proofOf, readHead, upgradeRequest, upgradeResponse } from "./raw-handshake.ts";
import { RawPeer } from "./raw-peer.ts";

const HELLO = text("Hello");
const SAMPLE_ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="; // RFC 6455, 1.3

type Request = [what: string, request: string, status: string, fields?: Record<string, string>];

const OPENS: readonly Request[] = [
  ["the sample of RFC 6455, 1.3", upgradeRequest(), "101", { "sec-websocket-accept": SAMPLE_ACCEPT }],
  ["Upgrade in capitals", upgradeRequest({ Upgrade: "WEBSOCKET" }), "101"],
  ["Connection as a list", upgradeRequest({ Connection: "keep-alive, upgrade" }), "101"],
  ["a path and a query", upgradeRequest({}, "GET /chat?room=1 HTTP/1.1"), "101"],
  ["an absolute target", upgradeRequest({}, "GET http://127.0.0.1/chat HTTP/1.1"), "101"],
  [
    "subprotocols: one of them is chosen",
    upgradeRequest({ "Sec-WebSocket-Protocol": "a, b" }),
    "101",
    { "sec-websocket-protocol": "a" },
  ],
  ["an unknown extension: none is answered", upgradeRequest({ "Sec-WebSocket-Extensions": "x-other; a=1" }), "101"],
];

const REFUSED: readonly Request[] = [
  ["POST", upgradeRequest({}, "POST / HTTP/1.1"), "405", { allow: "GET" }],
  ["HTTP/1.0", upgradeRequest({}, "GET / HTTP/1.0"), "400"],
  ["no Host", upgradeRequest({ Host: undefined }), "400"],
  ["a bad Host", upgradeRequest({ Host: "a b" }), "400"],
  // RFC 9110, 7.8: "A server MAY ignore a received Upgrade header field": HTTP answers, as if it were not there.
  [
    "an upgrade to something else",
    upgradeRequest({ Upgrade: "h2c" }),
    "200",
    { "content-type": "text/html; charset=UTF-8" },
  ],
  ["version 8", upgradeRequest({ "Sec-WebSocket-Version": "8" }), "426", { "sec-websocket-version": "13" }],
  ["no version", upgradeRequest({ "Sec-WebSocket-Version": undefined }), "426", { "sec-websocket-version": "13" }],
  ["no key", upgradeRequest({ "Sec-WebSocket-Key": undefined }), "400"],
  ["a key of 15 bytes", upgradeRequest({ "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25j" }), "400"],
  ["a key that is no base64", upgradeRequest({ "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZ!==" }), "400"],
  ["a body", upgradeRequest({ "Content-Length": "5" }), "400"],
  ["malformed extensions", upgradeRequest({ "Sec-WebSocket-Extensions": "a;;b" }), "400"],
  ["malformed subprotocols", upgradeRequest({ "Sec-WebSocket-Protocol": "a b" }), "400"],
  ["no HTTP at all", "hello\r\n\r\n", "400"],
];

describe("x.http our server over raw TCP", () => {
  test.each<Request>([...OPENS, ...REFUSED])("%s", async (_, request, status, fields = {}) => {
    const server = await startEcho({ port: 0, compression: true });
    try {
      const socket = await dial(server.port);
      socket.write(request);

      const head = await readHead(socket);

      expect(head.start).toMatch(new RegExp(`^HTTP/1\\.1 ${status} [A-Z]`));
      expect(Object.fromEntries(head.fields)).toMatchObject(fields);
      expect(head.fields.has("sec-websocket-extensions")).toBe(false);
      if (status === "101") {
        socket.destroy();
      } else {
        expect(head.fields.has("sec-websocket-accept")).toBe(false);
        await expectEnd(socket);
      }
    } finally {
      await server.close();
    }
  });

  test("the request octet by octet, and the first frames behind it in the same write", async () => {
    const server = await startEcho({ port: 0 });
    try {
      const socket = await dial(server.port);
      const request = Buffer.from(upgradeRequest());
      const frames = Buffer.concat([HELLO, close(1000)].map((frame) => encodeFrame(frame, "client")));
      await writeChopped(socket, request.subarray(0, -1), 1);
      socket.write(Buffer.concat([request.subarray(-1), frames]));

      const { rest } = await readHead(socket);
      const peer = new RawPeer(socket, { role: "client", deflate: null, rest });
      await peer.receive(2);

      expect(peer.received.map(describeFrame)).toEqual([HELLO, close(1000)].map(describeFrame));
      peer.destroy();
    } finally {
      await server.close();
    }
  });
});

type Answer = readonly [what: string, answer: (key: string) => string, status: number | undefined];

const FAILS: readonly Answer[] = [
  ...[200, 301, 400, 401, 403, 404, 405, 426, 429, 500, 503].map(
    (status): Answer => [`status ${status}`, () => `HTTP/1.1 ${status} Whatever\r\nContent-Length: 0\r\n\r\n`, status],
  ),
  ["Accept for another key", () => upgradeResponse("dGhlIHNhbXBsZSBub25jZQ=="), 101],
  ["Accept missing", (key) => upgradeResponse(key, { "Sec-WebSocket-Accept": undefined }), 101],
  ["Accept in another case", (key) => upgradeResponse(key, { "Sec-WebSocket-Accept": swapCase(proofOf(key)) }), 101],
  ["Upgrade missing", (key) => upgradeResponse(key, { Upgrade: undefined }), 101],
  ["Upgrade to something else", (key) => upgradeResponse(key, { Upgrade: "h2c" }), 101],
  ["Connection missing", (key) => upgradeResponse(key, { Connection: undefined }), 101],
  [
    "an extension that was not offered",
    (key) => upgradeResponse(key, { "Sec-WebSocket-Extensions": "permessage-deflate" }),
    101,
  ],
  ["a subprotocol that was not offered", (key) => upgradeResponse(key, { "Sec-WebSocket-Protocol": "chat" }), 101],
  ["no HTTP at all", () => "hello\r\n\r\n", undefined],
  ["a head without end", () => `HTTP/1.1 101 Switching Protocols\r\nX: ${"x".repeat(20_000)}`, undefined],
];

const sink = { message() {}, close() {} };

describe("x.http our client over raw TCP", () => {
  test.each(FAILS)("fails for %s", async (_, answer, status) => {
    const { server, port, client } = await listenTcp();
    const opening = openClient(port, { sink });
    const outcome = expect(opening).rejects.toMatchObject({ name: "HandshakeError", status });
    const socket = await client;
    const { fields } = await readHead(socket);
    socket.write(answer(fields.get("sec-websocket-key")!));
    await outcome;
    socket.destroy();
    server.close();
  });

  test("the answer in chops, and the first frames behind it in the same write", async () => {
    const { server, port, client } = await listenTcp();
    const messages: unknown[] = [];
    const closed = new Promise((resolve) => {
      void openClient(port, { sink: { message: (data) => messages.push(data), close: resolve } });
    });
    const socket = await client;
    const { fields } = await readHead(socket);
    const head = Buffer.from(upgradeResponse(fields.get("sec-websocket-key")!, { "X-Long": "x".repeat(100) }));
    const frames = Buffer.concat([HELLO, close(1000)].map((frame) => encodeFrame(frame, "server")));
    await writeChopped(socket, head.subarray(0, -1), 32);
    socket.write(Buffer.concat([head.subarray(-1), frames]));

    expect(await closed).toEqual({ code: 1000, reason: "", wasClean: true });
    expect(messages).toEqual(["Hello"]);
    socket.destroy();
    server.close();
  });
});

test("the harness itself: a wait that is in vain says what was expected and what had come", async () => {
  await using endpoints = await connectOurs("client");
  const { peer } = endpoints;
  await peer.send(HELLO, close(1000));
  await peer.receive(2);
  peer.end();
  await peer.receiveClosed();
  peer.received.length = 0;
  await expect(peer.receive(1)).rejects.toThrow(
    "TCP ended while waiting for 1 frames; 0 frames had come, TCP is closed",
  );
});

/** Each chop leaves by itself, and the other side reads it before the next. */
async function writeChopped(socket: Socket, bytes: Uint8Array, size: number): Promise<void> {
  socket.setNoDelay(true);
  for (let at = 0; at < bytes.length; at += size) {
    await new Promise((sent) => socket.write(bytes.subarray(at, at + size), sent));
    await turn();
  }
}

/** The server has nothing more to say behind a refusal: it ends TCP. */
async function expectEnd(socket: Socket): Promise<void> {
  socket.resume();
  if (!socket.readableEnded) await new Promise((resolve) => socket.once("end", resolve));
  socket.end();
  expect(socket.errored).toBeNull();
}

function swapCase(base64: string): string {
  return base64.replace(/[a-zA-Z]/g, (letter) =>
    letter === letter.toUpperCase() ? letter.toLowerCase() : letter.toUpperCase(),
  );
}
