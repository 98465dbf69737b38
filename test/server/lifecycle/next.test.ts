/** Rule 4: what `next()` gives to a middleware, how often it may be called, and what becomes of a middleware that throws. */

import { describe, expect, test } from "vitest";
import { UsageError } from "../../../src/index.ts";
import { listenAnywhere, testApp } from "../../support/app-server.ts";
import { deferred } from "../../support/deferred.ts";
import { rawAnswer, rawOpen, rawUpgrade } from "../../support/raw-tcp.ts";

describe("rule 4: next()", () => {
  test("resolves with the close info", async () => {
    const { app } = testApp();
    let info: unknown;
    app.use(async (_socket, next) => {
      info = await next();
    });
    app.ws("/ws", (socket) => socket.receive());
    const client = await rawOpen(await listenAnywhere(app));

    client.close(4002, "enough");
    await client.rest();
    await app.close();
    expect(info).toEqual({ code: 4002, reason: "enough", wasClean: true });
  });

  test("rejects with the handler's error, and catching that does not change the 1011", async () => {
    const { app, heard } = testApp();
    const failure = new Error("x");
    const seen: unknown[] = [];
    app.use(async (socket, next) => {
      await next().catch((error) => seen.push(error, socket.state));
    });
    app.ws("/ws", async (socket) => {
      await socket.accept();
      throw failure;
    });
    const client = await rawOpen(await listenAnywhere(app));

    expect(await client.next()).toEqual({ code: 1011, reason: "" });
    client.close(1011);
    await app.close();
    expect(seen).toEqual([failure, "closed"]);
    expect(heard.errors).toEqual([{ where: "handler", message: "x" }]);
  });

  test("rejects with the error of a handler that had not accepted; the answer stays 500", async () => {
    const { app } = testApp();
    const seen: unknown[] = [];
    app.use(async (socket, next) => {
      await next().catch((error) => seen.push(error.message));
      socket.reject(418);
      await socket.accept().catch((error) => seen.push(error.name));
    });
    app.ws("/ws", () => {
      throw new Error("x");
    });

    expect((await rawAnswer(await listenAnywhere(app))).status).toBe(500);
    await app.close();
    expect(seen).toEqual(["x", "DisconnectError"]);
  });

  test("an error passes through all layers, and is told once", async () => {
    const { app, heard } = testApp();
    const onError: unknown[] = [];
    const order: string[] = [];
    app.onError((error) => void onError.push(error));
    for (const name of ["outer", "inner"]) {
      app.use(async (_socket, next) => {
        try {
          await next();
        } finally {
          order.push(name);
        }
      });
    }
    app.ws("/ws", async (socket) => {
      await socket.accept();
      throw new Error("x");
    });
    const client = await rawOpen(await listenAnywhere(app));
    client.close(1000);
    await app.close();

    expect(order).toEqual(["inner", "outer"]);
    expect(heard.errors).toEqual([{ where: "handler", message: "x" }]);
    expect(onError).toHaveLength(1);
  });

  test("not awaited: the connection lives until the handler has ended", async () => {
    const { app, heard } = testApp();
    app.use((_socket, next) => {
      void next();
    });
    app.ws("/ws", async (socket) => {
      for await (const text of socket.iterText()) await socket.send(`echo ${text}`);
    });
    const client = await rawOpen(await listenAnywhere(app));

    client.say("a");
    expect(await client.next()).toBe("echo a");
    client.close(1000);
    expect(await client.next()).toEqual({ code: 1000, reason: "" });
    await app.close();
    expect(heard.errors).toEqual([]);
  });

  test("not awaited: the handler's error is told all the same, once", async () => {
    const { app, heard } = testApp();
    app.use((_socket, next) => void next());
    app.ws("/ws", async (socket) => {
      await socket.accept();
      throw new Error("x");
    });
    const client = await rawOpen(await listenAnywhere(app));

    expect(await client.next()).toEqual({ code: 1011, reason: "" });
    client.close(1011);
    await app.close();
    expect(heard.errors).toEqual([{ where: "handler", message: "x" }]);
  });

  test("called twice is a UsageError that ends the connection at once; the handler runs once", async () => {
    const { app, heard } = testApp();
    let runs = 0;
    app.use(async (_socket, next) => {
      void next();
      await next();
    });
    app.ws("/ws", async (socket) => {
      runs++;
      for await (const _ of socket);
    });
    const client = rawUpgrade(await listenAnywhere(app));

    expect((await client.answer()).status).toBe(101);
    expect(await client.next()).toEqual({ code: 1011, reason: "" });
    client.close(1011);
    await app.close();
    expect(runs).toBe(1);
    expect(heard.all("error")).toMatchObject([{ where: "middleware", error: { code: "NEXT_TWICE" } }]);
    expect(heard.all("error")[0]?.error).toBeInstanceOf(UsageError);
  });
});

