/** How a handler ends: it returns, it throws, before the 101 or after; and what of that anybody outside hears. */

import { describe, expect, test } from "vitest";
import type { App, InvalidJsonError, ServerSocket } from "../../../src/index.ts";
import { listenAnywhere, testApp } from "../../support/app-server.ts";
import { rawAnswer, rawOpen, rawUpgrade } from "../../support/raw-tcp.ts";

/** Which error came to `onError`, and of whose socket. */
function collectErrors(app: App): unknown[] {
  const errors: unknown[] = [];
  app.onError((error) => void errors.push(error));
  return errors;
}

describe("a handler returns", () => {
  test("after accepting: close 1000, without a reason", async () => {
    const { app, heard } = testApp();
    app.ws("/ws", (socket) => socket.send("bye"));
    const client = await rawOpen(await listenAnywhere(app));

    expect(await client.next()).toBe("bye");
    expect(await client.next()).toEqual({ code: 1000, reason: "" });
    client.close(1000);

    expect(await client.rest()).toBe("");
    expect(await heard.once("connectionClosed")).toMatchObject({ code: 1000, wasClean: true });
    expect(heard.errors).toEqual([]);
  });

  test("what was sent and not awaited goes out before the Close frame", async () => {
    const { app } = testApp();
    app.ws("/ws", (socket) => {
      for (let i = 0; i < 100; i++) void socket.send(`${i}${"x".repeat(10_000)}`);
    });
    const client = await rawOpen(await listenAnywhere(app));

    for (let i = 0; i < 100; i++) expect(await client.next()).toMatch(new RegExp(`^${i}x`));
    expect(await client.next()).toEqual({ code: 1000, reason: "" });
  });

  test("without ever accepting: 403, and the log says why", async () => {
    const { app, heard } = testApp();
    app.ws("/ws", async () => {});

    expect(await rawAnswer(await listenAnywhere(app))).toMatchObject({ status: 403, body: "403 Forbidden\n" });
    const reason =
      "the handler returned without accepting the socket (socket.open is false until accept, or the first send, receive or join)";
    expect(await heard.once("connectionRejected")).toMatchObject({ status: 403, reason });
    expect(heard.errors).toEqual([]);
  });
});

const throwing: [string, (socket: ServerSocket) => unknown][] = [
  [
    "throws",
    () => {
      throw new Error("S3CRET");
    },
  ],
  ["rejects", () => Promise.reject(new Error("S3CRET"))],
  [
    "rejects later",
    async () => {
      await new Promise((resolve) => setImmediate(resolve));
      throw new Error("S3CRET");
    },
  ],
];

describe("a handler throws before accept", () => {
  test.each(throwing)(
    "when it %s: 500, told to onError and to the log once, and not a word to the peer",
    async (_how, fail) => {
      const { app, heard } = testApp();
      const errors = collectErrors(app);
      app.ws("/ws", fail);
      const client = rawUpgrade(await listenAnywhere(app));

      const answer = await client.answer();
      await client.rest();
      await app.close();

      expect(answer).toMatchObject({ status: 500, body: "500 Internal Server Error\n" });
      expect(client.text).not.toContain("S3CRET");
      expect(errors).toMatchObject([{ message: "S3CRET" }]);
      expect(heard.errors).toEqual([{ where: "handler", message: "S3CRET" }]);
      expect(heard.all("connectionRejected")).toMatchObject([{ status: 500 }]);
    },
  );
});

describe("a handler throws after accept", () => {
  test.each(throwing)(
    "when it %s: close 1011, told to onError and to the log once, and not a word to the peer",
    async (_how, fail) => {
      const { app, heard } = testApp();
      const errors = collectErrors(app);
      app.ws("/ws", async (socket) => {
        await socket.send("fine so far");
        await fail(socket);
      });
      const client = await rawOpen(await listenAnywhere(app));

      expect(await client.next()).toBe("fine so far");
      expect(await client.next()).toEqual({ code: 1011, reason: "" });
      client.close(1011);
      await client.rest();
      await app.close();

      expect(client.text).not.toContain("S3CRET");
      expect(errors).toMatchObject([{ message: "S3CRET" }]);
      expect(heard.errors).toEqual([{ where: "handler", message: "S3CRET" }]);
      expect(heard.all("connectionClosed")).toMatchObject([{ code: 1011 }]);
    },
  );

  test("what is thrown need not be an Error", async () => {
    const { app, heard } = testApp();
    const errors = collectErrors(app);
    app.ws("/ws", async (socket) => {
      await socket.accept();
      throw undefined;
    });
    const client = await rawOpen(await listenAnywhere(app));

    expect(await client.next()).toEqual({ code: 1011, reason: "" });
    expect(errors).toEqual([undefined]);
    expect(heard.all("error")).toMatchObject([{ error: undefined, where: "handler" }]);
  });

  test("after it has closed, the code is that of its close; the error is told all the same", async () => {
    const { app, heard } = testApp();
    app.ws("/ws", async (socket) => {
      await socket.accept();
      void socket.close(4000, "own");
      throw new Error("too late");
    });
    const client = await rawOpen(await listenAnywhere(app));

    expect(await client.next()).toEqual({ code: 4000, reason: "own" });
    expect(heard.errors).toEqual([{ where: "handler", message: "too late" }]);
  });
});

