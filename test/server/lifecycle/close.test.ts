/** `socket.close(code, reason)`: the closing handshake, its deadline, how often it may be called; and the words of `state`. */

import { describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { listenAnywhere, testApp } from "../../support/app-server.ts";
import { deferred } from "../../support/deferred.ts";
import { rawOpen } from "../../support/raw-tcp.ts";

describe("socket.close(code, reason)", () => {
  test("is a closing handshake: our Close frame, the peer's, then the end of TCP by us", async () => {
    const { app, heard } = testApp();
    const info = deferred<unknown>();
    app.ws("/ws", async (socket) => {
      await socket.accept();
      info.resolve(await socket.close(4000, "so long"));
    });
    const client = await rawOpen(await listenAnywhere(app));

    expect(await client.next()).toEqual({ code: 4000, reason: "so long" });
    expect(client.serverEnded).toBe(false);
    client.close(4000, "so long");

    expect(await info.promise).toEqual({ code: 4000, reason: "so long", wasClean: true });
    expect(await client.rest()).toBe("");
    expect(heard.all("connectionClosed")).toMatchObject([{ code: 4000, wasClean: true }]);
  });

  test("`ws` sees code and reason", async () => {
    const { app } = testApp();
    app.ws("/ws", async (socket) => {
      await socket.accept();
      await socket.close(4000, "so long");
    });
    const client = new WebSocket(`ws://127.0.0.1:${await listenAnywhere(app)}/ws`);

    const end = await new Promise((resolve) => client.on("close", (code, reason) => resolve([code, String(reason)])));
    expect(end).toEqual([4000, "so long"]);
  });

  test("has a deadline: a peer that does not answer is cut off, 1006", async () => {
    const { app, heard } = testApp({ limits: { closeTimeout: 100 } });
    const info = deferred<unknown>();
    app.ws("/ws", async (socket) => {
      await socket.accept();
      info.resolve(await socket.close(4000));
    });
    const client = await rawOpen(await listenAnywhere(app));

    expect(await client.next()).toEqual({ code: 4000, reason: "" });
    expect(await info.promise).toMatchObject({ code: 1006, wasClean: false });
    expect(await client.rest()).toBe("");
    expect(heard.all("connectionClosed")).toMatchObject([{ code: 1006, wasClean: false }]);
    expect(heard.errors).toEqual([]);
  });

  test("is idempotent: the first one counts, all resolve alike, also after the end", async () => {
    const { app, heard } = testApp();
    const ends: unknown[] = [];
    app.ws("/ws", async (socket) => {
      await socket.accept();
      ends.push(...(await Promise.all([socket.close(4001, "one"), socket.close(4002, "two"), socket.close()])));
      ends.push(await socket.close(4003), await socket.closed);
    });
    const client = await rawOpen(await listenAnywhere(app));

    expect(await client.next()).toEqual({ code: 4001, reason: "one" });
    client.close(4001, "one");
    expect(await client.rest()).toBe("");
    await app.close();
    expect(ends).toEqual(Array(5).fill({ code: 4001, reason: "one", wasClean: true }));
    expect(heard.errors).toEqual([]);
  });

  test("is safe in finally, while the peer is there and when it has left", async () => {
    const { app, heard } = testApp();
    app.ws("/ws", async (socket) => {
      try {
        for await (const text of socket.iterText()) if (text === "stop") return;
      } finally {
        await socket.close(4000, "finally");
      }
    });
    const port = await listenAnywhere(app);
    const stopping = await rawOpen(port);
    const leaving = await rawOpen(port);

    stopping.say("stop");
    expect(await stopping.next()).toEqual({ code: 4000, reason: "finally" });
    leaving.close(1001);
    expect(await leaving.next()).toEqual({ code: 1001, reason: "" });
    stopping.close(4000);
    await app.close();
    expect(heard.errors).toEqual([]);
  });

  test.each([
    ["one byte each", "x".repeat(130), "x".repeat(123)],
    ["two bytes each", "\u00e9".repeat(100), "\u00e9".repeat(61)],
    ["three bytes each", "\u6f22".repeat(100), "\u6f22".repeat(41)],
    ["four bytes each", "\u{1f600}".repeat(100), "\u{1f600}".repeat(30)],
    ["a border right at 123", `${"x".repeat(120)}\u6f22\u6f22`, `${"x".repeat(120)}\u6f22`],
  ])("cuts a reason of characters of %s to 123 bytes, at a character", async (_what, reason, sent) => {
    const { app, heard } = testApp();
    app.ws("/ws", async (socket) => {
      await socket.accept();
      await socket.close(4000, reason);
    });
    const client = await rawOpen(await listenAnywhere(app));

    expect(await client.next()).toEqual({ code: 4000, reason: sent });
    expect(heard.errors).toEqual([]);
  });

  test.each([999, 1004, 1005, 1006, 1015, 2999, 5000, 1000.5])(
    "a code that may not be sent, %s, is a UsageError: 1011",
    async (code) => {
      const { app, heard } = testApp();
      app.ws("/ws", async (socket) => {
        await socket.accept();
        await socket.close(code);
      });
      const client = await rawOpen(await listenAnywhere(app));

      expect(await client.next()).toEqual({ code: 1011, reason: "" });
      expect(heard.all("error")).toMatchObject([{ error: { name: "UsageError" } }]);
    },
  );

  test("messages that are still on their way are nobody's any more; a pending receive ends", async () => {
    const { app, heard } = testApp({ limits: { closeTimeout: 100 } });
    const outcome = deferred<unknown>();
    app.ws("/ws", async (socket) => {
      await socket.accept();
      const pending = socket.receive().catch((error) => error);
      void socket.close(4000);
      outcome.resolve(await pending);
    });
    const client = await rawOpen(await listenAnywhere(app));

    client.say("late");
    client.close(4000);
    expect(await outcome.promise).toMatchObject({ name: "DisconnectError", code: 4000 });
    await app.close();
    expect(heard.errors).toEqual([]);
  });
});

describe("terminate", () => {
  test("ends at once, without a Close frame: 1006", async () => {
    const { app, heard } = testApp();
    app.ws("/ws", async (socket) => {
      await socket.accept();
      await socket.receive();
      socket.terminate();
      expect(socket.state).toBe("closed");
    });
    const client = await rawOpen(await listenAnywhere(app));
    client.say("go");

    expect(await client.rest()).toBe("");
    expect(await heard.once("connectionClosed")).toMatchObject({ code: 1006, wasClean: false });
    await app.close();
    expect(heard.errors).toEqual([]);
  });
});

describe("states are words", () => {
  test("connecting, open, closing, closed: when we close", async () => {
    const { app } = testApp();
    const states: unknown[] = [];
    app.use(async (socket, next) => {
      states.push(socket.state, socket.open);
      await next();
      states.push(socket.state, socket.open);
    });
    app.ws("/ws", async (socket) => {
      await socket.accept();
      states.push(socket.state, socket.open);
      const closed = socket.close();
      states.push(socket.state, socket.open, socket.signal.aborted);
      await closed;
      states.push(socket.state, socket.signal.aborted);
    });
    const client = await rawOpen(await listenAnywhere(app));
    client.close(1000);
    await app.close();

    const expected = ["connecting", false, "open", true, "closing", false, false, "closed", true, "closed", false];
    expect(states).toEqual(expected);
  });

  test("connecting, open, closed: when the peer closes", async () => {
    const { app } = testApp();
    const states: string[] = [];
    app.ws("/ws", async (socket) => {
      states.push(socket.state);
      await socket.receive();
      states.push(socket.state);
      socket.signal.addEventListener("abort", () => states.push(`aborted: ${socket.state}`));
      await socket.closed;
    });
    const client = await rawOpen(await listenAnywhere(app));
    client.say("x");
    client.close(1000);
    await client.rest();
    await app.close();

    expect(states).toEqual(["connecting", "open", "aborted: closed"]);
  });
});

describe("an empty message is a message", () => {
  test("text and bytes, both ways, in every way of reading", async () => {
    const { app } = testApp();
    app.ws("/ws", async (socket) => {
      await socket.sendJson([await socket.receive(), (await socket.receiveBytes()).length]);
      for await (const text of socket.iterText()) {
        await socket.sendText(text);
        await socket.sendBytes(new Uint8Array(0));
        await socket.sendStream([]);
        await socket.sendStream([], { emptyAs: "text" });
      }
    });
    const client = await rawOpen(await listenAnywhere(app));
    client.say("");
    client.frame(0x2);
    client.say("");

    expect(await client.next()).toBe('["",0]');
    expect(await client.next()).toBe("");
    expect(await client.next()).toMatchObject({ opcode: 0x2, fin: true, payload: { length: 0 } });
    expect(await client.next()).toMatchObject({ opcode: 0x2, fin: true, payload: { length: 0 } });
    expect(await client.next()).toBe("");
  });
});
