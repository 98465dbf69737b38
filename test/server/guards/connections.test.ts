/** Guards, end to end: how many connections there may be, and that every kind of end gives its place back. */

import { describe, expect, it } from "vitest";
import type { App, AppOptions } from "../../../src/index.ts";
import { eventually } from "../../support/eventually.ts";
import { echo, listeningApp } from "../../support/listening-app.ts";
import type { RawTcp } from "../../support/raw-tcp.ts";
import { rawAnswer, rawOpen, rawUpgrade } from "../../support/raw-tcp.ts";
import { WsPeer } from "../../support/ws-peer.ts";

describe("limits.connections", () => {
  it("answers 503 to one more, which the log names; those that are there stay", async () => {
    const { url, port, log } = await listeningApp(echo, { limits: { connections: 2 } });
    const clients = [await WsPeer.open(`${url}/ws`), await WsPeer.open(`${url}/ws`)];

    expect(await rawAnswer(port)).toMatchObject({ status: 503, body: "503 Service Unavailable\n" });
    expect(await Promise.all(clients.map((client) => client.ask("here")))).toEqual(["Echo: here", "Echo: here"]);
    expect(log.lines).toEqual(["info: ws /ws from 127.0.0.1 refused with 503: limits.connections (2) are open"]);
  });

  it("counts those that still wait for an answer", async () => {
    const { port } = await listeningApp(
      (app) => {
        app.ws("/hangs", () => new Promise(() => {}));
        echo(app);
      },
      { limits: { connections: 1 } },
    );
    rawUpgrade(port, "/hangs");

    await eventually(async () => (await rawAnswer(port)).status).toBe(503);
  });

  it("a 404, a foreign page and plain HTTP take no place", async () => {
    const { port } = await listeningApp(echo, { limits: { connections: 1, connectionsPerAddress: 1 } });

    for (let at = 0; at < 3; at++) {
      expect((await rawAnswer(port, "/nowhere")).status).toBe(404);
      expect((await rawAnswer(port, { extra: ["Origin: https://evil.example"] })).status).toBe(403);
      expect((await rawAnswer(port, { version: "8" })).status).toBe(426);
      expect((await fetch(`http://127.0.0.1:${port}/ws`)).status).toBe(426);
    }

    expect((await rawAnswer(port)).status).toBe(101);
  });
});

/** Routes for all kinds of ends. */
function routes(app: App): void {
  app.use("/middleware-throws", () => {
    throw new Error("as told");
  });
  app.use("/waits", async (socket, next) => {
    await new Promise<void>((resolve) => socket.signal.addEventListener("abort", () => resolve()));
    await next();
  });
  for (const path of ["/middleware-throws", "/waits"]) app.ws(path, (socket) => socket.accept());
  app.ws("/returns", (socket) => socket.accept());
  app.ws("/never-accepts", () => {});
  app.ws("/rejects", (socket) => socket.reject(401));
  app.ws("/hangs", () => new Promise(() => {}));
  app.ws("/throws", () => {
    throw new Error("as told");
  });
  app.ws("/throws-later", async (socket) => {
    await socket.accept();
    throw new Error("as told");
  });
  app.ws("/terminates", async (socket) => {
    await socket.accept();
    socket.terminate();
  });
  app.ws("/terminates-first", (socket) => socket.terminate());
  app.ws("/closes-first", (socket) => socket.close(4000));
  app.ws("/events", { open: (socket) => void socket.join("a") });
  app.ws("/events-throw", {
    open: () => {
      throw new Error("as told");
    },
  });
  app.ws("/events-reject", { upgrade: (socket) => socket.reject(402) });
  echo(app);
}

/** Opens a WebSocket, and leaves; or gives the status that it got instead. */
async function comesIn(port: number): Promise<string> {
  const client = rawUpgrade(port);
  const { status } = await client.answer();
  client.reset();
  return String(status);
}

/** One connection from beginning to end. */
type Life = (port: number) => Promise<unknown>;

const answered =
  (target: string): Life =>
  async (port) =>
    (await rawAnswer(port, target)).status;

const opened =
  (target: string, end: (client: RawTcp) => void = () => {}): Life =>
  async (port) => {
    const client = await rawOpen(port, target);
    end(client);
    // Whatever comes, to the end of it: the server's own Close frame has to be answered.
    if (target !== "/ws" && target !== "/events") client.close(1000);
    client.fin();
  };

const LIVES: Record<string, Life> = {
  "the client closes": opened("/ws", (client) => client.close(1000)),
  "the client sends FIN": opened("/ws"),
  "the client resets": opened("/ws", (client) => client.reset()),
  "the client sends garbage": opened("/ws", (client) => client.write("garbage")),
  "events, the client closes": opened("/events", (client) => client.close(1000)),
  "events that throw": opened("/events-throw"),
  "events that reject": answered("/events-reject"),
  "the handler returns": opened("/returns"),
  "the handler throws after accept": opened("/throws-later"),
  "the handler terminates": async (port) => rawUpgrade(port, "/terminates").rest(),
  "the handler throws before accept": answered("/throws"),
  "the handler never accepts": answered("/never-accepts"),
  "the handler rejects": answered("/rejects"),
  "the handler closes before accept": answered("/closes-first"),
  "the middleware throws": answered("/middleware-throws"),
  "nobody decides, and the timeout does": answered("/hangs"),
  "the handler terminates before accept": async (port) => rawUpgrade(port, "/terminates-first").rest(),
  "the client is gone during the middleware": async (port) => {
    const client = rawUpgrade(port, "/waits");
    await new Promise((resolve) => setTimeout(resolve, 10));
    client.reset();
  },
};

describe("a place is given back", () => {
  const limits = { connections: 1, connectionsPerAddress: 1, handshakes: 1, handshakeTimeout: 150, closeTimeout: 150 };

  it.each(Object.entries(LIVES))("%s", async (_what, live) => {
    const { port, app } = await listeningApp(routes, { limits });

    for (let at = 0; at < 3; at++) {
      await live(port);
      await eventually(() => comesIn(port)).toBe("101");
      await eventually(() => app.sockets.size).toBe(0);
    }
  });

  it("exactly once each: after a churn of all kinds at once, as many come in as ever, and no more", async () => {
    const many: AppOptions = {
      limits: { connections: 40, connectionsPerAddress: 40, handshakes: 40, handshakeTimeout: 100, closeTimeout: 100 },
    };
    const { port, app } = await listeningApp(routes, many);
    const lives = Object.values(LIVES);

    await Promise.all(
      Array.from({ length: 36 }, async (_, runner) => {
        for (let at = 0; at < 6; at++) await lives[(runner + at * 5) % lives.length]!(port).catch(() => {});
      }),
    );
    await eventually(() => app.sockets.size).toBe(0);

    const clients: RawTcp[] = [];
    await eventually(async () => {
      // One that finds no place is asked again.
      while (clients.length < 40) clients.push(await rawOpen(port));
      return clients.length;
    }).toBe(40);
    expect((await rawAnswer(port)).status).toBe(503);
    expect(app.sockets.size).toBe(40);
  });
});
