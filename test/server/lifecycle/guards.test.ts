/** Who is not let in: foreign pages, too many, hosts that are not ours; and which of several reasons is told. */

import { describe, expect, test } from "vitest";
import { listenAnywhere, testApp } from "../../support/app-server.ts";
import { deferred } from "../../support/deferred.ts";
import { rawAnswer, rawOpen, rawTcp, upgradeHead } from "../../support/raw-tcp.ts";

/** A handler that stays until the client has gone. */
const stay = async (socket: { readonly closed: Promise<unknown>; accept(): Promise<void> }) => {
  await socket.accept();
  await socket.closed;
};

function from(origin: string) {
  return { extra: [`Origin: ${origin}`] };
}

describe("Origin is present and not allowed", () => {
  test("by default it has to be the same host as Host; the log says which option would allow it", async () => {
    const { app, heard } = testApp();
    app.use(() => expect.unreachable("middleware sees it"));
    app.ws("/ws", stay);
    const port = await listenAnywhere(app);

    const answer = await rawAnswer(port, from("https://evil.example"));

    expect(answer).toMatchObject({ status: 403, body: "403 Forbidden\n" });
    const { reason, origin, status } = await heard.once("connectionRejected");
    expect({ origin, status }).toEqual({ origin: "https://evil.example", status: 403 });
    expect(reason).toContain('origins: ["same-host", "https://evil.example"] would allow it');
  });

  test("the page of the same host is let in, and so is a client that sends none", async () => {
    const { app } = testApp();
    app.ws("/ws", stay);
    const port = await listenAnywhere(app);

    expect((await rawAnswer(port, { ...from("http://localhost:8080"), host: "localhost:8080" })).status).toBe(101);
    expect((await rawAnswer(port)).status).toBe(101);
  });

  test("origins of the app are a list; a route's take their place", async () => {
    const { app } = testApp({ origins: ["https://app.example"] });
    app.ws("/ws", stay);
    app.ws("/public", { origins: "*" }, stay);
    app.ws("/own", { origins: ["https://own.example"] }, stay);
    const port = await listenAnywhere(app);
    const status = async (target: string, origin: string) =>
      (await rawAnswer(port, { target, ...from(origin) })).status;

    expect(await status("/ws", "https://app.example")).toBe(101);
    expect(await status("/ws", "https://own.example")).toBe(403);
    expect(await status("/public", "https://any.example")).toBe(101);
    expect(await status("/own", "https://own.example")).toBe(101);
    expect(await status("/own", "https://app.example")).toBe(403);
  });

  test("a function in origins that throws is a 500, and its text stays here", async () => {
    const { app, heard } = testApp({
      origins: () => {
        throw new Error("no database");
      },
    });
    app.ws("/ws", stay);
    const port = await listenAnywhere(app);

    expect(await rawAnswer(port, from("https://a.example"))).toMatchObject({
      status: 500,
      body: "500 Internal Server Error\n",
    });
    expect(heard.errors).toEqual([{ where: "hook", message: "no database" }]);
  });
});

describe("over limits.connections or per address", () => {
  test("one more than limits.connections gets 503, and the next one a place when somebody has left", async () => {
    const { app, heard } = testApp({ limits: { connections: 1 } });
    app.ws("/ws", stay);
    const port = await listenAnywhere(app);
    const first = await rawOpen(port);

    expect((await rawAnswer(port)).status).toBe(503);
    expect((await heard.once("connectionRejected")).reason).toContain("limits.connections (1)");
    first.close(1000);
    await heard.once("connectionClosed");
    expect((await rawAnswer(port)).status).toBe(101);
  });

  test("one more than limits.connectionsPerAddress gets 429, and the next one a place when somebody has left", async () => {
    const { app, heard } = testApp({ limits: { connectionsPerAddress: 2 } });
    app.ws("/ws", stay);
    const port = await listenAnywhere(app);
    const first = await rawOpen(port);
    await rawOpen(port);

    expect((await rawAnswer(port)).status).toBe(429);
    expect((await heard.once("connectionRejected")).reason).toContain("limits.connectionsPerAddress (2)");
    first.reset();
    await heard.once("connectionClosed");
    expect((await rawAnswer(port)).status).toBe(101);
  });

  test("who is refused, or leaves before an answer, takes no place for longer", async () => {
    const { app, heard } = testApp({ limits: { connections: 1 } });
    app.ws("/refused", (socket) => socket.reject(401));
    app.ws("/slow", (socket) => socket.closed);
    app.ws("/ws", stay);
    const port = await listenAnywhere(app);

    for (const _ of [1, 2, 3]) expect((await rawAnswer(port, "/refused")).status).toBe(401);
    const waiting = rawTcp(port);
    waiting.write(upgradeHead({ target: "/slow" }));
    expect((await rawAnswer(port)).status).toBe(503);
    waiting.reset();
    await heard.once("connectionRejected", 4);

    expect((await rawAnswer(port)).status).toBe(101);
  });

  test("handshakes that wait for an answer have a bound of their own, and a deadline: 503", async () => {
    const { app, heard } = testApp({ limits: { handshakes: 1, handshakeTimeout: 100 } });
    const waits = deferred<void>();
    app.ws("/slow", (socket) => {
      waits.resolve();
      return socket.closed;
    });
    const port = await listenAnywhere(app);

    const first = rawAnswer(port, "/slow");
    await waits.promise;
    const second = await rawAnswer(port, "/slow");

    expect([(await first).status, second.status]).toEqual([503, 503]);
    const reasons = heard.all("connectionRejected").map(({ reason }) => reason);
    expect(reasons[0]).toContain("limits.handshakes (1)");
    expect(reasons[1]).toContain("limits.handshakeTimeout (100 ms)");
  });
});

