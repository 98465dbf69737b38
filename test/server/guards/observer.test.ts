/** The observer, end to end: every signal of a real app, once, with the right fields, and harmless whatever hears it. */

import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Observer } from "../../../src/index.ts";
import type { SignalName } from "../../../src/server/observing/observer.ts";
import { signalNames } from "../../../src/server/observing/observer.ts";
import { listenAnywhere, testApp } from "../../support/app-server.ts";
import { eventually } from "../../support/eventually.ts";
import { echo, listeningApp } from "../../support/listening-app.ts";
import { rawAnswer, rawOpen, rawUpgrade } from "../../support/raw-tcp.ts";
import { WsPeer } from "../../support/ws-peer.ts";

/** Writes down all signals by name, in order. */
function writer() {
  const written: { readonly name: SignalName; readonly event: unknown }[] = [];
  const write = (name: SignalName) => (event: unknown) => written.push({ name, event });
  const observer: Observer = Object.fromEntries(signalNames.map((name) => [name, write(name)]));
  return { written, observer, names: () => written.map(({ name }) => name) };
}

describe("a connection", () => {
  it("is opened once and closed once, with all that is known of it", async () => {
    const { url, heard } = await listeningApp(
      (app) => {
        app.ws("/chat/:room", { subprotocols: ["chat.v2"] }, async (socket) => {
          for await (const message of socket) await socket.send(message);
        });
      },
      { compression: true },
    );
    const client = await WsPeer.open(`${url}/chat/lobby?token=t`, {}, ["chat.v1", "chat.v2"]);
    await client.ask("hello");
    client.send(Uint8Array.of(1, 2, 3));
    await client.next();
    await client.close(4000, "done");

    const closed = await heard.once("connectionClosed");

    const known = {
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      path: "/chat/lobby?token=t",
      route: "/chat/:room",
      remoteAddress: "127.0.0.1",
      protocol: "chat.v2",
      httpVersion: "1.1",
      compression: true,
    };
    expect(heard.all("connectionOpened")).toEqual([known]);
    expect(heard.all("connectionClosed")).toEqual([
      {
        ...known,
        id: heard.all("connectionOpened")[0]?.id,
        code: 4000,
        reason: "done",
        wasClean: true,
        duration: expect.any(Number),
        received: { messages: 2, bytes: 8 },
        sent: { messages: 2, bytes: 8 },
        dropped: 0,
      },
    ]);
    expect(closed.duration).toBeGreaterThan(0);
    expect(heard.all("connectionRejected")).toEqual([]);
  });

  it("that broke a rule has the error, and one that did not has none", async () => {
    const { port, heard } = await listeningApp(echo);
    (await rawOpen(port)).write("no frame at all");
    expect(await heard.once("connectionClosed")).toMatchObject({ error: { name: "ProtocolError" } });

    (await rawOpen(port)).close(1000);

    expect(await heard.once("connectionClosed", 1)).not.toHaveProperty("error");
  });

  it("that is refused is rejected once, and never opened or closed", async () => {
    const { port, heard } = await listeningApp((app) => app.ws("/ws", (socket) => socket.reject(401)));

    await rawAnswer(port, "/ws?a=1");

    expect(heard.all("connectionRejected")).toEqual([
      { path: "/ws?a=1", remoteAddress: "127.0.0.1", status: 401, reason: "rejected with 401 by the app" },
    ]);
    expect([...heard.all("connectionOpened"), ...heard.all("connectionClosed")]).toEqual([]);
  });

  it("that leaves before it is answered is rejected with 499", async () => {
    const { port, heard } = await listeningApp((app) => app.ws("/ws", (socket) => socket.closed));

    rawUpgrade(port).socket.end();

    expect(await heard.once("connectionRejected")).toEqual({
      path: "/ws",
      remoteAddress: "127.0.0.1",
      status: 499,
      reason: "the client left before it was answered",
    });
  });
});

describe("messages", () => {
  it("each is told as it comes and goes, also those of rooms, to each member", async () => {
    const { url, heard } = await listeningApp((app) => {
      app.ws("/ws", async (socket) => {
        const room = socket.join("a");
        for await (const message of socket) room.send(message);
      });
    });
    const [one, two] = [await WsPeer.open(`${url}/ws`), await WsPeer.open(`${url}/ws`)];
    const [first, second] = heard.all("connectionOpened").map(({ id }) => id);

    await one.ask("hello");
    await two.next();
    two.send(Uint8Array.of(1, 2));
    await Promise.all([one.next(), two.next()]);

    expect(heard.all("messageReceived")).toEqual([
      { id: first, type: "text", size: 5 },
      { id: second, type: "binary", size: 2 },
    ]);
    expect(heard.all("messageSent")).toEqual([
      { id: first, type: "text", size: 5 },
      { id: second, type: "text", size: 5 },
      { id: first, type: "binary", size: 2 },
      { id: second, type: "binary", size: 2 },
    ]);
  });

  it("of JSON and of a stream of pieces are counted like others", async () => {
    const { url, heard } = await listeningApp((app) => {
      app.ws("/ws", async (socket) => {
        await socket.sendJson({ a: 1 });
        await socket.sendStream(["one", "two"]);
        await socket.receive();
      });
    });
    const client = await WsPeer.open(`${url}/ws`);
    expect([await client.next(), await client.next()]).toEqual(['{"a":1}', "onetwo"]);
    client.send("");

    expect(await heard.once("connectionClosed")).toMatchObject({
      sent: { messages: 2 },
      received: { messages: 1, bytes: 0 },
    });
  });
});