describe("a middleware throws", () => {
  test("before next() and before accept: 500, told once, and not a word to the peer", async () => {
    const { app, heard } = testApp();
    app.use(() => {
      throw new Error("S3CRET");
    });
    app.ws("/ws", () => expect.unreachable("the handler runs"));
    const client = rawUpgrade(await listenAnywhere(app));

    expect((await client.answer()).status).toBe(500);
    expect(await client.rest()).toBe("");
    expect(client.text).not.toContain("S3CRET");
    expect(heard.errors).toEqual([{ where: "middleware", message: "S3CRET" }]);
  });

  test("before next() and after accept: 1011", async () => {
    const { app, heard } = testApp();
    app.use(async (socket) => {
      await socket.accept();
      throw new Error("x");
    });
    app.ws("/ws", () => expect.unreachable("the handler runs"));
    const client = await rawOpen(await listenAnywhere(app));

    expect(await client.next()).toEqual({ code: 1011, reason: "" });
    expect(heard.errors).toEqual([{ where: "middleware", message: "x" }]);
  });

  test("in its teardown: told, and the peer's end is what it was", async () => {
    const { app, heard } = testApp();
    app.use(async (_socket, next) => {
      await next();
      throw new Error("teardown");
    });
    app.ws("/ws", (socket) => socket.accept());
    const client = await rawOpen(await listenAnywhere(app));

    expect(await client.next()).toEqual({ code: 1000, reason: "" });
    client.close(1000);
    await app.close();
    expect(heard.errors).toEqual([{ where: "middleware", message: "teardown" }]);
  });

  test("while the handler runs, next() not awaited: 1011 at once, and the handler ends", async () => {
    const { app, heard } = testApp();
    const ended = deferred<number>();
    const order: string[] = [];
    app.use(async (_socket, next) => {
      await next().finally(() => order.push("outer teardown"));
    });
    app.use((_socket, next) => {
      void next().then(({ code }) => ended.resolve(code));
      throw new Error("too early");
    });
    app.ws("/ws", async (socket) => {
      for await (const _ of socket);
      order.push("handler ends");
    });
    const client = await rawOpen(await listenAnywhere(app));

    expect(await client.next()).toEqual({ code: 1011, reason: "" });
    client.close(1011);
    expect(await ended.promise).toBe(1011);
    await app.close();
    expect(order).toEqual(["handler ends", "outer teardown"]);
    expect(heard.errors).toEqual([{ where: "middleware", message: "too early" }]);
  });

  test("what an inner one throws before the answer, an outer one may catch and answer itself; it is told all the same", async () => {
    const { app, heard } = testApp();
    app.use(async (socket, next) => {
      await next().catch(() => socket.reject(401, "log in"));
    });
    app.use(() => {
      throw new Error("no token");
    });
    app.ws("/ws", () => expect.unreachable("the handler runs"));

    expect(await rawAnswer(await listenAnywhere(app))).toMatchObject({ status: 401, body: "log in" });
    await app.close();
    expect(heard.errors).toEqual([{ where: "middleware", message: "no token" }]);
  });

  test("a DisconnectError of this socket, in a teardown, is no error", async () => {
    const { app, heard } = testApp();
    app.use(async (socket, next) => {
      await next();
      await socket.send("are you there?");
    });
    app.ws("/ws", (socket) => socket.accept());
    const client = await rawOpen(await listenAnywhere(app));
    client.close(1000);
    await app.close();

    expect(heard.all("connectionClosed")).toHaveLength(1);
    expect(heard.errors).toEqual([]);
  });
});
