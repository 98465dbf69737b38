/** The deadline of `app.close({ timeout })`: peers that stay, handlers, middleware and hooks that never end hold up nobody. */

import { describe, expect, test } from "vitest";
import { listenAnywhere, testApp } from "../../support/app-server.ts";
import { deferred } from "../../support/deferred.ts";
import { rawOpen, rawUpgrade } from "../../support/raw-tcp.ts";
import { answerGoodbye, echoApp, opened } from "./draining.ts";

describe("at the deadline", () => {
  test("peers that do not answer are terminated", async () => {
    const { app, heard } = echoApp();
    const client = await opened(rawOpen(await listenAnywhere(app)));

    await app.close({ timeout: 100 });

    expect(await client.next()).toMatchObject({ code: 1001 });
    expect(await client.rest()).toBe("");
    expect(heard.all("closed")).toMatchObject([{ terminated: 1 }]);
    expect(heard.all("connectionClosed")).toMatchObject([{ code: 1006 }]);
    expect(heard.errors).toEqual([]);
  });

  test("a stuck handler counts as settled: next() resolves, the teardown runs, close resolves", async () => {
    const { app, heard } = testApp();
    const order: unknown[] = [];
    app.use(async (_socket, next) => {
      const { code } = await next();
      for (let turn = 0; turn < 100; turn++) await undefined;
      order.push(code);
    });
    app.ws("/ws", async (socket) => {
      await socket.send("stuck");
      await new Promise(() => {});
    });
    app.ws("/sync", { open: () => new Promise(() => {}) });
    const port = await listenAnywhere(app);
    const [stuck, silent] = [await rawOpen(port), await rawOpen(port, "/sync")];
    await stuck.next();

    const closed = app.close({ timeout: 100 });
    await answerGoodbye(stuck);
    await silent.next();
    await closed;

    expect(order).toEqual([1001, 1006]);
    expect(heard.all("closed")).toMatchObject([{ terminated: 1 }]);
    expect(heard.errors).toEqual([]);
  });

  test("a middleware that is stuck, before and after next(), holds up nobody", async () => {
    const { app, heard } = testApp();
    const tearingDown = deferred<void>();
    app.use("/before", () => new Promise(() => {}));
    app.use("/after", async (_socket, next) => {
      await next();
      tearingDown.resolve();
      await new Promise(() => {});
    });
    app.ws("/before", () => {});
    app.ws("/after", (socket) => socket.accept());
    const port = await listenAnywhere(app);
    const before = rawUpgrade(port, "/before");
    const after = await rawOpen(port, "/after");
    after.close(1000);
    await tearingDown.promise;

    await app.close({ timeout: 100 });

    expect((await before.answer()).status).toBe(503);
    expect(heard.all("closed")).toHaveLength(1);
    expect(heard.errors).toEqual([]);
  });

  test("a handler that ends late, after it was given up, does no harm", async () => {
    const { app, heard } = testApp();
    const goOn = deferred<void>();
    const ended = deferred<unknown>();
    app.ws("/ws", async (socket) => {
      await socket.accept();
      await goOn.promise;
      await socket.send("still there?").catch((error) => ended.resolve(error.name));
      throw new Error("nobody listens any more");
    });
    await rawOpen(await listenAnywhere(app));

    await app.close({ timeout: 0 });
    goOn.resolve();

    expect(await ended.promise).toBe("DisconnectError");
    expect(heard.all("closed")).toHaveLength(1);
  });

  test("an onDrain hook that never ends: a handshake that waits gets 503, open sockets are terminated", async () => {
    const { app, heard } = testApp();
    const waits = deferred<void>();
    app.onDrain(() => new Promise(() => {}));
    app.ws("/ws", (socket) => socket.receive());
    app.ws("/slow", (socket) => {
      waits.resolve();
      return socket.closed;
    });
    const port = await listenAnywhere(app);
    const open = await rawOpen(port);
    const slow = rawUpgrade(port, "/slow");
    await waits.promise;

    await app.close({ timeout: 50 });

    expect((await slow.answer()).status).toBe(503);
    expect(await open.rest()).toBe("");
    expect(heard.all("connectionRejected")).toMatchObject([{ status: 503, reason: "the app is closing" }]);
    expect(heard.all("closed")).toMatchObject([{ terminated: 1 }]);
  });
});
