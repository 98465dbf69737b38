/** The peer leaves, in every way there is: handlers of every style end, clean up, and nobody calls it an error. */

import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import type { ServerSocket } from "../../../src/index.ts";
import { listenAnywhere, testApp } from "../../support/app-server.ts";
import { deferred } from "../../support/deferred.ts";
import { rawOpen, rawUpgrade } from "../../support/raw-tcp.ts";
import { LEAVINGS } from "./leavings.ts";

/** What a handler does while its client is there. Ends when the client has gone. */
const STYLES: { readonly style: string; readonly run: (socket: ServerSocket) => Promise<unknown> }[] = [
  {
    style: "for await",
    run: async (socket) => {
      for await (const message of socket) await socket.send(message);
    },
  },
  {
    style: "iterJson",
    run: async (socket) => {
      for await (const value of socket.iterJson()) await socket.sendJson(value);
    },
  },
  {
    style: "a loop of receive",
    run: async (socket) => {
      for (;;) await socket.send(await socket.receive());
    },
  },
  {
    style: "a loop that only sends, and awaits it",
    run: async (socket) => {
      for (;;) {
        await socket.send("tick");
        await sleep(1);
      }
    },
  },
  {
    style: "a loop that only sends and awaits nothing",
    run: async (socket) => {
      while (socket.open) {
        void socket.send("tick");
        void socket.sendJson({ tick: 1 });
        void socket.ping();
        await sleep(1);
      }
      void socket.send("nobody awaits this one either");
    },
  },
  { style: "waiting on socket.signal", run: (socket) => once(new EventTarget(), "never", { signal: socket.signal }) },
  {
    style: "throwing the signal's reason",
    run: async (socket) => {
      await sleep(60_000, undefined, { signal: socket.signal }).catch(() => socket.signal.throwIfAborted());
    },
  },
  {
    style: "a library that throws an AbortError",
    run: (socket) => sleep(60_000, undefined, { signal: socket.signal }),
  },
  { style: "waiting on socket.closed", run: (socket) => socket.closed },
];

describe.each(LEAVINGS)("the peer leaves $how", ({ leave, end }) => {
  test.each(STYLES)(
    "$style: ends, finally and the middleware's teardown run, and no error is logged",
    async ({ run }) => {
      const { app, heard } = testApp();
      const order: unknown[] = [];
      const started = deferred<void>();
      app.onError(() => order.push("onError"));
      app.use(async (socket, next) => {
        order.push(await next());
        order.push(socket.state);
      });
      app.ws("/ws", async (socket) => {
        await socket.accept();
        started.resolve();
        try {
          await run(socket);
        } finally {
          order.push("finally", socket.state, socket.signal.aborted);
        }
      });
      const client = await rawOpen(await listenAnywhere(app));

      await started.promise;
      leave(client);
      const { code, reason, wasClean } = await heard.once("connectionClosed");
      await app.close();

      expect(order).toEqual(["finally", "closed", true, expect.objectContaining(end), "closed"]);
      expect({ code, reason, wasClean }).toEqual(end);
      expect(heard.errors).toEqual([]);
      expect(heard.all("connectionClosed")).toHaveLength(1);
      expect(app.sockets.size).toBe(0);
    },
  );

  test("events: close comes once, with code and reason, and no error does", async () => {
    const { app, heard } = testApp();
    const order: unknown[] = [];
    app.use(async (_socket, next) => {
      await next();
      order.push("teardown");
    });
    app.ws("/ws", {
      open: (socket) => void order.push(socket.state),
      message: (socket) => socket.send("x"),
      close: (socket, info) => void order.push(socket.state, info),
      error: () => void order.push("error"),
    });
    const client = await rawOpen(await listenAnywhere(app));

    leave(client);
    await heard.once("connectionClosed");
    await app.close();

    expect(order).toEqual(["open", "closed", expect.objectContaining(end), "teardown"]);
    expect(heard.errors).toEqual([]);
  });

  test("events: one that waits for the socket fails with a DisconnectError, which is no error either", async () => {
    const { app, heard } = testApp();
    const order: unknown[] = [];
    app.ws("/ws", {
      message: (socket) => sleep(60_000, undefined, { signal: socket.signal }),
      close: () => void order.push("close"),
      error: () => void order.push("error"),
    });
    const client = await rawOpen(await listenAnywhere(app));

    client.say("wait");
    await heard.once("messageReceived");
    leave(client);
    await heard.once("connectionClosed");
    await app.close();

    expect(order).toEqual(["close"]);
    expect(heard.errors).toEqual([]);
  });

  test("pending and later receives, sends, pings reject with a DisconnectError; joins throw; ends are safe", async () => {
    const { app, heard } = testApp();
    const seen: unknown[] = [];
    const nameOf = (error: unknown) => (error as Error).name;
    app.ws("/ws", async (socket) => {
      await socket.accept();
      const pending = await socket.receive().catch((error) => error);
      seen.push({ ...pending, name: pending.name });
      for (const late of [socket.receive(), socket.send("x"), socket.receiveJson(), socket.ping()]) {
        seen.push(await late.then(() => "resolved", nameOf));
      }
      for await (const _ of socket) seen.push("a message");
      try {
        socket.join("room");
      } catch (error) {
        seen.push(nameOf(error));
      }
      socket.leave("room");
      socket.terminate();
      await socket.close(4999, "again");
    });
    const client = await rawOpen(await listenAnywhere(app));

    leave(client);
    await heard.once("connectionClosed");
    await app.close();

    const { code, reason, wasClean } = end;
    const disconnected = ["DisconnectError", "DisconnectError", "DisconnectError", "DisconnectError"];
    expect(seen).toEqual([
      expect.objectContaining({ name: "DisconnectError", code, reason, wasClean }),
      ...disconnected,
      "UsageError",
    ]);
    expect(heard.errors).toEqual([]);
  });

  test("while the handshake waits for an answer: 499 in the log, no handler begins", async () => {
    const { app, heard } = testApp();
    const waits = deferred<void>();
    const goOn = deferred<void>();
    const order: unknown[] = [];
    app.use(async (socket, next) => {
      waits.resolve();
      await socket.closed;
      await goOn.promise;
      order.push(socket.signal.aborted, await next());
    });
    app.ws("/ws", () => void order.push("handler"));
    const port = await listenAnywhere(app);
    const client = rawUpgrade(port);

    await waits.promise;
    client.reset();
    expect(await heard.once("connectionRejected")).toMatchObject({ status: 499 });
    goOn.resolve();
    await app.close();

    expect(order).toEqual([true, { code: 1006, reason: "", wasClean: false }]);
    expect(heard.errors).toEqual([]);
  });
});
