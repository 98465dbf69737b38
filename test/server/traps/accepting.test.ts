/** Traps of the frameworks that we learn from: accepting twice, and refusals that all looked alike. */

import { describe, expect, it } from "vitest";
import type { App } from "../../../src/index.ts";
import { listeningApp } from "../../support/listening-app.ts";
import { rawAnswer, rawOpen, rawTcp, rawUpgrade, upgradeHead } from "../../support/raw-tcp.ts";
import { WsPeer } from "../../support/ws-peer.ts";

describe("accept in the hook and in the handler (trap 4)", () => {
  it.each([
    ["before next()", (app: App) => app.use((socket, next) => socket.accept().then(next))],
    ["without await", (app: App) => app.use((socket, next) => [socket.accept(), next()][1])],
  ])("does no harm, %s", async (_how, hook) => {
    const { url, heard } = await listeningApp((app) => {
      hook(app);
      app.ws("/ws", async (socket) => {
        await socket.accept();
        await socket.accept();
        for await (const text of socket.iterText()) await socket.sendText(text);
      });
    });

    expect(await (await WsPeer.open(`${url}/ws`)).ask("hello")).toBe("hello");
    expect(heard.all("connectionOpened")).toHaveLength(1);
  });

  it("a hook may even send first, and what it sent comes first", async () => {
    const { url } = await listeningApp((app) => {
      app.use(async (socket, next) => {
        await socket.sendText("from the hook");
        await next();
      });
      app.ws("/ws", async (socket) => {
        await socket.accept();
        await socket.sendText("from the handler");
      });
    });
    const client = await WsPeer.open(`${url}/ws`);

    expect([await client.next(), await client.next()]).toEqual(["from the hook", "from the handler"]);
    expect((await client.ended()).code).toBe(1000);
  });

  it("events: accepted by hook and by the event upgrade", async () => {
    const { url } = await listeningApp((app) => {
      app.use(async (socket, next) => {
        await socket.accept();
        await next();
      });
      app.ws("/ws", {
        upgrade: (socket) => socket.accept(),
        open: (socket) => socket.sendText("open"),
      });
    });

    expect(await (await WsPeer.open(`${url}/ws`)).next()).toBe("open");
  });
});

describe("each refusal has its own status, and none is a 403 that means something else (traps 5, 6, 19)", () => {
  const routes = (app: App) => {
    app.use("/private/*", (socket, next) => (socket.headers.has("authorization") ? next() : socket.reject(401)));
    app.ws("/private/ws", (socket) => socket.accept());
    app.ws("/users/:id<int>", (socket) => socket.sendText(`${typeof socket.params.id} ${socket.params.id}`));
    app.ws("/search", (socket) => {
      const words = socket.query.get("q");
      if (words === null) return socket.reject(400, "q is missing");
      return socket.sendText(words);
    });
    app.ws("/gone", (socket) => socket.close(4401, "unauthorized"));
    app.ws("/broken", () => {
      throw new Error("secret of the house");
    });
    app.ws("/undecided", () => {});
    app.http.get("/page", (context) => context.text("a page"));
  };

  it.each([
    ["a route that there is not", "/nowhere", 404],
    ["a parameter that does not convert", "/users/seven", 404],
    ["a part of a route's path", "/users", 404],
    ["a path that has HTTP only", "/page", 404],
    ["a middleware that wants credentials", "/private/ws", 401],
    ["a query that lacks a value", "/search", 400],
    ["a handler that closes before it accepts, with whatever code", "/gone", 403],
    ["a handler that throws", "/broken", 500],
    ["a handler that returns undecided", "/undecided", 403],
  ])("%s", async (_what, target, status) => {
    const { port, heard } = await listeningApp(routes);

    const answer = await rawAnswer(port, target);

    expect(answer.status).toBe(status);
    expect(answer.body).not.toContain("secret");
    expect(await heard.once("connectionRejected")).toMatchObject({ status, path: target });
  });

  it("a request that is no upgrade, where there is a WebSocket route: 426", async () => {
    const { port } = await listeningApp(routes);

    const response = await fetch(`http://127.0.0.1:${port}/search`);

    expect([response.status, response.headers.get("upgrade")]).toEqual([426, "websocket"]);
  });

  it.each([
    ["version 8", 426, (head: string) => head.replace("Version: 13", "Version: 8")],
    ["no version", 426, (head: string) => head.replace(/Sec-WebSocket-Version: 13\r\n/, "")],
    ["no key", 400, (head: string) => head.replace(/Sec-WebSocket-Key: .*\r\n/, "")],
    ["a key of another size", 400, (head: string) => head.replace(/Key: .*\r\n/, "Key: YWJj\r\n")],
    ["POST", 405, (head: string) => head.replace("GET", "POST")],
  ])("a handshake with %s: %i (trap 16)", async (_what, status, change) => {
    const { port } = await listeningApp(routes);
    const client = rawTcp(port);

    client.write(change(upgradeHead({ target: "/search?q=x" })));

    const answer = await client.answer();
    expect(answer.status).toBe(status);
    if (status === 426) expect(answer.headers.get("sec-websocket-version")).toBe("13");
  });

  it("the log says why for each of them (trap 19)", async () => {
    const { port, log, heard } = await listeningApp(routes);

    for (const target of ["/nowhere", "/undecided", "/private/ws"]) await rawAnswer(port, target);
    await heard.once("connectionRejected", 2);

    expect(log.lines).toEqual([
      "info: ws /nowhere from 127.0.0.1 refused with 404: no WebSocket route matches /nowhere",
      "info: ws /undecided from 127.0.0.1 refused with 403: the handler returned without accepting the socket (socket.open is false until accept, or the first send, receive or join)",
      "info: ws /private/ws from 127.0.0.1 refused with 401: rejected with 401 by the app",
    ]);
  });

  it("a parameter is what it was converted to, not text (trap 19)", async () => {
    const { port } = await listeningApp(routes);

    expect(await (await rawOpen(port, "/users/7")).next()).toBe("number 7");
  });

  it("a body and headers of the app's reach the client as they are", async () => {
    const { port } = await listeningApp((app) => {
      app.ws("/ws", (socket) => socket.reject(402, { error: "pay first" }, { "X-Price": "7" }));
    });

    const { status, headers, body } = await rawAnswer(port);

    expect([status, headers.get("content-type"), headers.get("x-price"), body]).toEqual([
      402,
      "application/json",
      "7",
      '{"error":"pay first"}',
    ]);
  });

  it.each(["a\r\nX-Injected: 1", "a\nb", "a\0b"])("no header breaks out of its line: %j (trap 15)", async (value) => {
    const { port, heard } = await listeningApp((app) => {
      app.ws("/ws", (socket) => socket.accept({ headers: { "X-Own": value } }));
    });
    const client = rawUpgrade(port);

    const answer = await client.answer();

    expect(answer.status).toBe(500);
    expect(answer.headers.has("x-injected")).toBe(false);
    expect(heard.errors).toMatchObject([{ where: "handler" }]);
  });
});
