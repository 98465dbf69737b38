/** What a dial opens: against `ws`, our own server, unix sockets and bare TCP; and what it asks for. */

import { rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { Socket } from "node:net";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import type { ServerOptions, WebSocket } from "ws";
import { WebSocketServer } from "ws";
import { NodeStream } from "../../../src/protocol/node/node-stream.ts";
import { Dialing, openDial } from "../../support/dialing.ts";
import { frame } from "../../support/frames.ts";
import { listeningApp } from "../../support/listening-app.ts";
import { rawServer, switching } from "../../support/raw-server.ts";
import { turns } from "../../support/run.ts";

const HELLO = frame({ opcode: 0x1, payload: Buffer.from("hello") });

/** `ws` as an echo server. */
async function wsEcho(options: ServerOptions = {}, place: { port: number } | { path: string } = { port: 0 }) {
  const server = createServer();
  const sockets = new WebSocketServer({ server, ...options });
  sockets.on("connection", (socket: WebSocket) => {
    socket.on("error", () => {});
    socket.on("message", (data, isBinary) => socket.send(data, { binary: isBinary }));
  });
  await new Promise<void>((resolve) => server.listen({ host: "127.0.0.1", ...place }, resolve));
  onTestFinished(() => {
    for (const socket of sockets.clients) socket.terminate();
    server.close();
  });
  const address = server.address();
  return { sockets, port: typeof address === "object" ? address!.port : 0 };
}

describe("a WebSocket", () => {
  test("over TCP, to `ws`: text, bytes and a clean end", async () => {
    const { port } = await wsEcho();

    const socket = await openDial(`ws://127.0.0.1:${port}/chat?x=1`);

    expect(await socket.ask("né")).toBe("né");
    expect(await socket.ask(Uint8Array.of(1, 2, 3))).toEqual(Uint8Array.of(1, 2, 3));
    expect(await socket.close(4000, "enough")).toMatchObject({ code: 4000, reason: "enough", wasClean: true });
    expect([socket.dialed.protocol, socket.dialed.url]).toEqual(["", undefined]);
  });

  test("to a server of ours, by its name", async () => {
    const { port } = await listeningApp((app) =>
      app.ws("/ws", async (socket) => {
        for await (const text of socket.iterText()) await socket.sendText(`Echo: ${text}`);
      }),
    );

    const socket = await openDial(`ws://localhost:${port}/ws`);

    expect(await socket.ask("hello")).toBe("Echo: hello");
  });

  test("to an IPv6 address, in brackets in the header Host", async () => {
    const server = await rawServer((request) => void request.socket.write(switching(request)), { host: "::1" });

    await openDial(`ws://[::1]:${server.port}/`);

    expect((await server.requests.next("request")).field("host")).toBe(`[::1]:${server.port}`);
  });

  test("over a unix socket, with and without something to ask for", async () => {
    const path = join(tmpdir(), `antiphon ${process.pid}.sock`);
    onTestFinished(() => rm(path, { force: true }));
    const server = await rawServer((request) => void request.socket.write(switching(request)), { path });

    await openDial(`ws+unix:${path}:/chat?x=1:2`);
    await openDial(`ws+unix:${path}`);

    const [chat, root] = [await server.requests.next("request"), await server.requests.next("request")];
    expect([chat.head.split("\r\n")[0], chat.field("host")]).toEqual(["GET /chat?x=1:2 HTTP/1.1", "localhost"]);
    expect(root.head).toMatch(/^GET \/ HTTP/);
  });

  test("compresses, if both want it", async () => {
    const { port, sockets } = await wsEcho({ perMessageDeflate: { threshold: 0 } });
    const text = "again and again ".repeat(1000);

    const compressed = await openDial(`ws://127.0.0.1:${port}/`, { options: { compression: true } });
    const plain = await openDial(`ws://127.0.0.1:${port}/`);

    expect(await compressed.ask(text)).toBe(text);
    expect(await plain.ask(text)).toBe(text);
    expect([...sockets.clients].map(({ extensions }) => extensions)).toEqual(["permessage-deflate", ""]);
  });

  test("agrees on a subprotocol, and shows the headers of the answer", async () => {
    const { port, sockets } = await wsEcho({ handleProtocols: (offered) => [...offered][1] ?? false });
    sockets.on("headers", (headers) => headers.push("Set-Cookie: a=1", "Set-Cookie: b=2", "X-Server: né"));

    const { dialed } = await openDial(`ws://127.0.0.1:${port}/`, { subprotocols: ["v2", "v1"] });

    expect(dialed.protocol).toBe("v1");
    expect(dialed.headers!.getSetCookie()).toEqual(["a=1", "b=2"]);
    expect(dialed.headers!.get("sec-websocket-protocol")).toBe("v1");
  });

  test("obeys the limits: of messages, by their size", async () => {
    const { port } = await wsEcho();

    const socket = await openDial(`ws://127.0.0.1:${port}/`, { options: { limits: { messageSize: 10 } } });
    socket.send("more than ten");

    expect(await socket.ended()).toMatchObject({ code: 1009, error: { code: "MESSAGE_TOO_BIG" } });
  });

  test("whose server does not answer the Close frame is cut after limits.closeTimeout", async () => {
    const server = await rawServer((request) => void request.socket.write(switching(request)));
    const dialing = new Dialing(`ws://${server.authority}/`, { options: { limits: { closeTimeout: 3_000 } } });
    const socket = await dialing.opened();

    socket.dialed.wire.close(1000, "");
    await turns();
    dialing.clock.advance(2_999);
    expect(dialing.sockets[0]!.destroyed).toBe(false);
    dialing.clock.advance(1);

    expect(await socket.ended()).toMatchObject({ code: 1006 });
    await dialing.expectNothingLeft();
  });
});

describe("the request", () => {
  async function ask(
    url: (authority: string) => string,
    headers?: Iterable<[string, string]> | Record<string, string>,
  ) {
    const server = await rawServer((request) => void request.socket.write(switching(request)));
    await openDial(url(server.authority), { headers });
    return server.requests.next("request");
  }

  test("has the headers of the user, of a record or of pairs", async () => {
    const record = await ask((host) => `ws://${host}/`, { Origin: "https://example.com", "X-Own": "né" });
    const pairs = await ask((host) => `ws://${host}/`, new Headers({ origin: "https://example.com" }));

    expect([record.field("origin"), record.field("x-own")]).toEqual(["https://example.com", "né"]);
    expect(pairs.field("origin")).toBe("https://example.com");
  });

  test("makes user and password of the URL a header, unless there is one", async () => {
    const basic = await ask((host) => `ws://us%C3%A9r:p%40ss@${host}/`);
    const own = await ask((host) => `ws://user:pass@${host}/`, { authorization: "Bearer x" });

    expect(basic.field("authorization")).toBe(`Basic ${Buffer.from("usér:p@ss").toString("base64")}`);
    expect(own.field("authorization")).toBe("Bearer x");
    expect(basic.head).not.toContain("@");
  });

  test.each([
    ["a reserved header", { headers: { Host: "x" } }, "RESERVED_HEADER"],
    ["a header that would break the request", { headers: { "X-Own": "a\r\nB: c" } }, "BAD_HEADER_VALUE"],
    ["headers that are none", { headers: "x: y" as never }, "BAD_OPTION"],
    ["a subprotocol that is no token", { subprotocols: ["a b"] }, "BAD_SUBPROTOCOL"],
  ])("is not sent with %s", async (_name, request, code) => {
    const dialing = new Dialing("ws://127.0.0.1:1/", request);

    expect(await dialing.failure()).toMatchObject({ name: "UsageError", code });
    expect(dialing.sockets).toEqual([]);
  });

  test.each([
    ["without a path", "ws+unix:"],
    ["with a host", "ws+unix://host/x.sock:/chat"],
    ["with a target that is no path", "ws+unix:/tmp/x.sock:chat"],
    ["with a path that the system would cut", `ws+unix:/tmp/${"x".repeat(200)}`],
  ])("is not sent to a unix socket %s", async (_name, url) => {
    expect(await new Dialing(url).failure()).toMatchObject({ name: "UsageError", code: "BAD_URL" });
  });
});

describe("what comes with the answer", () => {
  test("is not lost: messages in the same piece, in the next ones, and behind interim answers", async () => {
    const server = await rawServer((request) => {
      request.socket.write("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n");
      request.socket.write(Buffer.concat([Buffer.from(switching(request)), HELLO]));
      request.socket.write(HELLO);
      setImmediate(() => request.socket.write(HELLO));
    });

    const socket = await openDial(`ws://${server.authority}/`);

    expect([await socket.next(), await socket.next(), await socket.next()]).toEqual(["hello", "hello", "hello"]);
  });

  test("is not lost when the server has ended the connection already", async () => {
    const goodbye = Uint8Array.of(0x88, 2, 0x03, 0xe8);
    const server = await rawServer((request) => {
      request.socket.end(Buffer.concat([Buffer.from(switching(request)), HELLO, goodbye]));
    });

    const socket = await openDial(`ws://${server.authority}/`);

    expect(await socket.next()).toBe("hello");
    expect(await socket.ended()).toMatchObject({ code: 1000, wasClean: true });
  });

  test("is not lost when it comes byte by byte", async () => {
    const server = await rawServer(async (request) => {
      request.socket.setNoDelay(true);
      for (const byte of Buffer.concat([Buffer.from(switching(request)), HELLO])) {
        request.socket.write(Uint8Array.of(byte));
        await turns(1);
      }
    });

    const socket = await openDial(`ws://${server.authority}/`);

    expect(await socket.next()).toBe("hello");
  });

  test("waits for who opens the wire late", async () => {
    const server = await rawServer((request) => {
      request.socket.write(Buffer.concat([Buffer.from(switching(request)), HELLO]));
      request.socket.write(HELLO);
    });
    const dialing = new Dialing(`ws://${server.authority}/`);
    await dialing.promise;
    await turns(20);

    const socket = await dialing.opened();

    expect([await socket.next(), await socket.next()]).toEqual(["hello", "hello"]);
  });
});

describe("once it is open", () => {
  test("the socket has the listeners of the wire, and no others", async () => {
    const server = await rawServer((request) => void request.socket.write(switching(request)));
    const dialing = new Dialing(`ws://${server.authority}/`);
    await dialing.opened();
    const plain = connect({ port: server.port, host: "127.0.0.1", allowHalfOpen: true });
    onTestFinished(() => void plain.destroy());
    await new Promise((resolve) => plain.once("connect", resolve));
    const listener = { streamOnData() {}, streamOnDrain() {}, streamOnEnd() {}, streamOnClose() {} };
    new NodeStream(plain).open(listener);

    expect(listenersOf(dialing.sockets[0]!)).toEqual(listenersOf(plain));
  });

  test("a reset before the wire is opened, and one after, is an end like any other", async () => {
    const server = await rawServer((request) => void request.socket.write(switching(request)));
    const early = new Dialing(`ws://${server.authority}/`);
    await early.promise;
    server.sockets[0]!.resetAndDestroy();
    await new Promise((resolve) => early.sockets[0]!.once("close", resolve));

    const late = await openDial(`ws://${server.authority}/`);
    server.sockets[1]!.resetAndDestroy();

    expect(await (await early.opened()).ended()).toMatchObject({ code: 1006 });
    expect(await late.ended()).toMatchObject({ code: 1006, cause: { code: "ECONNRESET" } });
  });

  test("a wire that nobody opens can be terminated", async () => {
    const server = await rawServer((request) => void request.socket.write(switching(request)));
    const dialing = new Dialing(`ws://${server.authority}/`);

    (await dialing.promise).wire.terminate();

    await dialing.expectNothingLeft();
  });

  test("the signal of the attempt has no power any more", async () => {
    const { port } = await wsEcho();
    const dialing = new Dialing(`ws://127.0.0.1:${port}/`);
    const socket = await dialing.opened();

    dialing.abort(new Error("too late"));

    expect(await socket.ask("still here")).toBe("still here");
  });
});

function listenersOf(socket: Socket): Record<string, number> {
  return Object.fromEntries(socket.eventNames().map((name) => [String(name), socket.listenerCount(name)]));
}
