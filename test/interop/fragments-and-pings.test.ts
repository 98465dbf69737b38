/** Fragments, and control frames between them, in both directions: text is whole again, pings come back as pongs. */

import { once } from "node:events";
import { describe, expect, it } from "vitest";
import type WebSocket from "ws";
import type { Engine, Message } from "../../src/protocol/index.ts";
import { resolveCompression } from "../../src/protocol/index.ts";
import { Inbox } from "../support/inbox.ts";
import { nameOf, sample } from "../support/samples.ts";
import { within } from "../support/within.ts";
import { openOurs, openUndici, openWs } from "./peers.ts";
import { startOurEcho, startOurs, startWs } from "./servers.ts";

const TEXT = "to be, or not to be 🦉 — 世界";
const LARGE = sample("three-byte", 300_000);

describe.each([false, true])("compression: %s", (compression) => {
  const resolved = resolveCompression(compression && { serverNoContextTakeover: false, threshold: 0 });

  it("our server joins what ws sends in fragments, cut inside characters, pings between them", async () => {
    const { port } = await startOurEcho({ compression });
    const { socket, messages } = await openWs(port, { compression });
    const pongs = new Inbox<string>();
    socket.on("pong", (payload) => pongs.push(payload.toString()));

    for (const text of [TEXT, LARGE as string, TEXT]) sendInPieces(socket, Buffer.from(text));

    for (const text of [TEXT, LARGE, TEXT]) expect(nameOf(await messages.next("echo"))).toBe(nameOf(text));
    for (const at of PIECES) expect(await pongs.next("pong")).toBe(`after piece ${at}`);
  });

  it.each([
    { name: "ws", open: openWs },
    { name: "undici", open: openUndici },
  ])("$name joins what our server sends in fragments, pings between them", async ({ open }) => {
    const pongs = new Inbox<string>();
    const { port } = await startOurs({
      compression: resolved,
      connect: (connection) => ({
        message: (data) => sendInFragments(connection().engine, data),
        pong: (payload) => pongs.push(Buffer.from(payload).toString()),
        close() {},
      }),
      limits: { messageSize: 16 << 20 },
    });
    const peer = await open(port, { compression });
    const sent = [TEXT, LARGE, sample("random", 100_000), ""];

    for (const data of sent) peer.send(data);

    for (const data of sent) expect(nameOf(await peer.messages.next("answer"))).toBe(nameOf(data));
    for (const _ of sent) for (const at of PIECES) expect(await pongs.next("pong")).toBe(`after piece ${at}`);
  });

  it("ws joins what our client sends in fragments, and we what it sends", async () => {
    const { port } = await startWs(
      (socket) => socket.on("message", (data: Buffer, isBinary) => sendInPieces(socket, data, isBinary)),
      { perMessageDeflate: compression && { threshold: 0 } },
    );
    const peer = await openOurs(port, { compression: resolved });
    const sent = [TEXT, LARGE, sample("random", 100_000), ""];

    for (const data of sent) sendInFragments(peer.engine, data);

    for (const data of sent) expect(nameOf(await peer.messages.next("answer"))).toBe(nameOf(data));
    for (const _ of sent)
      for (const at of PIECES) expect(textOf(await peer.pongs.next("pong"))).toBe(`after piece ${at}`);
    for (const _ of sent)
      for (const at of PIECES) expect(textOf(await peer.pings.next("ping"))).toBe(`after piece ${at}`);
  });
});

describe("a ping with a payload", () => {
  const payloads = [Buffer.alloc(0), Buffer.from("hello"), Buffer.alloc(125, 0xfe)];

  it("comes back from our server to ws", async () => {
    const { port } = await startOurEcho({ compression: false });
    const { socket } = await openWs(port, { compression: false });

    for (const payload of payloads) {
      const pong = once(socket, "pong");
      socket.ping(payload);
      expect((await within(pong, "pong"))[0]).toEqual(payload);
    }
  });

  it("comes back from ws to our client", async () => {
    const { port } = await startWs(() => {});
    const { engine, pongs } = await openOurs(port, { compression: null });

    for (const payload of payloads) {
      engine.ping(payload);
      expect(Buffer.from(await pongs.next("pong"))).toEqual(payload);
    }
  });

  it("comes back from our client to ws", async () => {
    const pongs = new Inbox<Buffer>();
    const { port } = await startWs((socket) => {
      socket.on("pong", (payload) => pongs.push(payload));
      for (const payload of payloads) socket.ping(payload);
    });
    const { pings } = await openOurs(port, { compression: null });

    for (const payload of payloads) {
      expect(Buffer.from(await pings.next("ping"))).toEqual(payload);
      expect(await pongs.next("pong")).toEqual(payload);
    }
  });

  it.each([
    { name: "ws", open: openWs },
    { name: "undici", open: openUndici },
  ])("comes back from $name to our server", async ({ open }) => {
    const pongs = new Inbox<Uint8Array>();
    const { port } = await startOurs({
      connect: (connection) => ({
        message: () => payloads.forEach((payload) => void connection().engine.ping(payload)),
        pong: (payload) => pongs.push(payload),
        close() {},
      }),
    });
    const peer = await open(port, { compression: false });

    peer.send("ping me");

    for (const payload of payloads) expect(Buffer.from(await pongs.next("pong"))).toEqual(payload);
  });
});

/** The pieces that have a ping behind them. */
const PIECES = [0, 1, 2];

/** Three pieces and an empty last one; bytes, so that they may be cut inside a character. */
function sendInPieces(socket: WebSocket, bytes: Buffer, binary = false): void {
  const third = Math.ceil(bytes.length / 3);
  for (const at of PIECES) {
    socket.send(bytes.subarray(at * third, (at + 1) * third), { fin: false, binary });
    socket.ping(`after piece ${at}`);
  }
  socket.send(Buffer.alloc(0), { fin: true, binary });
}

function sendInFragments(engine: Engine, data: Message): void {
  const third = Math.ceil(data.length / 3);
  for (const at of PIECES) {
    engine.sendFragment(data.slice(at * third, (at + 1) * third), false);
    engine.ping(Buffer.from(`after piece ${at}`));
  }
  engine.sendFragment(data.slice(0, 0), true);
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString();
}
