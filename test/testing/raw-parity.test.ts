/** What comes back for raw bytes: the same from an app in memory as from the one that listens, byte for byte. */

import type { Socket } from "node:net";
import { connect } from "node:net";
import type { Duplex } from "node:stream";
import { expect, test } from "vitest";
import { AppSide } from "../../src/testing/app/app-side.ts";
import { resolveFaults } from "../../src/testing/network/faults.ts";
import { Line } from "../../src/testing/network/line.ts";
import { realClock } from "../../src/testing/real-time.ts";
import { listenAnywhere, testApp } from "../support/app-server.ts";
import { within } from "../support/within.ts";

const UPGRADE = "Host: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n";
const KEY = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
const many = Array.from({ length: 150 }, (_, at) => `x-${at}: 1\r\n`).join("");

/** What is sent; all of it ends the connection by itself, or with our FIN. */
const scenes: Record<string, string> = {
  "a malformed request line": "GET\r\n\r\n",
  "no HTTP at all": "hello\r\n\r\n",
  "a head that is too large": `GET /ws HTTP/1.1\r\nHost: a\r\nx: ${"y".repeat(70_000)}\r\n\r\n`,
  "too many header fields": `GET /ws HTTP/1.1\r\n${UPGRADE}${KEY}${many}\r\n`,
  "too many header fields of a plain request": `GET /hi HTTP/1.1\r\nHost: a\r\n${many}\r\n`,
  "no host": "GET /hi HTTP/1.1\r\nConnection: close\r\n\r\n",
  "no key": `GET /ws HTTP/1.1\r\n${UPGRADE}\r\n`,
  "another version": `GET /ws HTTP/1.1\r\n${UPGRADE.replace("13", "8")}${KEY}\r\n`,
  "another method": `POST /ws HTTP/1.1\r\n${UPGRADE}${KEY}\r\n`,
  "another origin": `GET /ws HTTP/1.1\r\n${UPGRADE}${KEY}Origin: https://evil.example\r\n\r\n`,
  "an upgrade to something else": "GET /hi HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, close\r\nUpgrade: h2c\r\n\r\n",
  "a tunnel": "CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n",
  "HTTP/1.0": "GET /hi HTTP/1.0\r\n\r\n",
  "two requests at once": `GET /hi HTTP/1.1\r\nHost: a\r\n\r\nGET /no HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`,
  "a request, and behind it a WebSocket on the same connection": `GET /hi HTTP/1.1\r\nHost: a\r\n\r\nGET /ws HTTP/1.1\r\n${UPGRADE}${KEY}\r\n\x81\x81\0\0\0\0a\x88\x80\0\0\0\0`,
  "a body in chunks":
    "POST /up HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
  "a body that was announced":
    "POST /up HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\nabc",
  "a request for the head": "HEAD /hi HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
  "a WebSocket, and a frame without a mask": `GET /ws HTTP/1.1\r\n${UPGRADE}${KEY}\r\n\x81\x01a`,
  "a WebSocket, and a text that is echoed": `GET /ws HTTP/1.1\r\n${UPGRADE}${KEY}\r\n\x81\x81\0\0\0\0a\x88\x80\0\0\0\0`,
};

function everything() {
  const { app } = testApp();
  app.ws("/ws", async (socket) => {
    for await (const text of socket.iterText()) await socket.sendText(`Echo: ${text}`);
  });
  app.http.get("/hi", (c) => c.text("hi"));
  app.http.post("/up", async (c) => c.text(`got ${await c.req.text()}`));
  return app;
}

test.each(Object.entries(scenes))("%s", async (_, bytes) => {
  const port = await listenAnywhere(everything());
  const side = new AppSide(everything());
  const line = new Line({
    clock: realClock,
    faults: resolveFaults(),
    number: 0,
    address: "127.0.0.1",
    port: 40_000,
    serverPort: 80,
    encrypted: false,
  });
  side.accept(line, "/");

  const overPort = await exchange(connect(port, "127.0.0.1"), bytes);
  const inMemory = await exchange(line.client, bytes);

  expect(inMemory).toEqual(overPort);
  expect(overPort).not.toBe("");
  await side.close();
});

/** All that comes until the end, without dates. */
async function exchange(stream: Duplex | Socket, bytes: string): Promise<string> {
  let got = "";
  const closed = new Promise<void>((resolve) => {
    stream.on("data", (chunk: Buffer) => {
      got += chunk.toString("latin1");
    });
    stream.on("error", () => {});
    stream.on("end", () => stream.end());
    stream.on("close", resolve);
  });
  stream.write(Buffer.from(bytes, "latin1"));
  await within(closed, "end of the connection", 4_000);
  return got.replace(/^date: .*\r\n/gim, "");
}
