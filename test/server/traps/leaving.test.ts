/** Traps of the frameworks that we learn from: a client that left, and a handler that never heard of it. */

import { describe, expect, it } from "vitest";
import type { App, ServerSocket } from "../../../src/index.ts";
import { CloseCode } from "../../../src/index.ts";
import { deferred } from "../../support/deferred.ts";
import { eventually } from "../../support/eventually.ts";
import { listeningApp } from "../../support/listening-app.ts";
import type { RawTcp } from "../../support/raw-tcp.ts";
import { rawOpen } from "../../support/raw-tcp.ts";
import { within } from "../../support/within.ts";

type Style = (socket: ServerSocket) => Promise<void>;

const STYLES: Record<string, Style> = {
  "an iterator over text": async (socket) => {
    for await (const text of socket.iterText()) await socket.sendText(text);
  },
  "an iterator over all messages": async (socket) => {
    for await (const message of socket) await socket.send(message);
  },
  "an iterator over JSON": async (socket) => {
    for await (const value of socket.iterJson({ onInvalid: "skip" })) await socket.sendJson(value);
  },
  "a receive loop": async (socket) => {
    for (;;) await socket.sendText(await socket.receiveText());
  },
  "a receive loop with a timeout": async (socket) => {
    for (;;) await socket.receive({ timeout: 60_000 });
  },
  "a loop that only sends": async (socket) => {
    for (let tick = 0; ; tick++) {
      await socket.sendJson({ tick });
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  },
  "a loop over events that takes socket.signal": async (socket) => {
    const { setInterval } = await import("node:timers/promises");
    for await (const _ of setInterval(60_000, undefined, { signal: socket.signal })) await socket.sendText("tick");
  },
  "a member of a room that only listens": async (socket) => {
    socket.join("news");
    await socket.closed;
  },
  "a handler that asks for pings": async (socket) => {
    for (;;) {
      await socket.ping();
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  },
};

const WAYS_TO_LEAVE: Record<string, (client: RawTcp) => void> = {
  "closes with 1000": (client) => client.close(CloseCode.normal),
  "closes with no code": (client) => client.close(),
  "closes with its own code": (client) => client.close(4000, "tired"),
  "sends FIN and no Close frame": (client) => client.fin(),
  "resets the connection": (client) => client.reset(),
};

const STYLES_AND_WAYS = Object.entries(STYLES).flatMap(([style, run]) =>
  Object.entries(WAYS_TO_LEAVE).map(([way, leave]) => ({ style, run, way, leave })),
);

describe("a client that leaves ends its handler, runs its cleanup, and is no error (traps 1, 7)", () => {
  it.each(STYLES_AND_WAYS)("$style, and the client $way", async ({ run, leave }) => {
    const cleaned = deferred<string>();
    const { port, app, heard, log } = await listeningApp((app) => {
      app.ws("/ws", async (socket) => {
        await socket.accept();
        try {
          await run(socket);
        } finally {
          cleaned.resolve(socket.state);
        }
      });
    });
    const client = await rawOpen(port);

    leave(client);

    expect(await within(cleaned.promise, "cleanup", 3_000)).toBe("closed");
    await heard.once("connectionClosed");
    expect({ errors: heard.errors, logged: [...log.of("error"), ...log.of("warn")] }).toEqual({
      errors: [],
      logged: [],
    });
    expect(app.sockets.size).toBe(0);
  });

  it.each(Object.entries(WAYS_TO_LEAVE))("events, and the client %s", async (_way, leave) => {
    const closed = deferred<number>();
    const { port, app, heard, log } = await listeningApp((app) => {
      app.ws("/ws", { close: (_socket, { code }) => closed.resolve(code) });
    });

    leave(await rawOpen(port));

    expect([1000, 1005, 4000, 1006]).toContain(await within(closed.promise, "event close", 3_000));
    await heard.once("connectionClosed");
    expect({ errors: heard.errors, logged: log.of("error"), sockets: app.sockets.size }).toEqual({
      errors: [],
      logged: [],
      sockets: 0,
    });
  });

  it.each(Object.entries(WAYS_TO_LEAVE))(
    "code behind next() of a middleware, and the client %s",
    async (_way, leave) => {
      const torndown = deferred<number>();
      const { port } = await listeningApp((app) => {
        app.use(async (_socket, next) => {
          const { code } = await next();
          torndown.resolve(code);
        });
        app.ws("/ws", STYLES["a receive loop"]!);
      });

      leave(await rawOpen(port));

      expect([1000, 1005, 4000, 1006]).toContain(await within(torndown.promise, "code behind next()", 3_000));
    },
  );
});

describe("nothing is left of a client that left (trap 1)", () => {
  const room = (app: App) =>
    app.ws("/ws", async (socket) => {
      const room = socket.join("chat");
      for await (const text of socket.iterText()) room.sendText(text);
    });

  it("it is in no room any more, however many came and went", async () => {
    const { port, app, heard } = await listeningApp(room);
    const leave = Object.values(WAYS_TO_LEAVE);

    for (let at = 0; at < 20; at++) {
      const client = await rawOpen(port);
      leave[at % leave.length]!(client);
      await heard.once("connectionClosed", at);
    }

    expect({ room: app.room("chat").size, sockets: app.sockets.size }).toEqual({ room: 0, sockets: 0 });
  });

  it("its messages are still read, when it says goodbye right behind them", async () => {
    const texts: string[] = [];
    const { port, heard } = await listeningApp((app) => {
      app.ws("/ws", async (socket) => {
        for await (const text of socket.iterText()) {
          await new Promise((resolve) => setImmediate(resolve));
          texts.push(text);
        }
        texts.push("end");
      });
    });
    const client = await rawOpen(port);

    for (const text of ["1", "2", "3"]) client.say(text);
    client.close(1000);

    expect((await heard.once("connectionClosed")).received).toEqual({ messages: 3, bytes: 3 });
    await eventually(() => texts).toEqual(["1", "2", "3", "end"]);
  });
});