describe("Host is not in hosts, when that list is set", () => {
  test("gets 403, and the log says which entry would allow it", async () => {
    const { app, heard } = testApp({ hosts: ["chat.example"] });
    app.ws("/ws", stay);
    const port = await listenAnywhere(app);

    expect((await rawAnswer(port, { host: "rebound.example" })).status).toBe(403);
    expect((await heard.once("connectionRejected")).reason).toContain('"rebound.example" in hosts would allow it');
    expect((await rawAnswer(port, { host: "chat.example" })).status).toBe(101);
    expect((await rawAnswer(port, { host: "CHAT.example:8080" })).status).toBe(101);
  });
});

describe("rule 1: the order of checks", () => {
  /** An app where everything can be wrong at once: one connection is the most, and it is there. */
  async function fullApp() {
    const order: string[] = [];
    const { app, heard } = testApp({ hosts: ["localhost"], limits: { connections: 1 } });
    app.use((socket) => {
      order.push("first middleware");
      socket.reject(418);
    });
    app.use(() => void order.push("second middleware"));
    app.ws("/ws", () => void order.push("handler"));
    app.ws("/taken", () => {});
    return { app, heard, order };
  }

  const evil = { host: "evil.example", extra: ["Origin: https://other.example"] };

  test("malformed comes before a missing route, host, origin and limits", async () => {
    const { app } = await fullApp();
    const port = await listenAnywhere(app);

    expect((await rawAnswer(port, { target: "/nowhere", key: "bad", ...evil })).status).toBe(400);
    expect((await rawAnswer(port, { target: "/nowhere", version: "12", ...evil })).status).toBe(426);
  });

  test("404 comes before host and origin", async () => {
    const { app } = await fullApp();
    const port = await listenAnywhere(app);

    expect((await rawAnswer(port, { target: "/nowhere", ...evil })).status).toBe(404);
  });

  test("host comes before origin, and origin before limits", async () => {
    const { app, heard } = testApp({ hosts: ["localhost"], limits: { connections: 1 } });
    app.ws("/ws", stay);
    const port = await listenAnywhere(app);
    await rawOpen(port);

    expect((await rawAnswer(port, evil)).status).toBe(403);
    expect((await rawAnswer(port, { extra: evil.extra })).status).toBe(403);
    expect((await rawAnswer(port)).status).toBe(503);
    const reasons = heard.all("connectionRejected").map(({ reason }) => reason.split(" ")[0]);
    expect(reasons).toEqual(["Host", "Origin", "limits.connections"]);
  });

  test("limits come before middleware, and middleware before the handler, in the order of registration", async () => {
    const { app, order } = await fullApp();
    const port = await listenAnywhere(app);

    expect((await rawAnswer(port)).status).toBe(418);
    expect(order).toEqual(["first middleware"]);

    const full = testApp({ limits: { connections: 1 } });
    full.app.use(async (_socket, next) => void (await next()));
    full.app.ws("/ws", stay);
    const fullPort = await listenAnywhere(full.app);
    await rawOpen(fullPort);
    full.app.use(() => expect.unreachable("middleware runs over the limit"));
    expect((await rawAnswer(fullPort)).status).toBe(503);
  });
});