describe("app.onError", () => {
  test("gets the error and the socket, in all hooks, in order; later hooks count for earlier routes", async () => {
    const { app } = testApp();
    const calls: unknown[] = [];
    app.onError((error, socket) => void calls.push(["first", (error as Error).message, socket.route, socket.state]));
    app.ws("/ws/:id", async (socket) => {
      await socket.accept();
      throw new Error("x");
    });
    app.onError(() => void calls.push("second"));
    const client = await rawOpen(await listenAnywhere(app), "/ws/1");

    expect(await client.next()).toMatchObject({ code: 1011 });
    expect(calls).toEqual([["first", "x", "/ws/:id", "closing"], "second"]);
  });

  test("a hook that fails is reported, hurts no other hook, and never reaches the peer", async () => {
    const { app, heard } = testApp();
    app.onError(() => {
      throw new Error("hook one");
    });
    app.onError(() => Promise.reject(new Error("hook two")));
    const errors = collectErrors(app);
    app.ws("/ws", () => {
      throw new Error("x");
    });

    expect((await rawAnswer(await listenAnywhere(app))).status).toBe(500);
    await heard.once("error", 2);
    expect(heard.errors).toEqual([
      { where: "handler", message: "x" },
      { where: "hook", message: "hook one" },
      { where: "hook", message: "hook two" },
    ]);
    expect(errors).toHaveLength(1);
  });
});

describe("a wrong message that escapes", () => {
  test("MessageTypeError: close 1003, no error, but the line at the end names it", async () => {
    const { app, heard } = testApp();
    const errors = collectErrors(app);
    app.ws("/ws", async (socket) => {
      for await (const text of socket.iterText()) await socket.send(text);
    });
    const client = await rawOpen(await listenAnywhere(app));
    client.frame(0x2, "bytes");

    expect(await client.next()).toEqual({ code: 1003, reason: "" });
    client.close(1003);
    expect((await heard.once("connectionClosed")).error).toMatchObject({ name: "MessageTypeError" });
    expect([errors, heard.errors]).toEqual([[], []]);
  });

  test("InvalidJsonError: close 1007, and not a word of what was wrong", async () => {
    const { app, heard } = testApp();
    const errors = collectErrors(app);
    app.ws("/ws", async (socket) => void (await socket.receiveJson()));
    const client = await rawOpen(await listenAnywhere(app));
    client.say("{");

    expect(await client.next()).toEqual({ code: 1007, reason: "" });
    client.close(1007);
    expect((await heard.once("connectionClosed")).error).toMatchObject({ name: "InvalidJsonError", data: "{" });
    expect([errors, heard.errors]).toEqual([[], []]);
  });

  test("caught, they leave the socket usable, and carry the message", async () => {
    const { app } = testApp();
    app.ws("/ws", async (socket) => {
      const wrong = await socket.receiveText().catch((error) => error);
      const bad = await socket.receiveJson<InvalidJsonError>().catch((error: InvalidJsonError) => error);
      await socket.sendJson([wrong.name, [...wrong.data], bad.name, bad.data, await socket.receiveText()]);
    });
    const client = await rawOpen(await listenAnywhere(app));
    client.frame(0x2, Uint8Array.of(1, 2));
    client.say("nope");
    client.say("fine");

    expect(await client.next()).toBe('["MessageTypeError",[1,2],"InvalidJsonError","nope","fine"]');
    expect(await client.next()).toEqual({ code: 1000, reason: "" });
  });

  test("before this socket was accepted it is another's, and an error: 500", async () => {
    const { app, heard } = testApp();
    let other: ServerSocket | undefined;
    app.ws("/one", async (socket) => {
      await socket.accept();
      other = socket;
      await socket.closed;
    });
    app.ws("/ws", () => other!.receiveJson());
    const port = await listenAnywhere(app);
    const one = await rawOpen(port, "/one");
    one.say("no JSON");

    expect((await rawAnswer(port)).status).toBe(500);
    expect(heard.errors).toMatchObject([{ where: "handler" }]);
  });
});
