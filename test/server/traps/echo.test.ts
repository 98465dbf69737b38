/** Traps of the frameworks that we learn from: what an echo did to ordinary clients. Numbers: seeds/FINDINGS.md, (d). */

import { describe, expect, it } from "vitest";
import { echo, listeningApp } from "../../support/listening-app.ts";
import { rawOpen } from "../../support/raw-tcp.ts";
import { WsPeer } from "../../support/ws-peer.ts";

describe("the documented echo", () => {
  it("serves on after one client leaves, and takes new ones (trap 1)", async () => {
    const { url, heard } = await listeningApp(echo);
    const stays = await WsPeer.open(`${url}/ws`);
    const leaves = await WsPeer.open(`${url}/ws`);

    await leaves.close();
    await heard.once("connectionClosed");

    expect(await stays.ask("still here")).toBe("Echo: still here");
    expect(await (await WsPeer.open(`${url}/ws`)).ask("new here")).toBe("Echo: new here");
  });

  it("does not spin when a client has left: the process idles (trap 1)", async () => {
    const { url, heard } = await listeningApp(echo);
    await (await WsPeer.open(`${url}/ws`)).close();
    await heard.once("connectionClosed");

    // A loop over "" would starve this timer, or burn all of this time.
    const before = process.cpuUsage();
    const began = performance.now();
    await new Promise((resolve) => setTimeout(resolve, 200));
    const { user, system } = process.cpuUsage(before);

    expect(performance.now() - began).toBeLessThan(4_000);
    expect((user + system) / 1000).toBeLessThan(150);
  });

  it("goes on after an empty message, and answers it (trap 16)", async () => {
    const { port } = await listeningApp(echo);
    const client = await rawOpen(port);

    client.say("");
    client.say("next");

    expect([await client.next(), await client.next()]).toEqual(["Echo: ", "Echo: next"]);
  });

  it("gives the first message first, and no event in its place (trap 2)", async () => {
    const { url } = await listeningApp((app) => {
      app.ws("/ws", async (socket) => socket.sendText(JSON.stringify(await socket.receiveText())));
    });

    expect(await (await WsPeer.open(`${url}/ws`)).ask("first")).toBe('"first"');
  });

  it("has no ping in it: that is answered with a pong, and is no message (trap 14)", async () => {
    const { port } = await listeningApp(echo);
    const client = await rawOpen(port);

    client.frame(0x9, "are you there");
    client.say("message");

    const pong = await client.nextFrame();
    expect({ opcode: pong.opcode, payload: Buffer.from(pong.payload).toString() }).toEqual({
      opcode: 0xa,
      payload: "are you there",
    });
    expect(await client.next()).toBe("Echo: message");
  });

  it("takes a message in two fragments as one (trap 14)", async () => {
    const { port } = await listeningApp(echo);
    const client = await rawOpen(port);

    // Two fragments of "Hello", masked with 00000000.
    client.write(Buffer.from("018300000000" + "48656c" + "808200000000" + "6c6f", "hex"));

    expect(await client.next()).toBe("Echo: Hello");
  });

  it("takes a message of 200 KB whole, however TCP cuts it (trap 14)", async () => {
    const { url } = await listeningApp(echo);
    const long = "0123456789".repeat(20_000);

    expect(await (await WsPeer.open(`${url}/ws`)).ask(long)).toBe(`Echo: ${long}`);
  });

  it("answers a Close frame with its own code (trap 14)", async () => {
    const { port } = await listeningApp(echo);
    const client = await rawOpen(port);

    client.close(4321, "bye");

    expect(await client.next()).toEqual({ code: 4321, reason: "" });
    expect(await client.rest()).toBe("");
  });

  it.each([
    ["an unmasked frame", "8105" + "48656c6c6f", 1002], // text "Hello"
    ["text that is no UTF-8", "8182" + "00000000" + "c328", 1007],
    ["a reserved opcode", "8380" + "00000000", 1002],
    ["reserved bits", "f180" + "00000000", 1002],
  ])("closes at %s, which it never sees, with the code that says why (trap 14)", async (_what, bytes, code) => {
    const { port, heard } = await listeningApp(echo);
    const client = await rawOpen(port);

    client.write(Buffer.from(bytes, "hex"));

    expect(await client.next()).toMatchObject({ code });
    await heard.once("connectionClosed");
    expect(heard.all("messageReceived")).toEqual([]);
  });
});

describe("a handler that reads JSON", () => {
  it("says so when a binary frame comes, which does not vanish: 1003, or its JSON (trap 2)", async () => {
    const { url } = await listeningApp((app) => {
      app.ws("/text", async (socket) => {
        for await (const value of socket.iterJson()) await socket.sendJson(value);
      });
      app.ws("/binary", async (socket) => {
        for await (const value of socket.iterJson({ mode: "binary" })) await socket.sendJson({ got: value });
      });
    });
    const [text, binary] = [await WsPeer.open(`${url}/text`), await WsPeer.open(`${url}/binary`)];

    text.send(Buffer.from("[1]"));
    binary.send(Buffer.from("[1]"));

    expect(await text.ended()).toEqual({ code: 1003, reason: "" });
    expect(await binary.next()).toBe('{"got":[1]}');
  });

  it("tells the log nothing and the client 1007 for what is no JSON, and no word of the parser (trap 8)", async () => {
    const { url, heard, log } = await listeningApp((app) => {
      app.ws("/ws", async (socket) => {
        for await (const value of socket.iterJson()) await socket.sendJson(value);
      });
    });
    const client = await WsPeer.open(`${url}/ws`);

    client.send("{no json");

    expect(await client.ended()).toEqual({ code: 1007, reason: "" });
    await heard.once("connectionClosed");
    expect(log.of("error")).toEqual([]);
  });
});