describe("errors", () => {
  it.each([
    ["a handler", "handler"],
    ["a middleware", "middleware"],
    ["an event", "event"],
    ["plain HTTP", "http"],
    ["onError itself", "hook"],
  ])("of %s are told once, with the place", async (what, where) => {
    const { port, heard } = await listeningApp((app) => {
      const fail = () => {
        throw new Error(what);
      };
      if (where === "middleware") app.use(fail);
      if (where === "event") app.ws("/ws", { open: fail });
      else app.ws("/ws", fail);
      app.http.get("/page", fail);
      if (where === "hook") {
        app.onError(() => {
          throw new Error("onError itself");
        });
      }
    });

    if (where === "http") await fetch(`http://127.0.0.1:${port}/page`);
    else await rawAnswer(port);

    await eventually(() => heard.errors.filter((error) => error.where === where)).toHaveLength(1);
    expect(heard.errors).toContainEqual({ where, message: what });
    expect(heard.errors).toHaveLength(where === "hook" ? 2 : 1);
  });

  it("of onDrain are told, and the app closes all the same", async () => {
    const { app, heard } = await listeningApp((app) => {
      app.onDrain(() => Promise.reject(new Error("cannot drain")));
      echo(app);
    });

    await app.close({ timeout: 1_000 });

    expect(heard.errors).toEqual([{ where: "hook", message: "cannot drain" }]);
    expect(heard.all("closed")).toHaveLength(1);
  });
});

describe("the app's own life", () => {
  it("is told in order: listening, draining, closed", async () => {
    const { written, observer, names } = writer();
    const { app } = testApp({ observer });
    echo(app);
    const port = await listenAnywhere(app);
    const client = await WsPeer.open(`ws://127.0.0.1:${port}/ws`);

    await Promise.all([app.close({ timeout: 2_000 }), client.ended()]);

    expect(names()).toEqual(["listening", "connectionOpened", "draining", "connectionClosed", "closed"]);
    expect(written[0]?.event).toEqual({ url: `http://127.0.0.1:${port}` });
    expect(written[2]?.event).toEqual({ connections: 1, timeout: 2_000 });
    expect(written[4]?.event).toEqual({ duration: expect.any(Number), terminated: 0 });
  });

  it("tells how many had to be terminated", async () => {
    const { app, port, heard } = await listeningApp(echo);
    await rawOpen(port);
    await rawOpen(port);

    await app.close({ timeout: 50 });

    expect(heard.all("closed")).toMatchObject([{ terminated: 2 }]);
    expect(heard.all("connectionClosed")).toHaveLength(2);
  });
});

describe("who hears", () => {
  it("several observers, and diagnostics_channel, are told the same", async () => {
    const [one, two, channels] = [writer(), writer(), writer()];
    for (const name of signalNames) {
      const hear = (event: unknown) => void channels.observer[name]?.(event as never);
      subscribe(`antiphon:${name}`, hear);
      onTestFinished(() => void unsubscribe(`antiphon:${name}`, hear));
    }
    const { app } = testApp({ observer: [one.observer, two.observer] });
    echo(app);
    app.ws("/broken", () => {
      throw new Error("broken");
    });
    const port = await listenAnywhere(app);
    const client = await WsPeer.open(`ws://127.0.0.1:${port}/ws`);
    await client.ask("hello");
    await client.close();
    await rawAnswer(port, "/broken");
    await app.close({ timeout: 1_000 });

    expect(one.names().toSorted()).toEqual(
      [
        "closed",
        "connectionClosed",
        "connectionOpened",
        "connectionRejected",
        "draining",
        "error",
        "listening",
        "messageReceived",
        "messageSent",
      ].toSorted(),
    );
    expect(two.written).toEqual(one.written);
    expect(channels.written).toEqual(one.written);
  });

  it("a subscriber that comes later hears from then on", async () => {
    const heardLate: unknown[] = [];
    const hear = (event: unknown) => heardLate.push(event);
    const { url } = await listeningApp(echo);
    const client = await WsPeer.open(`${url}/ws`);
    await client.ask("before");

    subscribe("antiphon:messageReceived", hear);
    onTestFinished(() => void unsubscribe("antiphon:messageReceived", hear));
    await client.ask("then");

    expect(heardLate).toEqual([{ id: expect.any(String), type: "text", size: 4 }]);
  });

  it.each([
    [
      "throws",
      () => () =>
        void (() => {
          throw new Error("observer");
        })(),
    ],
    ["rejects", () => () => Promise.reject(new Error("observer"))],
  ])("an observer of which every method %s harms nobody", async (_how, make) => {
    const broken: Observer = Object.fromEntries(signalNames.map((name) => [name, make()]));
    const { written, observer } = writer();
    const { app } = testApp({ observer: [broken, observer] });
    echo(app);
    const port = await listenAnywhere(app);
    const client = await WsPeer.open(`ws://127.0.0.1:${port}/ws`);

    expect(await client.ask("hello")).toBe("Echo: hello");
    expect((await rawAnswer(port, "/nowhere")).status).toBe(404);
    expect((await client.close()).code).toBe(1000);
    await app.close({ timeout: 1_000 });
    const errors = written.filter(({ name }) => name === "error").map(({ event }) => event);
    expect(errors.length).toBeGreaterThan(5);
    expect(errors[0]).toEqual({ where: "observer", error: new Error("observer") });
  });
});
