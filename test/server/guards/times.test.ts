/** Guards, end to end: how long a connection may last, be idle, be permitted, or be dead without our knowing. */

import { describe, expect, it } from "vitest";
import type { ServerSocket } from "../../../src/index.ts";
import { deferred } from "../../support/deferred.ts";
import { eventually } from "../../support/eventually.ts";
import { echo, listeningApp } from "../../support/listening-app.ts";
import { rawOpen } from "../../support/raw-tcp.ts";
import { within } from "../../support/within.ts";
import { WsPeer } from "../../support/ws-peer.ts";

/** Resolves when so many pings have come, with the milliseconds that they took. */
async function pingsTo(client: WsPeer, count: number): Promise<number> {
  const began = performance.now();
  let pings = 0;
  const enough = new Promise<void>((resolve) => client.socket.on("ping", () => ++pings === count && resolve()));
  await within(enough, `${count} pings`, 4_000);
  return performance.now() - began;
}

describe("limits.lifetime", () => {
  it("closes with 1001, however busy the connection is, and not before", async () => {
    const { url, heard } = await listeningApp(echo, { limits: { lifetime: 300 } });
    const client = await WsPeer.open(`${url}/ws`);
    const chatter = setInterval(() => client.send("busy"), 20);

    const ended = await client.ended();
    clearInterval(chatter);

    expect(ended).toEqual({ code: 1001, reason: "" });
    const { duration, error } = await heard.once("connectionClosed");
    expect(duration).toBeGreaterThanOrEqual(295);
    expect(error).toMatchObject({ message: "open for limits.lifetime (300 ms)" });
  });
});

describe("limits.idleTimeout", () => {
  it("is put off by what the client sends", async () => {
    const { url } = await listeningApp((app) => app.ws("/ws", {}), { limits: { idleTimeout: 600 } });
    const client = await WsPeer.open(`${url}/ws`);

    for (let at = 0; at < 10; at++) {
      client.send("here");
      await new Promise((resolve) => setTimeout(resolve, 80));
    }

    expect(client.socket.readyState).toBe(client.socket.OPEN);
    expect((await client.ended()).code).toBe(1001);
  });

  it("is not put off by pings and pongs: they are no messages", async () => {
    const heartbeat = { interval: 50, timeout: 1_000 };
    const { url } = await listeningApp(echo, { limits: { idleTimeout: 250 }, heartbeat });
    const client = await WsPeer.open(`${url}/ws`);
    const pings = setInterval(() => client.socket.ping(), 20);

    const ended = await client.ended();
    clearInterval(pings);

    expect(ended.code).toBe(1001);
  });
});

describe("socket.expires", () => {
  async function served(handler: (socket: ServerSocket) => unknown) {
    return listeningApp((app) => {
      app.ws("/ws", async (socket) => {
        await handler(socket);
        for await (const text of socket.iterText()) {
          if (text === "renew") socket.expires(new Date(Date.now() + 60_000));
          if (text === "for ever") socket.expires(null);
          if (text === "over") socket.expires(Date.now() - 1);
          await socket.sendText(text);
        }
      });
    });
  }

  it.each([
    ["a date", () => new Date(Date.now() + 200)],
    ["milliseconds", () => Date.now() + 200],
  ])("closes with 4401 when the permission ends: %s", async (_what, until) => {
    const { url, heard, log } = await served((socket) => socket.expires(until()));

    expect(await (await WsPeer.open(`${url}/ws`)).ended()).toEqual({ code: 4401, reason: "" });
    expect((await heard.once("connectionClosed")).duration).toBeGreaterThan(150);
    expect(log.lines).toEqual([expect.stringMatching(/the permission given to socket\.expires\(\) has ended$/)]);
  });

  it.each(["renew", "for ever"])("does not when it is renewed in time: %s", async (word) => {
    const { url } = await served((socket) => socket.expires(Date.now() + 800));
    const client = await WsPeer.open(`${url}/ws`);
    await client.ask(word);

    await new Promise((resolve) => setTimeout(resolve, 1_000));

    expect(await client.ask("still here")).toBe("still here");
  });

  it("closes now when it lies in the past", async () => {
    const { url } = await served(() => {});
    const client = await WsPeer.open(`${url}/ws`);

    client.send("over");

    expect((await client.ended()).code).toBe(4401);
  });

  it("may be said by a middleware, before the socket is accepted", async () => {
    const { url } = await listeningApp((app) => {
      app.use(async (socket, next) => {
        socket.expires(Date.now() + 800);
        await next();
      });
      echo(app);
    });
    const client = await WsPeer.open(`${url}/ws`);

    expect(await client.ask("hello")).toBe("Echo: hello");
    expect((await client.ended()).code).toBe(4401);
  });

  it.each([Number.NaN, new Date("nonsense")])("throws for what is no time: %s", async (until) => {
    const thrown = deferred<unknown>();
    const { url } = await served((socket) => {
      try {
        socket.expires(until);
      } catch (error) {
        thrown.resolve(error);
      }
    });
    await WsPeer.open(`${url}/ws`);

    expect(await within(thrown.promise, "error", 2_000)).toMatchObject({ name: "UsageError", code: "BAD_OPTION" });
  });
});

