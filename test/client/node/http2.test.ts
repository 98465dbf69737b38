/** WebSockets over HTTP/2 (RFC 8441): with TLS and without, our server's and Node's, and servers that have none. */

import { once } from "node:events";
import type { ServerHttp2Session, ServerHttp2Stream } from "node:http2";
import { createSecureServer, createServer } from "node:http2";
import type { AddressInfo, Socket } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import type { HandshakeError } from "../../../src/errors.ts";
import { acceptUpgrade, readUpgrade } from "../../../src/protocol/index.ts";
import { runEngine, toHttp2UpgradeRequest } from "../../../src/protocol/node/index.ts";
import { listenAnywhere, testApp } from "../../support/app-server.ts";
import { credentials, Dialing, failDial, openDial, TRUST } from "../../support/dialing.ts";
import { eventually } from "../../support/eventually.ts";
import { Inbox } from "../../support/inbox.ts";
import { answering, rawServer, tcpServer } from "../../support/raw-server.ts";
import { testProxy } from "../../support/test-proxy.ts";

type Headers2 = Parameters<typeof toHttp2UpgradeRequest>[0];

interface Http2ServerOptions {
  readonly secure?: boolean;
  readonly enableConnectProtocol?: boolean;
  /** Answers in place of the echo. */
  readonly answer?: (stream: ServerHttp2Stream, headers: Headers2) => void;
}

