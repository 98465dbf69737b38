/** `socket.accept(options)`, said or implied: the 101, what it chooses, once. */

import { describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import type { RouteOptions, ServerSocket } from "../../../src/index.ts";
import { UsageError } from "../../../src/index.ts";
import { listenAnywhere, testApp } from "../../support/app-server.ts";
import { rawAnswer, rawOpen, rawTcp, rawUpgrade, upgradeHead } from "../../support/raw-tcp.ts";

const OFFER = { extra: ["Sec-WebSocket-Protocol: a, b, c"] };

describe("socket.accept({ subprotocol, headers }) is the 101", () => {
  test("with the key of the RFC it has the RFC's answer", async () => {
    const { app, heard } = testApp();
    app.ws("/ws", (socket) => socket.accept());

    const answer = await rawAnswer(await listenAnywhere(app));

    expect(answer.status).toBe(101);
    expect(answer.headers.get("sec-websocket-accept")).toBe("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    expect(answer.headers.get("upgrade")).toBe("websocket");
    expect(answer.headers.has("sec-websocket-protocol")).toBe(false);
    expect(heard.all("connectionOpened")).toMatchObject([{ path: "/ws", route: "/ws", protocol: "" }]);
  });

  test("a subprotocol that was offered, and headers", async () => {
    const { app } = testApp();
    app.ws("/ws", async (socket) => {
      const before = [socket.protocol, socket.protocols];
      await socket.accept({ subprotocol: "b", headers: { "X-Server": "7" } });
      await socket.sendJson([...before, socket.protocol]);
    });
    const client = rawUpgrade(await listenAnywhere(app), OFFER);

    const { headers } = await client.answer();

    expect(headers.get("sec-websocket-protocol")).toBe("b");
    expect(headers.get("x-server")).toBe("7");
    expect(await client.next()).toBe('["",["a","b","c"],"b"]');
  });

  test.each([
    ["the first of ours that was offered", { subprotocols: ["x", "c", "a"] }, "c"],
    ["none, if we have none", {}, undefined],
    ["none, if we have none in common", { subprotocols: ["x"] }, undefined],
  ])("the route chooses %s", async (_what, options: RouteOptions, chosen) => {
    const { app } = testApp();
    app.ws("/ws", options, (socket) => socket.accept());

    const { status, headers } = await rawAnswer(await listenAnywhere(app), OFFER);

    expect(status).toBe(101);
    expect(headers.get("sec-websocket-protocol")).toBe(chosen);
  });

  test("`ws` gets the subprotocol and the headers", async () => {
    const { app } = testApp();
    app.ws("/ws", { subprotocols: ["b"] }, (socket) => socket.accept({ headers: { "Set-Cookie": "id=1" } }));
    const client = new WebSocket(`ws://127.0.0.1:${await listenAnywhere(app)}/ws`, ["a", "b"]);
    const cookie = new Promise((resolve) => client.on("upgrade", ({ headers }) => resolve(headers["set-cookie"])));
    const closed = new Promise((resolve) => client.on("close", (code) => resolve(code)));

    expect(await cookie).toEqual(["id=1"]);
    expect(await closed).toBe(1000);
    expect(client.protocol).toBe("b");
  });

  test.each([
    ["a subprotocol that was not offered", { subprotocol: "z" }],
    ["a header of the handshake", { headers: { "Sec-WebSocket-Accept": "mine" } }],
    ["a header with a line break", { headers: { "X-A": "b\r\nX-C: d" } }],
  ])("%s is a UsageError; the client gets 500", async (_what, options) => {
    const { app, heard } = testApp();
    app.ws("/ws", (socket) => socket.accept(options));

    expect((await rawAnswer(await listenAnywhere(app), OFFER)).status).toBe(500);
    expect(heard.all("error")[0]?.error).toBeInstanceOf(UsageError);
  });

  test("one that failed may be tried again", async () => {
    const { app, heard } = testApp();
    app.ws("/ws", async (socket) => {
      await socket.accept({ subprotocol: "z" }).catch(() => socket.accept({ subprotocol: "a" }));
    });

    expect((await rawAnswer(await listenAnywhere(app), OFFER)).headers.get("sec-websocket-protocol")).toBe("a");
    expect(heard.errors).toEqual([]);
  });

  test("bytes that the client sent behind its handshake are its first messages", async () => {
    const { app } = testApp();
    app.ws("/ws", async (socket) => {
      await new Promise((resolve) => setImmediate(resolve));
      for await (const text of socket.iterText()) await socket.send(`got ${text}`);
    });
    const client = rawTcp(await listenAnywhere(app));
    client.write(`${upgradeHead()}\x81\x85\x00\x00\x00\x00early`);

    expect((await client.answer()).status).toBe(101);
    expect(await client.next()).toBe("got early");
  });
});

describe("accept is idempotent", () => {
  test("in a middleware and in the handler, and as often as you like", async () => {
    const { app, heard } = testApp();
    app.use(async (socket, next) => {
      await socket.accept({ subprotocol: "a" });
      await next();
    });
    app.ws("/ws", { subprotocols: ["b"] }, async (socket) => {
      await socket.accept();
      await socket.accept({});
      await socket.accept({ subprotocol: undefined });
      await socket.send(socket.protocol);
    });
    const client = await rawOpen(await listenAnywhere(app), OFFER);

    expect(await client.next()).toBe("a");
    expect(await client.next()).toEqual({ code: 1000, reason: "" });
    expect(client.text.match(/HTTP\/1\.1/g)).toHaveLength(1);
    expect(heard.all("connectionOpened")).toHaveLength(1);
    expect(heard.errors).toEqual([]);
  });

  test.each([{ subprotocol: "b" }, { headers: { "X-Late": "1" } }])(
    "a later one with %j throws a UsageError, and the socket lives on",
    async (options) => {
      const { app } = testApp();
      app.ws("/ws", async (socket) => {
        await socket.accept({ subprotocol: "a" });
        const error = await socket.accept(options).catch((thrown) => thrown);
        await socket.sendJson([error instanceof UsageError, error.message]);
      });
      const client = await rawOpen(await listenAnywhere(app), OFFER);

      expect(await client.next()).toBe(`[true,"accept({ ${Object.keys(options)[0]} }) after the socket was accepted"]`);
      expect(await client.next()).toEqual({ code: 1000, reason: "" });
    },
  );

  test("after the peer has left it rejects with a DisconnectError, which is no error in the log", async () => {
    const { app, heard } = testApp();
    let thrown: unknown;
    app.ws("/ws", async (socket) => {
      await socket.closed;
      await socket.accept().catch((error) => {
        thrown = error;
        throw error;
      });
    });
    const client = rawUpgrade(await listenAnywhere(app));
    client.fin();

    expect(await heard.once("connectionRejected")).toMatchObject({ status: 499 });
    await app.close();
    expect(thrown).toMatchObject({ name: "DisconnectError", code: 1006, wasClean: false });
    expect(heard.errors).toEqual([]);
    expect(client.text).toBe("");
  });
});

describe("rule 2: implicit accept", () => {
  const ways: [string, (socket: ServerSocket) => unknown][] = [
    ["send", (socket) => socket.send("x")],
    ["sendBytes", (socket) => socket.sendBytes(new Uint8Array(1))],
    ["sendJson", (socket) => socket.sendJson(1)],
    ["sendStream", (socket) => socket.sendStream(["x"])],
    ["receive", (socket) => socket.receive()],
    ["receiveJson", (socket) => socket.receiveJson()],
    ["for await", (socket) => socket[Symbol.asyncIterator]().next()],
    ["iterText", (socket) => socket.iterText().next()],
    ["iterJson", (socket) => socket.iterJson().next()],
    ["join", (socket) => socket.join("room")],
    ["ping", (socket) => socket.ping()],
  ];

  test.each(ways)("the first %s accepts in that same call, with the route's subprotocol", async (_call, use) => {
    const { app } = testApp();
    const seen: string[] = [];
    app.ws("/ws", { subprotocols: ["b"] }, async (socket) => {
      const { state } = socket;
      const done = use(socket);
      seen.push(state, socket.state, socket.protocol);
      await socket.accept({ subprotocol: "a" }).catch((error) => seen.push(error.name));
      await done;
    });
    const client = rawUpgrade(await listenAnywhere(app), OFFER);

    const { status, headers } = await client.answer();

    expect(status).toBe(101);
    expect(headers.get("sec-websocket-protocol")).toBe("b");
    expect(seen).toEqual(["connecting", "open", "b", "UsageError"]);
  });

  test("making an iterator accepts nothing; its first next() does", async () => {
    const { app } = testApp();
    const seen: string[] = [];
    app.ws("/ws", async (socket) => {
      const texts = socket.iterText();
      const values = socket.iterJson();
      seen.push(socket.state);
      void values;
      await texts.next();
      seen.push(socket.state);
    });
    const client = await rawOpen(await listenAnywhere(app));
    client.say("x");

    expect(await client.next()).toEqual({ code: 1000, reason: "" });
    expect(seen).toEqual(["connecting", "open"]);
  });

  test("expires accepts nothing, and holds from then on", async () => {
    const { app } = testApp();
    const seen: string[] = [];
    app.ws("/ws", async (socket) => {
      socket.expires(Date.now() + 20);
      seen.push(socket.state);
      for await (const _ of socket);
    });
    const client = await rawOpen(await listenAnywhere(app));

    expect(await client.next()).toMatchObject({ code: 4401 });
    expect(seen).toEqual(["connecting"]);
  });

  test("messages that nobody can send accept nothing", async () => {
    const { app, heard } = testApp();
    app.ws("/ws", (socket) => socket.sendText(7 as never));

    expect((await rawAnswer(await listenAnywhere(app))).status).toBe(500);
    expect(heard.errors).toHaveLength(1);
  });
});