describe("heartbeat", () => {
  const heartbeat = { interval: 150, timeout: 150 };

  it("a peer that answers no ping is gone after interval and timeout, and its handler ends", async () => {
    const ended = deferred<string>();
    const { port, heard, log } = await listeningApp(
      (app) => {
        app.ws("/ws", async (socket) => {
          socket.join("a");
          try {
            for await (const _ of socket.iterText());
          } finally {
            ended.resolve(socket.state);
          }
        });
      },
      { heartbeat },
    );
    const client = await rawOpen(port);

    const ping = await client.nextFrame();
    await client.rest();

    expect(ping.opcode).toBe(0x9);
    expect(await within(ended.promise, "end of the handler", 3_000)).toBe("closed");
    const closed = await heard.once("connectionClosed");
    expect(closed).toMatchObject({ code: 1006, wasClean: false, error: { code: "HEARTBEAT_TIMEOUT" } });
    expect(closed.duration).toBeGreaterThanOrEqual(295);
    expect(closed.duration).toBeLessThan(3_000);
    expect(log.of("error")).toEqual([]);
  });

  it("a peer that answers stays, for many heartbeats", async () => {
    const { url } = await listeningApp(echo, { heartbeat: { interval: 60, timeout: 500 } });
    const client = await WsPeer.open(`${url}/ws`);

    await pingsTo(client, 3);

    expect(await client.ask("still here")).toBe("Echo: still here");
  });

  it("pings again after each interval of silence, also where the timeout is longer", async () => {
    const { url } = await listeningApp(echo, { heartbeat: { interval: 50, timeout: 60_000 } });
    const client = await WsPeer.open(`${url}/ws`);

    expect(await pingsTo(client, 4)).toBeLessThan(3_000);
  });

  it("a peer that talks is not pinged: each message is a sign of life", async () => {
    const { url } = await listeningApp(echo, { heartbeat: { interval: 800, timeout: 800 } });
    const client = await WsPeer.open(`${url}/ws`);
    let pings = 0;
    client.socket.on("ping", () => pings++);

    for (let at = 0; at < 12; at++) {
      await client.ask("talk");
      await new Promise((resolve) => setTimeout(resolve, 80));
    }

    expect(pings).toBe(0);
  });

  it("socket.latency is what the last ping took", async () => {
    const { url, app } = await listeningApp(echo, { heartbeat: { interval: 50, timeout: 1_000 } });
    await WsPeer.open(`${url}/ws`);
    const [socket] = app.sockets;
    expect(socket?.latency).toBeUndefined();

    await eventually(() => socket?.latency).toBeGreaterThan(0);

    expect(socket?.latency).toBeLessThan(1_000);
  });

  it("false: nobody is pinged, and a silent peer stays", async () => {
    const { port, app } = await listeningApp(echo, { heartbeat: false });
    const client = await rawOpen(port);

    await new Promise((resolve) => setTimeout(resolve, 300));

    expect(app.sockets.size).toBe(1);
    client.say("still here");
    expect(await client.next()).toBe("Echo: still here");
  });
});
