/** A pause holds in the middle of a chunk, stops the peer behind TCP, and loses nothing. */

import { once } from "node:events";
import { expect, it } from "vitest";
import type { Engine, Message } from "../../src/protocol/index.ts";
import { resolveCompression } from "../../src/protocol/index.ts";
import { deferred } from "../support/deferred.ts";
import { sample } from "../support/samples.ts";
import { within } from "../support/within.ts";
import { openWs } from "./peers.ts";
import { startOurs } from "./servers.ts";

const MiB = 1 << 20;

it.each([false, true])("holds at the message at hand and loses none, compression: %s", async (compression) => {
  const seen: Message[] = [];
  const paused = deferred<Engine>();
  const { port } = await startOurs({
    compression: resolveCompression(compression),
    connect: (connection) => ({
      message(data) {
        seen.push(data);
        if (data !== "pause here") return;
        connection().engine.pause();
        paused.resolve(connection().engine);
      },
      ping: () => seen.push("(ping)"),
      close: () => seen.push("(close)"),
    }),
  });
  const peer = await openWs(port, { compression, perMessageDeflate: compression });

  // One write, so that all of it comes in one chunk.
  const tcp = (peer.socket as unknown as { _socket: { cork(): void; uncork(): void } })._socket;
  tcp.cork();
  for (const data of ["one", "pause here", "two", "pause here", "three"]) peer.send(data);
  peer.socket.ping();
  peer.close(1000);
  tcp.uncork();

  const engine = await within(paused.promise, "first pause");
  expect(seen).toEqual(["one", "pause here"]);
  engine.resume();
  expect(seen).toEqual(["one", "pause here", "two", "pause here"]);
  engine.resume();
  expect(seen).toEqual(["one", "pause here", "two", "pause here", "three", "(ping)", "(close)"]);
});

it.each([false, true])("stops a peer that sends 24 MiB, compression: %s", async (compression) => {
  const paused = deferred<Engine>();
  let messages = 0;
  const { port } = await startOurs({
    compression: resolveCompression(compression),
    connect: (connection) => ({
      message() {
        if (++messages > 1) return;
        connection().engine.pause();
        paused.resolve(connection().engine);
      },
      close() {},
    }),
  });
  const peer = await openWs(port, { compression });
  const bystander = await openWs(port, { compression: false });
  const data = sample("random", MiB / 2);

  for (let at = 0; at < 48; at++) peer.send(data);
  const engine = await within(paused.promise, "first message");
  // Round trips on another connection are the clock: time enough for all that would come.
  for (let at = 0; at < 200; at++) {
    bystander.socket.ping();
    await within(once(bystander.socket, "pong"), "pong on another connection");
  }
  const [atOnce, held] = [messages, peer.socket.bufferedAmount];
  engine.resume();
  peer.close();
  await within(peer.closed, "close");

  expect(atOnce).toBe(1);
  expect(held).toBeGreaterThan(8 * MiB);
  expect(messages).toBe(48);
});

it("holds back the parts of a large compressed message too", async () => {
  const paused = deferred<Engine>();
  const done = deferred<void>();
  let bytes = 0;
  let bytesAtPause = 0;
  const { port } = await startOurs({
    compression: resolveCompression(true),
    limits: { messageSize: 16 * MiB },
    open({ engine }) {
      engine.inParts = true;
    },
    connect: (connection) => ({
      message() {},
      part(data, last) {
        bytes += data.length;
        if (last) done.resolve();
        if (bytesAtPause > 0) return;
        bytesAtPause = bytes;
        connection().engine.pause();
        paused.resolve(connection().engine);
      },
      close() {},
    }),
  });
  const peer = await openWs(port, { compression: true });
  const bystander = await openWs(port, { compression: false });

  peer.send(sample("ascii", 16 * MiB));
  const engine = await within(paused.promise, "first part");
  for (let at = 0; at < 200; at++) {
    bystander.socket.ping();
    await within(once(bystander.socket, "pong"), "pong on another connection");
  }
  const heldAt = bytes;
  engine.resume();
  await within(done.promise, "last part");

  expect(heldAt - bytesAtPause).toBeLessThanOrEqual(128 * 1024);
  expect(bytes).toBe(16 * MiB);
});
