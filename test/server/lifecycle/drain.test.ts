/** `app.close({ timeout, spread, code })`: nobody new, goodbye to everybody, and an end at the deadline, always. */

import { describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { App } from "../../../src/index.ts";
import { listenAnywhere, testApp } from "../../support/app-server.ts";
import { deferred } from "../../support/deferred.ts";
import type { RawTcp } from "../../support/raw-tcp.ts";
import { rawOpen, rawTcp, rawUpgrade, upgradeHead } from "../../support/raw-tcp.ts";
import { answerGoodbye, echoApp, opened } from "./draining.ts";

describe("app.close()", () => {
  test("says 1001 to every socket, with retry-after=<ms> as the reason, and resolves when all have gone", async () => {
    const { app, heard } = echoApp();
    const port = await listenAnywhere(app);
    const clients = [await opened(rawOpen(port)), await opened(rawOpen(port))];

    const closed = app.close();
    for (const client of clients) {
      const { code, reason } = await answerGoodbye(client);
      expect(code).toBe(1001);
      const [, milliseconds] = /^retry-after=(\d+)$/.exec(reason)!;
      expect(Number(milliseconds)).toBeLessThanOrEqual(1000);
      expect(await client.rest()).toBe("");
    }
    await closed;

    expect(heard.all("draining")).toEqual([{ connections: 2, timeout: 10_000 }]);
    expect(heard.all("closed")).toMatchObject([{ terminated: 0 }]);
    expect(heard.all("connectionClosed")).toMatchObject([{ code: 1001, wasClean: true }, { code: 1001 }]);
    expect(heard.errors).toEqual([]);
    expect(app.sockets.size).toBe(0);
  });

  test("code: 1012 says that the service restarts", async () => {
    const { app } = echoApp();
    const client = new WebSocket(`ws://127.0.0.1:${await listenAnywhere(app)}/ws`);
    await new Promise((resolve) => client.on("open", resolve));
    const end = new Promise((resolve) => client.on("close", (code, reason) => resolve([code, String(reason)])));

    await app.close({ code: 1012 });

    expect(await end).toEqual([1012, expect.stringMatching(/^retry-after=\d+$/)]);
  });

  test("what cannot be a close code, or a time, is a UsageError at the call, and nothing has begun", async () => {
    const { app } = echoApp();
    const port = await listenAnywhere(app);

    for (const options of [{ code: 1006 }, { code: 999 }, { timeout: -1 }, { timeout: Number.NaN }, { spread: -1 }]) {
      expect(() => app.close(options)).toThrow(expect.objectContaining({ name: "UsageError" }));
    }
    expect(app.ready).toBe(true);
    await opened(rawOpen(port));
  });

  test("a second call gives the promise of the first", async () => {
    const { app } = echoApp();
    await listenAnywhere(app);

    const first = app.close();

    expect(app.close({ timeout: 1 })).toBe(first);
    await expect(first).resolves.toBeUndefined();
    expect(app.close()).toBe(first);
  });

  test("an app that never listened closes too, and `await using` closes", async () => {
    const heard: string[] = [];
    const observer = { draining: () => heard.push("draining"), closed: () => heard.push("closed") };
    {
      await using app = new App({ logger: false, observer });
      expect(app.ready).toBe(false);
    }
    expect(heard).toEqual(["draining", "closed"]);
  });

  test("the goodbyes are spread over time", async () => {
    const { app, heard } = echoApp();
    const port = await listenAnywhere(app);
    const clients: RawTcp[] = [];
    for (let i = 0; i < 4; i++) clients.push(await opened(rawOpen(port)));

    const closed = app.close({ spread: 800 });
    const reason = (await answerGoodbye(clients[0]!)).reason;
    const open = [...app.sockets].filter((socket) => socket.open);
    await Promise.all(clients.slice(1).map(answerGoodbye));
    await closed;

    expect(open).toHaveLength(3);
    expect(Number(reason.replace("retry-after=", ""))).toBeLessThanOrEqual(1000);
    // The last of four waves begins at three quarters.
    expect(heard.all("closed")[0]?.duration).toBeGreaterThanOrEqual(600);
    expect(heard.all("closed")[0]?.terminated).toBe(0);
  });

  test("more sockets than waves: each is told", async () => {
    const { app, heard } = echoApp();
    const port = await listenAnywhere(app);
    const clients = await Promise.all(Array.from({ length: 130 }, () => opened(rawOpen(port))));

    const closed = app.close({ spread: 100 });
    const goodbyes = await Promise.all(clients.map(answerGoodbye));
    await closed;

    expect(new Set(goodbyes.map(({ code }) => code))).toEqual(new Set([1001]));
    expect(heard.all("closed")).toMatchObject([{ terminated: 0 }]);
  });
});

describe("an app that was closed", () => {
  test("listens no more, and is a UsageError for who asks it to", async () => {
    const { app } = echoApp();
    await app.close();

    await expect(app.listen({ port: 0, signals: false })).rejects.toMatchObject({ code: "APP_CLOSED" });
  });

  test("while it began to listen, holds no port and no process", async () => {
    const { app, heard } = echoApp();

    const listening = app.listen({ port: 0, signals: false });
    await Promise.all([app.close(), expect(listening).rejects.toMatchObject({ code: "APP_CLOSED" })]);

    expect(app.ready).toBe(false);
    expect(heard.all("listening")).toEqual([]);
  });
});

describe("while it drains", () => {
  test("it is not ready, from the call on, and not before it listens", async () => {
    const { app } = echoApp();
    const states = [app.ready];
    await listenAnywhere(app);
    states.push(app.ready);

    const closed = app.close();
    states.push(app.ready);
    await closed;

    expect([...states, app.ready]).toEqual([false, true, false, false]);
  });

  test("new ones get 503 while the hooks run, and HTTP is answered; then the port is closed, and half a handshake gets 503", async () => {
    const { app } = echoApp();
    const hook = deferred<void>();
    app.onDrain(() => hook.promise);
    const port = await listenAnywhere(app);
    const open = await opened(rawOpen(port));
    const [silent, slow] = [rawTcp(port), rawTcp(port)];
    slow.write(upgradeHead().slice(0, 40));
    // Behind those two, the server has taken a third.
    await opened(rawOpen(port));

    app.http.get("/ready", (context) => context.text(String(app.ready)));

    const closed = app.close();
    const late = rawTcp(port);
    late.write(upgradeHead());

    expect((await late.answer()).status).toBe(503);
    expect(await (await fetch(`http://127.0.0.1:${port}/ready`)).text()).toBe("false");
    open.say("still served");
    expect(await open.next()).toBe("still served");
    hook.resolve();
    for (const waiting of [silent, slow]) expect((await waiting.answer()).status).toBe(503);
    const tooLate = rawTcp(port);
    const refused = new Promise((resolve) => tooLate.socket.on("error", ({ message }) => resolve(message)));
    expect(await refused).toContain("ECONNREFUSED");
    await answerGoodbye(open);
    expect(await open.rest()).toBe("");
    void closed;
  });

  test("handshakes that wait for an answer get 503, and their handlers end", async () => {
    const { app, heard } = testApp();
    const waits = deferred<void>();
    let accepted: unknown;
    app.ws("/ws", async (socket) => {
      waits.resolve();
      await socket.closed;
      accepted = await socket.accept().catch((error) => error.name);
    });
    const client = rawUpgrade(await listenAnywhere(app));
    await waits.promise;

    await app.close();

    expect((await client.answer()).status).toBe(503);
    expect(accepted).toBe("DisconnectError");
    expect(heard.all("connectionRejected")).toMatchObject([{ status: 503, reason: "the app is closing" }]);
    expect(heard.errors).toEqual([]);
  });

  test("onDrain hooks run before the goodbyes, which wait for them; what one throws is reported", async () => {
    const { app, heard } = echoApp();
    const hook = deferred<void>();
    const order: unknown[] = [];
    app.onDrain(() => {
      order.push(`first hook, ready: ${app.ready}`);
      return hook.promise;
    });
    app.onDrain(() => {
      order.push("second hook");
      throw new Error("in a hook");
    });
    app.onDrain(() => Promise.reject(new Error("in another")));
    const client = await opened(rawOpen(await listenAnywhere(app)));

    const closed = app.close();
    client.say("still served");
    expect(await client.next()).toBe("still served");
    order.push("goodbye");
    hook.resolve();
    expect(await answerGoodbye(client)).toMatchObject({ code: 1001 });
    await closed;

    expect(order).toEqual(["first hook, ready: false", "second hook", "goodbye"]);
    expect(heard.errors).toEqual([
      { where: "hook", message: "in a hook" },
      { where: "hook", message: "in another" },
    ]);
  });

  test("messages that were sent before go out before the goodbye", async () => {
    const { app } = testApp();
    const sent = deferred<void>();
    app.ws("/ws", async (socket) => {
      void socket.send("x".repeat(1_000_000));
      void socket.send("last words");
      sent.resolve();
      await socket.closed;
    });
    const client = await rawOpen(await listenAnywhere(app));
    await sent.promise;

    const closed = app.close();

    expect(await client.next()).toHaveLength(1_000_000);
    expect(await client.next()).toBe("last words");
    expect(await answerGoodbye(client)).toMatchObject({ code: 1001 });
    await closed;
  });
});
