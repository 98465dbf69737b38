/** Events that throw, and the event `upgrade`, which may reject: what the peer gets, and which events still come. */

import { describe, expect, test } from "vitest";
import { listenAnywhere, testApp } from "../../support/app-server.ts";
import { deferred } from "../../support/deferred.ts";
import { rawAnswer, rawOpen, rawUpgrade } from "../../support/raw-tcp.ts";
import { turns } from "../../support/run.ts";

describe("an event throws", () => {
  const boom = () => {
    throw new Error("S3CRET");
  };

  test.each([
    ["open throws", { open: boom }],
    ["open rejects", { open: async () => boom() }],
    ["message throws", { message: boom }],
    ["message rejects", { message: async () => boom() }],
  ])("%s: 1011, no message after it, close at the end, and not a word to the peer", async (_what, failing) => {
    const { app, heard } = testApp();
    const order: string[] = [];
    const closed = deferred<void>();
    app.onError((error) => void order.push(`onError ${(error as Error).message}`));
    app.ws("/ws", {
      message: () => void order.push("message"),
      ...failing,
      error: (socket, error) => void order.push(`error ${(error as Error).message} ${socket.state}`),
      close: (_socket, { code }) => {
        order.push(`close ${code}`);
        closed.resolve();
      },
    });
    const client = await rawOpen(await listenAnywhere(app));

    client.say("a");
    client.say("b");
    expect(await client.next()).toEqual({ code: 1011, reason: "" });
    client.close(1011);
    await closed.promise;
    await app.close();

    expect(order).toEqual(["onError S3CRET", "error S3CRET closing", "close 1011"]);
    expect(heard.errors).toEqual([{ where: "event", message: "S3CRET" }]);
    expect(client.text).not.toContain("S3CRET");
  });

  test("close throws: told, once, and the peer's end is what it was", async () => {
    const { app, heard } = testApp();
    const told: unknown[] = [];
    app.ws("/ws", { close: boom, error: (_socket, error) => void told.push((error as Error).message) });
    const client = await rawOpen(await listenAnywhere(app));

    client.close(4000);
    expect(await client.next()).toEqual({ code: 4000, reason: "" });
    await client.rest();
    await app.close();
    expect(told).toEqual(["S3CRET"]);
    expect(heard.errors).toEqual([{ where: "event", message: "S3CRET" }]);
  });

  test("error throws or rejects: that is told too, and nothing else happens", async () => {
    const { app, heard } = testApp();
    const closes: number[] = [];
    app.ws("/ws", {
      message: boom,
      error: () => Promise.reject(new Error("in error")),
      close: (_socket, { code }) => void closes.push(code),
    });
    const client = await rawOpen(await listenAnywhere(app));

    client.say("a");
    expect(await client.next()).toEqual({ code: 1011, reason: "" });
    client.close(1011);
    await client.rest();
    await app.close();
    expect(heard.errors.map(({ message }) => message)).toEqual(["S3CRET", "in error"]);
    expect(closes).toEqual([1011]);
  });

  test("next() rejects with it", async () => {
    const { app } = testApp();
    const seen: unknown[] = [];
    app.use(async (_socket, next) => void (await next().catch((error) => seen.push(error.message))));
    app.ws("/ws", { message: boom });
    const client = await rawOpen(await listenAnywhere(app));

    client.say("a");
    client.close(1000);
    await client.rest();
    await app.close();
    expect(seen).toEqual(["S3CRET"]);
  });
});

describe("the event upgrade", () => {
  test("may reject: no other event comes", async () => {
    const { app, heard } = testApp();
    const order: string[] = [];
    app.ws("/ws", {
      upgrade: async (socket) => {
        await turns(1);
        socket.reject(401, { error: "who?" });
      },
      open: () => void order.push("open"),
      close: () => void order.push("close"),
      error: () => void order.push("error"),
    });

    const answer = await rawAnswer(await listenAnywhere(app));
    await app.close();

    expect(answer).toMatchObject({ status: 401, body: '{"error":"who?"}' });
    expect(order).toEqual([]);
    expect(heard.errors).toEqual([]);
  });

  test("may accept, with options", async () => {
    const { app } = testApp();
    app.ws("/ws", {
      upgrade: (socket) => socket.accept({ subprotocol: "a", headers: { "X-Own": "1" } }),
      open: (socket) => socket.send(socket.protocol),
    });
    const client = rawUpgrade(await listenAnywhere(app), { extra: ["Sec-WebSocket-Protocol: a, b"] });

    expect((await client.answer()).headers.get("x-own")).toBe("1");
    expect(await client.next()).toBe("a");
  });

  test("may throw: 500, and the event error is told", async () => {
    const { app, heard } = testApp();
    const order: string[] = [];
    app.ws("/ws", {
      upgrade: () => {
        throw new Error("no database");
      },
      open: () => void order.push("open"),
      close: () => void order.push("close"),
      error: () => void order.push("error"),
    });

    expect((await rawAnswer(await listenAnywhere(app))).status).toBe(500);
    await app.close();
    expect(order).toEqual(["error"]);
    expect(heard.errors).toEqual([{ where: "event", message: "no database" }]);
  });
});
