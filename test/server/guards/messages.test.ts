/** Guards, end to end: messages that are too large, in too many pieces, too many, and control frames without end. */

import { deflateRawSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import type { App, AppOptions } from "../../../src/index.ts";
import { frame } from "../../support/frames.ts";
import { echo, listeningApp } from "../../support/listening-app.ts";
import { rawOpen } from "../../support/raw-tcp.ts";
import { WsPeer } from "../../support/ws-peer.ts";

const KEY = Uint8Array.of(1, 2, 3, 4);

describe("limits.messageSize", () => {
  it("closes with 1009, as soon as the header says how long it will be", async () => {
    const { port, heard, log } = await listeningApp(echo, { limits: { messageSize: 100 } });
    const client = await rawOpen(port);

    client.write(Buffer.from("81e5" + "00000000", "hex")); // text of 101 bytes, none of them sent

    expect(await client.next()).toEqual({ code: 1009, reason: "" });
    expect(await heard.once("connectionClosed")).toMatchObject({ error: { code: "MESSAGE_TOO_BIG" } });
    expect(log.lines).toEqual([
      expect.stringMatching(/^warn: .* · message of 101 bytes exceeds limits\.messageSize \(100\)$/),
    ]);
  });

  it("lets through what is just as large", async () => {
    const { url } = await listeningApp(echo, { limits: { messageSize: 100 } });

    expect(await (await WsPeer.open(`${url}/ws`)).ask("x".repeat(100))).toHaveLength(106);
  });

  it("counts the fragments of a message together", async () => {
    const { port } = await listeningApp(echo, { limits: { messageSize: 100 } });
    const client = await rawOpen(port);

    client.write(frame({ opcode: 1, fin: false, payload: Buffer.alloc(60, "x"), key: KEY }));
    client.write(frame({ opcode: 0, fin: false, payload: Buffer.alloc(60, "x"), key: KEY }));

    expect(await client.next()).toEqual({ code: 1009, reason: "" });
  });

  it("counts what a compressed message inflates to: a bomb is 1009", async () => {
    const { port, heard } = await listeningApp(echo, { compression: true });
    const client = await rawOpen(port, { extra: ["Sec-WebSocket-Extensions: permessage-deflate"] });
    const bomb = deflateRawSync(Buffer.alloc(50_000_000), { finishFlush: 2 }).subarray(0, -4);

    client.write(frame({ opcode: 1, rsv: 4, payload: bomb, key: KEY }));

    expect(await client.next()).toEqual({ code: 1009, reason: "" });
    expect((await heard.once("connectionClosed")).error).toMatchObject({ code: "INFLATED_TOO_BIG" });
  });

  it("is a route's own where it says so", async () => {
    const { url } = await listeningApp(
      (app) => {
        app.ws("/large", { limits: { messageSize: 1_000 } }, (socket) =>
          socket.receive().then((all) => socket.send(all)),
        );
        echo(app);
      },
      { limits: { messageSize: 100 } },
    );
    const text = "x".repeat(1_000);
    const small = await WsPeer.open(`${url}/ws`);

    small.send(text);

    expect(await (await WsPeer.open(`${url}/large`)).ask(text)).toBe(text);
    expect((await small.ended()).code).toBe(1009);
  });
});

describe("pieces without end", () => {
  it("limits.fragments closes with 1008", async () => {
    const { port, heard } = await listeningApp(echo, { limits: { fragments: 10 } });
    const client = await rawOpen(port);

    client.write(frame({ opcode: 1, fin: false, payload: Buffer.from("a"), key: KEY }));
    for (let at = 0; at < 10; at++) client.write(frame({ opcode: 0, fin: false, payload: Buffer.from("a"), key: KEY }));

    expect(await client.next()).toEqual({ code: 1008, reason: "" });
    expect((await heard.once("connectionClosed")).error).toMatchObject({ code: "TOO_MANY_FRAGMENTS" });
  });

  it("limits.frameSize closes with 1009", async () => {
    const { port } = await listeningApp(echo, { limits: { frameSize: 10 } });
    const client = await rawOpen(port);

    client.say("eleven char");

    expect(await client.next()).toEqual({ code: 1009, reason: "" });
  });

  it.each([
    ["pings", 0x9],
    ["pongs", 0xa],
  ])("limits.controlFramesPerSecond closes with 1008 at a flood of %s", async (_what, opcode) => {
    const { port, heard } = await listeningApp(echo, { limits: { controlFramesPerSecond: 50 } });
    const client = await rawOpen(port);

    client.write(Buffer.concat(Array.from({ length: 200 }, () => frame({ opcode, key: KEY }))));

    for (;;) {
      const came = await client.next();
      if (typeof came === "object" && "code" in came) {
        expect(came).toEqual({ code: 1008, reason: "" });
        break;
      }
    }
    expect((await heard.once("connectionClosed")).error).toMatchObject({ code: "CONTROL_FLOOD" });
  });

  it("the default lets an honest client ping now and then", async () => {
    const { port } = await listeningApp(echo);
    const client = await rawOpen(port);

    for (let at = 0; at < 100; at++) client.frame(0x9, String(at));
    client.say("still here");

    for (let at = 0; at < 100; at++) expect(await client.nextFrame()).toMatchObject({ opcode: 0xa });
    expect(await client.next()).toBe("Echo: still here");
  });
});

describe("more than a client may send in a second", () => {
  const counting = (counted: string[]) => (app: App) => {
    app.ws("/ws", async (socket) => {
      for await (const text of socket.iterText()) {
        counted.push(text);
        await socket.sendText(text);
      }
    });
  };

  it.each<[string, AppOptions["limits"], string, string]>([
    ["limits.messagesPerSecond", { messagesPerSecond: 5 }, "x", "more than limits.messagesPerSecond (5)"],
    ["limits.bytesPerSecond", { bytesPerSecond: 500 }, "x".repeat(100), "more than limits.bytesPerSecond (500)"],
  ])("%s closes with 1008", async (_name, limits, text, message) => {
    const { url, heard } = await listeningApp(echo, { limits });
    const client = await WsPeer.open(`${url}/ws`);

    for (let at = 0; at < 6; at++) client.send(text);

    expect(await client.ended()).toEqual({ code: 1008, reason: "" });
    expect((await heard.once("connectionClosed")).error).toMatchObject({ message });
  });

  it("a burst of a second's worth is no offence", async () => {
    const { url } = await listeningApp(echo, { limits: { messagesPerSecond: 5 } });
    const client = await WsPeer.open(`${url}/ws`);

    for (let at = 0; at < 5; at++) client.send(String(at));

    for (let at = 0; at < 5; at++) expect(await client.next()).toBe(`Echo: ${at}`);
    expect(client.socket.readyState).toBe(client.socket.OPEN);
  });

  it.each<[string, AppOptions["limits"], string]>([
    ["messages", { messagesPerSecond: 20 }, "x"],
    ["bytes", { bytesPerSecond: 2_000 }, "x".repeat(100)],
  ])("overRate: pause reads %s no faster than that, and loses none", async (_what, limits, text) => {
    const counted: string[] = [];
    const { url } = await listeningApp(counting(counted), { limits, overRate: "pause" });
    const client = await WsPeer.open(`${url}/ws`);
    const began = performance.now();

    for (let at = 0; at < 40; at++) client.send(`${text}${at}`);
    for (let at = 0; at < 40; at++) expect(await client.next()).toBe(`${text}${at}`);

    // 20 at once, and 19 more, 50 ms each, before the last one; a timer may be a millisecond early.
    expect(performance.now() - began).toBeGreaterThan(930);
    expect(client.socket.readyState).toBe(client.socket.OPEN);
  });

  it("one client's haste does not slow down another", async () => {
    const { url } = await listeningApp(echo, { limits: { messagesPerSecond: 2 }, overRate: "pause" });
    const hasty = await WsPeer.open(`${url}/ws`);
    for (let at = 0; at < 100; at++) hasty.send("hurry");

    const calm = await WsPeer.open(`${url}/ws`);
    const began = performance.now();

    expect(await calm.ask("hello")).toBe("Echo: hello");
    expect(performance.now() - began).toBeLessThan(3_000);
  });
});
