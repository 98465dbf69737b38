/** `app.route(prefix, other)`: a mounted app brings its routes, middleware and hooks; rooms, sockets and limits are shared. */

import { describe, expect, test } from "vitest";
import { App, UsageError } from "../../../src/index.ts";
import { listenAnywhere, testApp } from "../../support/app-server.ts";
import { rawAnswer, rawOpen, rawTcp } from "../../support/raw-tcp.ts";

function inner(): App {
  return new App({ logger: false });
}

describe("a mounted app", () => {
  test("has its routes below the prefix, whose parameters are its too", async () => {
    const { app } = testApp();
    const rooms = inner();
    rooms.ws("/:room", (socket) => socket.sendJson([socket.params, socket.route]));
    app.route("/t/:tenant<int>", rooms);
    const port = await listenAnywhere(app);
    const client = await rawOpen(port, "/t/7/lobby");

    expect(await client.next()).toBe('[{"tenant":7,"room":"lobby"},"/t/:tenant<int>/:room"]');
    expect((await rawAnswer(port, "/lobby")).status).toBe(404);
    expect((await rawAnswer(port, "/t/seven/lobby")).status).toBe(404);
  });

  test("runs its middleware below the prefix only, inside of what was registered before", async () => {
    const { app } = testApp();
    const order: string[] = [];
    const layer = (name: string) => async (_socket: unknown, next: () => Promise<unknown>) => {
      order.push(name);
      await next();
    };
    const other = inner();
    other.use(layer("inner"));
    other.use("/deep/*", layer("inner deep"));
    other.ws("/deep/ws", (socket) => socket.accept());
    app.use(layer("outer, before"));
    app.route("/api", other);
    app.use(layer("outer, after"));
    app.ws("/ws", (socket) => socket.accept());
    const port = await listenAnywhere(app);

    await rawOpen(port, "/api/deep/ws");
    expect(order).toEqual(["outer, before", "inner", "inner deep", "outer, after"]);
    order.length = 0;
    await rawOpen(port, "/ws");
    expect(order).toEqual(["outer, before", "outer, after"]);
  });

  test("is told of its errors by its own onError first, then by that of the app above; once each", async () => {
    const { app, heard } = testApp();
    const told: string[] = [];
    const other = inner();
    other.ws("/ws", () => {
      throw new Error("x");
    });
    other.onError(() => void told.push("inner"));
    app.onError(() => void told.push("outer"));
    app.ws("/ws", () => {
      throw new Error("y");
    });
    app.route("/api", other);
    const port = await listenAnywhere(app);

    expect((await rawAnswer(port, "/api/ws")).status).toBe(500);
    expect(told).toEqual(["inner", "outer"]);
    expect((await rawAnswer(port, "/ws")).status).toBe(500);
    expect(told).toEqual(["inner", "outer", "outer"]);
    expect(heard.errors).toHaveLength(2);
  });

  test("has its HTTP routes below the prefix, and 426 for its ws routes", async () => {
    const { app, heard } = testApp();
    const other = inner();
    other.http.get("/health", (c) => c.text(`of ${c.req.param("tenant" as never)}`));
    other.http.get("/broken", () => {
      throw new Error("S3CRET");
    });
    other.ws("/ws", () => {});
    app.route("/t/:tenant<int>", other);
    const port = await listenAnywhere(app);
    const get = async (target: string) => {
      const client = rawTcp(port);
      client.write(`GET ${target} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
      const { status, body } = await client.answer();
      return [status, body];
    };

    expect(await get("/t/7/health")).toEqual([200, "of 7"]);
    expect(await get("/t/7/ws")).toEqual([426, "426 Upgrade Required\n"]);
    expect((await get("/health"))[0]).toBe(404);
    expect(await get("/t/7/broken")).toEqual([500, "500 Internal Server Error\n"]);
    expect(heard.errors).toEqual([{ where: "http", message: "S3CRET" }]);
  });

  test("shares rooms and sockets with the one above, however deep it is mounted and in which order", async () => {
    const { app } = testApp();
    const [middle, deep] = [inner(), inner()];
    for (const one of [app, middle, deep]) {
      one.ws("/ws", async (socket) => {
        const room = socket.join("lobby");
        await socket.send(`${room.size}`);
        await socket.closed;
      });
    }
    middle.route("/deep", deep);
    app.route("/middle", middle);
    const port = await listenAnywhere(app);
    const clients = [];
    for (const target of ["/ws", "/middle/ws", "/middle/deep/ws"]) clients.push(await rawOpen(port, target));

    const sizes = [];
    for (const client of clients) sizes.push(await client.next());
    expect(sizes).toEqual(["1", "2", "3"]);
    for (const one of [app, middle, deep]) {
      expect(one.sockets.size).toBe(3);
      one.room("lobby").send("to the room");
      one.broadcast("to all");
      for (const client of clients)
        expect([await client.next(), await client.next()]).toEqual(["to the room", "to all"]);
    }
  });

  test("has the limits and origins of the app above, and those of its own routes", async () => {
    const { app } = testApp({ limits: { messageSize: 10 }, origins: ["https://app.example"] });
    const other = new App({ logger: false, limits: { messageSize: 1 }, origins: "*" });
    const echo = async (socket: { receive(): Promise<unknown> }) => void (await socket.receive());
    other.ws("/plain", echo);
    other.ws("/own", { limits: { messageSize: 20 }, origins: "*" }, echo);
    app.route("/api", other);
    const port = await listenAnywhere(app);
    const codeAfter = async (target: string, size: number) => {
      const client = await rawOpen(port, target);
      client.say("x".repeat(size));
      return await client.next();
    };

    expect(await codeAfter("/api/plain", 10)).toMatchObject({ code: 1000 });
    expect(await codeAfter("/api/plain", 11)).toMatchObject({ code: 1009 });
    expect(await codeAfter("/api/own", 20)).toMatchObject({ code: 1000 });
    expect(await codeAfter("/api/own", 21)).toMatchObject({ code: 1009 });
    const foreign = { extra: ["Origin: https://foreign.example"] };
    expect((await rawAnswer(port, { target: "/api/plain", ...foreign })).status).toBe(403);
    expect((await rawAnswer(port, { target: "/api/own", ...foreign })).status).toBe(101);
  });

  test("takes no more routes and middleware, which nobody would see", () => {
    const { app } = testApp();
    const other = inner();
    app.route("/api", other);

    expect(() => other.ws("/late", () => {})).toThrow(UsageError);
    expect(() => other.use(() => {})).toThrow(UsageError);
    expect(() => other.route("/late", inner())).toThrow(UsageError);
    expect(() => app.ws("/late", () => {})).not.toThrow();
  });
});

describe("app.urlFor(name, params)", () => {
  test("is the path of the named route, mounted or not, and leads back to it", async () => {
    const { app } = testApp();
    const other = inner();
    other.ws("/rooms/:room", { name: "room" }, (socket) => socket.sendJson(socket.params));
    app.ws("/users/:id<int>/files/:file<path>", { name: "file" }, (socket) => socket.sendJson(socket.params));
    app.route("/t/:tenant", other);
    const port = await listenAnywhere(app);
    const params = { id: 7, file: "a b/c.txt" };

    expect(app.urlFor("file", params)).toBe("/users/7/files/a%20b/c.txt");
    const url = app.urlFor("room", { tenant: "x", room: "caf\u00e9/1" });
    expect(await (await rawOpen(port, app.urlFor("file", params))).next()).toBe(JSON.stringify(params));
    expect(await (await rawOpen(port, url)).nextFrame()).toMatchObject({
      payload: Buffer.from('{"tenant":"x","room":"caf\u00e9/1"}'),
    });
  });

  test("throws a UsageError for a name that no route has, and for a value that is missing", () => {
    const { app } = testApp();
    app.ws("/rooms/:room", { name: "room" }, () => {});

    expect(() => app.urlFor("none")).toThrow("no route is named none");
    expect(() => app.urlFor("room")).toThrow(UsageError);
  });
});

describe("options of a route", () => {
  test("limits hold on it alone: the engine's and the socket's", async () => {
    const { app } = testApp();
    const stay = async (socket: AsyncIterable<unknown>) => {
      for await (const _ of socket);
    };
    app.ws("/small", { limits: { messageSize: 4 } }, stay);
    app.ws("/slow", { limits: { messagesPerSecond: 2 } }, stay);
    app.ws("/short", { limits: { lifetime: 50 } }, stay);
    app.ws("/late", { limits: { handshakeTimeout: 50 } }, (socket) => socket.closed);
    app.ws("/plain", async (socket) => {
      for await (const text of socket.iterText()) await socket.send(`${text.length}`);
    });
    const port = await listenAnywhere(app);
    const small = await rawOpen(port, "/small");
    const slow = await rawOpen(port, "/slow");
    const short = await rawOpen(port, "/short");
    const plain = await rawOpen(port, "/plain");

    small.say("12345");
    for (const text of ["1", "2", "3"]) slow.say(text);
    for (const text of ["12345", "1", "2"]) plain.say(text);

    expect(await small.next()).toMatchObject({ code: 1009 });
    expect(await slow.next()).toMatchObject({ code: 1008 });
    expect(await short.next()).toMatchObject({ code: 1001 });
    expect((await rawAnswer(port, "/late")).status).toBe(503);
    expect([await plain.next(), await plain.next(), await plain.next()]).toEqual(["5", "1", "1"]);
  });

  test.each([
    ["an unknown option", { subprotocol: ["a"] }],
    ["an unknown limit", { limits: { messagesize: 1 } }],
    ["a limit that is none", { limits: { messageSize: 0 } }],
    ["an origin that is none", { origins: "not an origin" }],
  ])("%s is a UsageError at the registration", (_what, options) => {
    const { app } = testApp();
    expect(() => app.ws("/ws", options as never, () => {})).toThrow(UsageError);
  });

  test("so is a handler that is none, a path that is there already, and an event that is none", () => {
    const { app } = testApp();
    app.ws("/ws", () => {});

    expect(() => app.ws("/ws", () => {})).toThrow(UsageError);
    expect(() => app.ws("/other", undefined as never)).toThrow(UsageError);
    expect(() => app.ws("/other", { onmessage: () => {} } as never)).toThrow(UsageError);
    expect(() => app.use("/other" as never)).toThrow(UsageError);
  });
});
