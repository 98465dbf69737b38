/** `attach` on Node: the app beside other listeners of http, https and http2 servers, each of which keeps what is its own. */

import type { IncomingMessage, RequestListener, Server } from "node:http";
import { createServer } from "node:http";
import type { Http2SecureServer, Http2Server, ServerHttp2Stream } from "node:http2";
import { createServer as createHttp2Server, createSecureServer } from "node:http2";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { WebSocketServer } from "ws";
import { attach } from "../../../src/hosts/node/attach.ts";
import { within } from "../../support/within.ts";
import { CERT, http2, http2Request, http2Upgrade, KEY, tcp, upgradeHead, WsClient } from "./clients.ts";
import { FakeApp } from "./fake-app.ts";

const TLS = { cert: CERT, key: KEY };
const WELCOME = Buffer.from("8107" + "77656c636f6d65", "hex").toString("latin1"); // text "welcome"
const page: RequestListener = (request, response) => void response.end(`page ${request.url}`);

/** Listens, and ends with all its connections. */
async function listening<AnyServer extends Server | Http2Server | Http2SecureServer>(server: AnyServer) {
  const sockets = new Set<Duplex>();
  server.on("connection", (socket: Duplex) => {
    sockets.add(socket);
    socket.on("error", () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return { server, port: (server.address() as AddressInfo).port };
}

function client(port: number, path: string, protocols: string[] = []): WsClient {
  return new WsClient(`ws://127.0.0.1:${port}${path}`, {}, protocols);
}

describe("on an http server", () => {
  it("opens WebSockets, and pages stay the server's", async () => {
    const { server, port } = await listening(createServer(page));
    const app = new FakeApp();

    attach(app, server);

    expect(await client(port, "/chat").next()).toBe("welcome");
    expect(await (await fetch(`http://127.0.0.1:${port}/chat`)).text()).toBe("page /chat");
  });

  it("mounts the app below a prefix, which the app does not see", async () => {
    const { server, port } = await listening(createServer(page));
    const app = new FakeApp();

    attach(app, server, { prefix: "/live/" });
    for (const path of ["/live/chat?x=1", "/live", "/live?x=1", "/live/"]) await client(port, path).next();

    expect(app.targets).toEqual(["/chat?x=1", "/", "/?x=1", "/"]);
    expect(await client(port, "/lively").ended()).toBe(404);
    expect(await client(port, "/chat").ended()).toBe(404);
  });

  it("answers what has no route by the app's own 404, when nobody else listens", async () => {
    const { server, port } = await listening(createServer(page));
    const app = new FakeApp({ routes: ["/chat"] });

    attach(app, server);

    expect(await client(port, "/nowhere").ended()).toBe(404);
    expect(app.targets).toEqual(["/nowhere"]);
  });

  it("leaves what has no route to the server's other listeners", async () => {
    const { server, port } = await listening(createServer(page));
    const others = new WebSocketServer({ noServer: true });
    server.on("upgrade", (request: IncomingMessage, socket, head) => {
      if (request.url !== "/theirs") return;
      others.handleUpgrade(request, socket, head, (socket) => socket.send("theirs"));
    });
    const app = new FakeApp({ routes: ["/ours"] });

    attach(app, server);

    expect(await client(port, "/theirs").next()).toBe("theirs");
    expect(await client(port, "/ours").next()).toBe("welcome");
  });

  it("leaves Vite's own WebSocket to Vite, even where the app has a route", async () => {
    const { server, port } = await listening(createServer(page));
    const vite = new WebSocketServer({ noServer: true });
    // As in Vite's src/node/server/ws.ts.
    server.on("upgrade", (request: IncomingMessage, socket, head) => {
      const protocol = request.headers["sec-websocket-protocol"] ?? "";
      if (!["vite-hmr", "vite-ping"].includes(protocol) || request.url !== "/") return;
      vite.handleUpgrade(request, socket, head, (socket) => socket.send("connected"));
    });

    attach(new FakeApp(), server);

    expect(await client(port, "/", ["vite-hmr"]).next()).toBe("connected");
    expect(await client(port, "/").next()).toBe("welcome");
  });

  it("serves several apps, and asks them in order", async () => {
    const { server, port } = await listening(createServer(page));
    const apps = ["/a", "/b", "/b"].map((route) => new FakeApp({ routes: [route] }));

    for (const app of apps) attach(app, server);
    await client(port, "/b").next();
    await client(port, "/a").next();

    expect(apps.map(({ targets }) => targets)).toEqual([["/a"], ["/b"], []]);
    expect(server.listenerCount("upgrade")).toBe(1);
  });

  it("answers an upgrade that asks for no WebSocket as it was before", async () => {
    const { server, port } = await listening(createServer(page));
    attach(new FakeApp(), server);
    const curl = tcp(port);

    curl.write("GET /a HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\n\r\n");

    expect(await curl.ended()).toMatch(/^HTTP\/1.1 200 OK\r\n.*page \/a$/s);
  });

  it("refuses a malformed handshake", async () => {
    const { server, port } = await listening(createServer(page));
    attach(new FakeApp(), server);
    const raw = tcp(port);

    raw.write(upgradeHead("/").replace("Version: 13", "Version: 8"));

    expect(await raw.ended()).toMatch(/^HTTP\/1.1 426 /);
  });

  it("refuses a prefix that is no path", async () => {
    const { server } = await listening(createServer(page));

    for (const prefix of ["live", "/a?b", "/:room", "/a//b"])
      expect(() => attach(new FakeApp(), server, { prefix })).toThrow(expect.objectContaining({ code: "BAD_PREFIX" }));
    expect(server.listenerCount("upgrade")).toBe(0);
  });
});

describe("the end", () => {
  it("by detach() leaves open WebSockets open, and the server as it was", async () => {
    const { server, port } = await listening(createServer(page));
    const attached = attach(new FakeApp(), server);
    const socket = client(port, "/");
    await socket.next();

    attached.detach();

    socket.socket.send("still here");
    expect(await socket.next()).toBe("still here");
    expect(server.listenerCount("upgrade")).toBe(0);
    // Without a listener, Node answers upgrades as plain requests.
    expect(await client(port, "/").ended()).toBe(200);
  });

  it("by close() ends the WebSockets of this app, and no others", async () => {
    const { server, port } = await listening(createServer(page));
    const attached = attach(new FakeApp({ routes: ["/a"] }), server);
    attach(new FakeApp({ routes: ["/b"] }), server);
    const [ours, theirs] = [client(port, "/a"), client(port, "/b")];
    await Promise.all([ours.next(), theirs.next()]);

    await within(Promise.all([attached.close(), attached.close()]), "close", 2_000);

    expect(await ours.ended()).toBe(1006);
    theirs.socket.send("still here");
    expect(await theirs.next()).toBe("still here");
  });

  it("is what the app is handed", async () => {
    const { server, port } = await listening(createServer(page));
    const app = new FakeApp();
    attach(app, server);
    const socket = client(port, "/");
    await socket.next();

    app.listeners[0]!.stop();
    // While it closes, the app still answers what is its own: with a 503.
    expect(server.listenerCount("upgrade")).toBe(1);
    await app.listeners[0]!.close();
    expect(server.listenerCount("upgrade")).toBe(0);

    expect(await socket.ended()).toBe(1006);
  });
});

it("opens WebSockets on an https server", async () => {
  const { server, port } = await listening(createHttpsServer(TLS, page));

  attach(new FakeApp(), server);

  expect(await new WsClient(`wss://127.0.0.1:${port}/`).next()).toBe("welcome");
});

describe("on an http2 server", () => {
  it("opens WebSockets over both versions, and pages stay the server's", async () => {
    const { server, port } = await listening(
      createSecureServer({ ...TLS, allowHTTP1: true }, (request, response) => response.end(`page ${request.url}`)),
    );
    attach(new FakeApp(), server, { prefix: "/live" });
    const session = await http2(`https://127.0.0.1:${port}`);

    const upgraded = await http2Request(session, http2Upgrade("/live/chat"), WELCOME);

    expect(upgraded.headers[":status"]).toBe(200);
    expect((await http2Request(session, http2Upgrade("/nowhere"))).headers[":status"]).toBe(404);
    expect((await http2Request(session, { ":path": "/a" })).body).toBe("page /a");
    expect(await new WsClient(`wss://127.0.0.1:${port}/live`).next()).toBe("welcome");
    const plain = await http2Request(session, { ":method": "CONNECT", ":authority": "example.com:443" });
    expect(plain.headers[":status"]).toBe(405);
  });

  it("opens WebSockets where a server works with streams alone", async () => {
    const { server, port } = await listening(createHttp2Server());
    server.on("stream", (stream: ServerHttp2Stream, headers) => {
      if (headers[":method"] === "CONNECT") return;
      stream.respond({ ":status": 200 });
      stream.end("streamed");
    });

    attach(new FakeApp(), server);
    const session = await http2(`http://127.0.0.1:${port}`);

    expect((await http2Request(session, http2Upgrade("/"), WELCOME)).headers[":status"]).toBe(200);
    expect((await http2Request(session, { ":path": "/" })).body).toBe("streamed");
  });

  it("leaves what has no route to the server's other listeners", async () => {
    const { server, port } = await listening(createHttp2Server((_request, response) => response.end("page")));
    server.on("connect", (request, response) => {
      if (request.url === "/theirs") response.end("theirs");
    });

    attach(new FakeApp({ routes: ["/ours"] }), server);
    const session = await http2(`http://127.0.0.1:${port}`);

    expect((await http2Request(session, http2Upgrade("/theirs"), "theirs")).body).toBe("theirs");
    expect((await http2Request(session, http2Upgrade("/ours"), WELCOME)).headers[":status"]).toBe(200);
  });

  it("is as it was after detach()", async () => {
    const { server } = await listening(createHttp2Server((_request, response) => void response.end("page")));
    const before = server.listenerCount("stream");

    attach(new FakeApp(), server).detach();

    expect(["upgrade", "connect"].map((event) => server.listenerCount(event))).toEqual([0, 0]);
    expect(server.listenerCount("stream")).toBe(before);
  });

  it("ends the streams of the app at close(), not their connection", async () => {
    const { server, port } = await listening(createHttp2Server((_request, response) => void response.end("page")));
    const attached = attach(new FakeApp(), server);
    const session = await http2(`http://127.0.0.1:${port}`);
    const stream = session.request(http2Upgrade("/"), { endStream: false });
    const ended = vi.fn();
    stream.on("error", () => {});
    stream.on("close", ended);
    await within(new Promise((resolve) => stream.once("data", resolve)), "welcome");

    await attached.close();

    await vi.waitFor(() => expect(ended).toHaveBeenCalled());
    expect((await http2Request(session, { ":path": "/" })).body).toBe("page");
  });
});
