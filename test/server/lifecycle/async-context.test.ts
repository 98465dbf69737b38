/** AsyncLocalStorage: what a middleware sets is there in the handler and in every event, whoever brought the event. */

import { AsyncLocalStorage } from "node:async_hooks";
import { describe, expect, test } from "vitest";
import { listenAnywhere, testApp } from "../../support/app-server.ts";
import { deferred } from "../../support/deferred.ts";
import { rawOpen } from "../../support/raw-tcp.ts";
import { turns } from "../../support/run.ts";

/** An app whose connections are each in a context of their own: the value of `?user=`. */
function appWithContext() {
  const user = new AsyncLocalStorage<string>();
  const { app, heard } = testApp();
  app.use((socket, next) => user.run(socket.query.get("user") ?? "", next));
  return { app, heard, whoAmI: () => user.getStore() };
}

describe("the context of a middleware", () => {
  test("is there in the handler, after each await, and for two clients at the same time", async () => {
    const { app, whoAmI } = appWithContext();
    app.ws("/ws", async (socket) => {
      const seen = [whoAmI()];
      for await (const text of socket.iterText()) {
        seen.push(`${text} ${whoAmI()}`);
        await turns(1);
        await socket.sendJson([...seen, whoAmI()]);
      }
    });
    const port = await listenAnywhere(app);
    const [ann, bob] = [await rawOpen(port, "/ws?user=ann"), await rawOpen(port, "/ws?user=bob")];

    ann.say("a");
    bob.say("b");

    expect(await ann.next()).toBe('["ann","a ann","ann"]');
    expect(await bob.next()).toBe('["bob","b bob","bob"]');
  });

  test("is there in a handler whose messages were sent by another one", async () => {
    const { app, whoAmI } = appWithContext();
    app.ws("/ws", async (socket) => {
      const room = socket.join("all");
      for await (const text of socket.iterText()) {
        room.sendText(`${text} by ${whoAmI()}`);
      }
    });
    const port = await listenAnywhere(app);
    const [ann, bob] = [await rawOpen(port, "/ws?user=ann"), await rawOpen(port, "/ws?user=bob")];

    ann.say("x");
    expect(await bob.next()).toBe("x by ann");
    bob.say("y");
    expect([await ann.next(), await ann.next()]).toEqual(["x by ann", "y by bob"]);
  });

  test("is there in every event: upgrade, open, message, drain, error, close", async () => {
    const { app, whoAmI } = appWithContext();
    const seen: string[] = [];
    const closed = deferred<void>();
    const see = (event: string) => void seen.push(`${event} ${whoAmI()}`);
    app.ws("/ws", {
      upgrade: () => see("upgrade"),
      open: async () => {
        await turns(1);
        see("open");
      },
      message: async (socket, message) => {
        see(`message ${message}`);
        if (message === "fail") throw new Error("x");
        await socket.send("x".repeat(2 * 1024 * 1024));
        see("sent");
      },
      drain: () => see("drain"),
      error: () => see("error"),
      close: () => {
        see("close");
        closed.resolve();
      },
    });
    const client = await rawOpen(await listenAnywhere(app), "/ws?user=ann");

    client.say("big");
    await client.nextFrame();
    client.say("fail");
    expect(await client.next()).toEqual({ code: 1011, reason: "" });
    client.close(1011);
    await closed.promise;

    const events = ["upgrade", "open", "message big", "sent", "drain", "message fail", "error", "close"];
    expect(seen).toEqual(events.map((event) => `${event} ann`));
  });
});