/** A server of Node's with an echo of ours. */
async function http2Server({ secure = false, enableConnectProtocol = true, answer }: Http2ServerOptions = {}) {
  const settings = { enableConnectProtocol };
  const server = secure ? createSecureServer({ ...credentials("server"), settings }) : createServer({ settings });
  const sessions: ServerHttp2Session[] = [];
  const sockets: Socket[] = [];
  const requests = new Inbox<Headers2>();
  server.on("connection", (socket: Socket) => sockets.push(socket));
  server.on("session", (session: ServerHttp2Session) => {
    session.on("error", () => {});
    sessions.push(session);
  });
  server.on("stream", (stream: ServerHttp2Stream, headers: Headers2) => {
    requests.push(headers);
    stream.on("error", () => {});
    (answer ?? echo)(stream, headers);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { port, url: `${secure ? "wss" : "ws"}://localhost:${port}`, sessions, sockets, requests };
}

function echo(stream: ServerHttp2Stream, headers: Headers2): void {
  const upgrade = readUpgrade(toHttp2UpgradeRequest(headers));
  if (upgrade.type === "refuse") throw new Error("refused");
  const { response } = acceptUpgrade(upgrade, { protocol: upgrade.protocols[0] });
  stream.respond({ ":status": response.status, ...Object.fromEntries(response.headers), "set-cookie": ["a=1", "b=2"] });
  const engine = runEngine(stream, { role: "server", sink: { message: (data) => engine.send(data), close: () => {} } });
}

const http2 = { options: { http2: true, tls: TRUST } };

describe("HTTP/2", () => {
  test.each([false, true])("carries a WebSocket (TLS: %s), and ends with it", async (secure) => {
    const { url, sessions, requests } = await http2Server({ secure });
    const dialing = new Dialing(`${url}/chat?x=1`, { ...http2, subprotocols: ["v1"], headers: { Cookie: "a=1" } });
    const socket = await dialing.opened();

    expect(await socket.ask("né")).toBe("né");
    expect(await socket.ask("x".repeat(300_000))).toHaveLength(300_000);
    expect(socket.dialed.protocol).toBe("v1");
    expect(socket.dialed.headers!.getSetCookie()).toEqual(["a=1", "b=2"]);
    const request = await requests.next("request");
    expect([request[":path"], request[":scheme"], request.cookie]).toEqual([
      "/chat?x=1",
      secure ? "https" : "http",
      "a=1",
    ]);
    expect(await socket.close()).toMatchObject({ code: 1000, wasClean: true });
    await eventually(() => sessions[0]!.destroyed).toBe(true);
    await dialing.expectNothingLeft();
  });

  test("carries a WebSocket of our own server", async () => {
    const { app } = testApp();
    app.ws("/ws", async (socket) => {
      for await (const text of socket.iterText()) await socket.sendText(`Echo: ${text}`);
    });
    const { port } = await app.listen({ port: 0, signals: false, tls: credentials("server") });

    const socket = await openDial(`wss://localhost:${port}/ws`, http2);

    expect(await socket.ask("hello")).toBe("Echo: hello");
  });

  test("goes through a proxy", async () => {
    const { url } = await http2Server({ secure: true });
    const plain = await http2Server();
    const proxy = await testProxy();
    const options = { ...http2.options, proxy: `http://127.0.0.1:${proxy.port}` };

    expect(await (await openDial(url, { options })).ask("hello")).toBe("hello");
    expect(await (await openDial(plain.url, { options })).ask("hello")).toBe("hello");
  });

  test("sends several headers of one name as one, and cookies apart", async () => {
    const { url, requests } = await http2Server();
    const headers = [
      ["X-Own", "a"],
      ["x-own", "b"],
      ["Cookie", "a=1"],
      ["Cookie", "b=2"],
    ] as const;

    await openDial(url, { ...http2, headers });

    expect(await requests.next("request")).toMatchObject({ "x-own": "a, b", cookie: "a=1; b=2" });
  });

  test.each([
    ["resets the stream", (stream: ServerHttp2Stream) => stream.close(8)],
    ["ends the stream", (stream: ServerHttp2Stream) => void stream.end()],
    ["ends the connection", (stream: ServerHttp2Stream) => void stream.session!.destroy()],
    ["resets the connection", (_stream: ServerHttp2Stream, socket: Socket) => void socket.resetAndDestroy()],
  ])("ends with 1006 when the server %s", async (_name, leave) => {
    const streams: ServerHttp2Stream[] = [];
    const { url, sockets } = await http2Server({
      answer: (stream, headers) => {
        streams.push(stream);
        echo(stream, headers);
      },
    });
    const dialing = new Dialing(url, http2);
    const socket = await dialing.opened();

    leave(streams[0]!, sockets[0]!);

    expect(await socket.ended()).toMatchObject({ code: 1006 });
    await dialing.expectNothingLeft();
  });

  test("outlives the session's farewell (GOAWAY)", async () => {
    const { url, sessions } = await http2Server();
    const socket = await openDial(url, http2);

    sessions[0]!.close();

    expect(await socket.ask("still here")).toBe("still here");
  });

  test("a server that does not end the connection is cut after limits.closeTimeout", async () => {
    const { url, sockets } = await http2Server();
    const dialing = new Dialing(url, { options: { ...http2.options, limits: { closeTimeout: 3_000 } } });
    const socket = await dialing.opened();
    // It sends no FIN, whatever comes.
    sockets[0]!.end = () => sockets[0]!;
    sockets[0]!.destroy = () => sockets[0]!;

    await socket.close();
    await eventually(() => dialing.sockets[0]!.writableEnded).toBe(true);
    dialing.clock.advance(3_000);

    await dialing.expectNothingLeft();
    Reflect.deleteProperty(sockets[0]!, "destroy");
  });

  test("a wire that nobody opens can be terminated", async () => {
    const { url } = await http2Server();
    const dialing = new Dialing(url, http2);

    (await dialing.promise).wire.terminate();

    await eventually(() => dialing.sockets[0]!.writableEnded).toBe(true);
    dialing.clock.advance(10_000);
    await dialing.expectNothingLeft();
  });
});

describe("an answer over HTTP/2 that opens nothing", () => {
  test("has its status, headers and body in the error", async () => {
    const { url } = await http2Server({
      answer: (stream) => {
        stream.respond({ ":status": 401, "www-authenticate": "Bearer", "retry-after": "2" });
        stream.end("who is there?");
      },
    });

    const error = await failDial(url, http2);

    expect(error).toMatchObject({
      name: "HandshakeError",
      code: "UPGRADE_REFUSED",
      status: 401,
      body: "who is there?",
      retryAfter: 2_000,
      message: 'server answered 401 and did not open the WebSocket: "who is there?"',
    });
    expect((error as HandshakeError).headers!.get("www-authenticate")).toBe("Bearer");
  });

  test("by our own server", async () => {
    const { app } = testApp();
    app.ws("/ws", (socket) => socket.reject(403, "not you"));
    const { port } = await app.listen({ port: 0, signals: false, tls: credentials("server") });

    expect(await failDial(`wss://localhost:${port}/ws`, http2)).toMatchObject({ status: 403, body: "not you" });
  });

  test("may redirect", async () => {
    const { url } = await http2Server({
      answer: (stream, headers) => {
        if (headers[":path"] === "/open") return echo(stream, headers);
        stream.respond({ ":status": 307, location: "/open" }, { endStream: true });
      },
    });

    const { dialed } = await openDial(url, { options: { ...http2.options, redirects: 1 } });

    expect(dialed.url!.href).toBe(`${url}/open`);
  });

  test("that was reset is told by its name", async () => {
    const { url, port } = await http2Server({ answer: (stream) => stream.close(7) });

    expect(await failDial(url, http2)).toMatchObject({
      name: "ConnectError",
      code: "HTTP2_STREAM_RESET",
      message: `localhost:${port} reset the HTTP/2 stream of the request: REFUSED_STREAM`,
    });
  });

  test("chooses a subprotocol that was not offered", async () => {
    const { url } = await http2Server({
      answer: (stream) => stream.respond({ ":status": 200, "sec-websocket-protocol": "x" }),
    });

    expect(await failDial(url, http2)).toMatchObject({ code: "ANSWER_SUBPROTOCOL", status: 200 });
  });
});

describe("a server without", () => {
  test("WebSockets in its HTTP/2", async () => {
    const { url, port } = await http2Server({ enableConnectProtocol: false });

    expect(await failDial(url, http2)).toMatchObject({
      name: "ConnectError",
      code: "HTTP2_WITHOUT_WEBSOCKETS",
      message: `localhost:${port} speaks HTTP/2, but takes no WebSockets in it: it has not sent SETTINGS_ENABLE_CONNECT_PROTOCOL`,
    });
  });

  test("HTTP/2, who chooses HTTP/1.1 (ALPN)", async () => {
    const { app } = testApp();
    const { port } = await app.listen({ port: 0, signals: false, tls: credentials("server"), http2: false });

    expect(await failDial(`wss://localhost:${port}/`, http2)).toMatchObject({
      code: "HTTP2_NOT_SPOKEN",
      message: `localhost:${port} does not speak HTTP/2 (the option http2)`,
    });
  });

  test("HTTP/2, who answers in HTTP/1.1", async () => {
    const { app } = testApp();
    const ours = await listenAnywhere(app);
    const raw = await rawServer(({ socket }) => void socket.write(answering(400)));

    expect(await failDial(`ws://localhost:${ours}/`, http2)).toMatchObject({ code: "HTTP2_NOT_SPOKEN" });
    expect(await failDial(`ws://localhost:${raw.port}/`, http2)).toMatchObject({ code: "HTTP2_NOT_SPOKEN" });
  });

  test.each([
    ["ends", "CONNECTION_ENDED", "ended", (socket: Socket) => void socket.end()],
    ["resets", "CONNECTION_RESET", "reset", (socket: Socket) => void socket.resetAndDestroy()],
  ])("an answer, who %s the connection", async (_name, code, word, leave) => {
    const port = await tcpServer((socket) => void socket.once("data", () => leave(socket)));

    expect(await failDial(`ws://127.0.0.1:${port}/`, http2)).toMatchObject({
      name: "ConnectError",
      code,
      message: `127.0.0.1:${port} ${word} the connection in the HTTP/2 handshake`,
    });
  });

  test("time, who says farewell in one breath with its settings (GOAWAY)", async () => {
    const settings = Buffer.from("000006 04 00 00000000 0008 00000001".replaceAll(" ", ""), "hex");
    const goaway = Buffer.from("000008 07 00 00000000 00000000 00000000".replaceAll(" ", ""), "hex");
    const port = await tcpServer(
      (socket) => void socket.once("data", () => socket.write(Buffer.concat([settings, goaway]))),
    );

    const error = await failDial(`ws://127.0.0.1:${port}/`, http2);

    expect(error.name).toBe("ConnectError");
    expect(error.message).toContain(`127.0.0.1:${port}`);
  });

  test("an end, who resets the connection instead of answering", async () => {
    const { url, sockets } = await http2Server({ answer: () => sockets[0]!.resetAndDestroy() });

    const error = await failDial(url, http2);

    expect(error).toMatchObject({ name: "ConnectError", code: "CONNECTION_RESET" });
    expect(error.message).toMatch(/before it answered$/);
  });
});
