/** A clock that the test moves: what takes minutes happens at once, for the app and for its clients. */

import { App, type AppOptions, memory } from "antiphon";
import type { RetryInfo } from "antiphon/client";
import { ManualClock, TestClient } from "antiphon/testing";
import { describe, expect, onTestFinished, test } from "vitest";

function stage(options: AppOptions = {}) {
  const clock = new ManualClock();
  const app = new App({ logger: false, ...options });
  app.ws("/ws", async (socket) => {
    for await (const text of socket.iterText()) await socket.sendText(text);
  });
  const client = new TestClient(app, { clock });
  onTestFinished(() => client.close());
  return { clock, app, client };
}

describe("the clock itself", () => {
  test("fires what is due, in order, each at its own time, also what is set meanwhile", async () => {
    const clock = new ManualClock();
    const start = clock.now();
    const fired: [string, number][] = [];
    const at = (name: string, ms: number) => clock.after(ms, () => fired.push([name, clock.now() - start]));
    at("b", 20);
    at("a", 10);
    at("late", 101);
    at("never", 50)();
    clock.after(30, () => at("set meanwhile", 30));

    await clock.advance(100);

    expect(fired).toEqual([
      ["a", 10],
      ["b", 20],
      ["set meanwhile", 60],
    ]);
    expect([clock.now() - start, clock.timers]).toEqual([100, 1]);
  });

  test.each([-1, Number.NaN, Number.POSITIVE_INFINITY])("does not go by %d", async (ms) => {
    await expect((async () => new ManualClock().advance(ms))()).rejects.toMatchObject({ name: "UsageError" });
  });

  test("advances one after the other, when nobody waits between", async () => {
    const clock = new ManualClock();
    const start = clock.now();

    await Promise.all([clock.advance(10), clock.advance(20)]);

    expect(clock.now() - start).toBe(30);
  });
});

test("a client that vanished is gone after 45 s: 1006", async () => {
  const ended: { code: number; wasClean: boolean }[] = [];
  const { clock, app, client } = stage();
  app.ws("/watched", {
    close: (_, info) => void ended.push(info),
  });
  const socket = await client.connect("/watched", { heartbeat: false });

  socket.network.stall();
  await clock.advance(44_000);
  expect(ended).toEqual([]);
  await clock.advance(2000);

  expect(ended).toEqual([expect.objectContaining({ code: 1006, wasClean: false })]);
  socket.terminate();
});

test("a client finds that its server vanished: 1006", async () => {
  const { clock, client } = stage({ heartbeat: false });
  const socket = await client.connect("/ws");

  socket.network.stall("down");
  await clock.advance(46_000);

  expect(await socket.expectClose()).toMatchObject({ code: 1006, wasClean: false });
});

test("ten minutes of silence with heartbeats ends nothing", async () => {
  const { clock, client } = stage();
  const socket = await client.connect("/ws");

  await clock.advance(600_000);

  await socket.sendText("still here");
  expect(await socket.receiveText()).toBe("still here");
});

test("a handler that never answers the handshake: 503 in its time", async () => {
  const { clock, app, client } = stage({ limits: { handshakeTimeout: 5000 } }); // Sooner than the client gives up.
  app.ws("/slow", (socket) => new Promise((resolve) => socket.signal.addEventListener("abort", resolve)));

  const refused = client.connect("/slow").catch((error) => error);
  await clock.advance(4000);
  await expect(Promise.race([refused, "still waiting"])).resolves.toBe("still waiting");
  await clock.advance(1500);

  expect(await refused).toMatchObject({ name: "HandshakeError", status: 503 });
});

test("an idle socket is closed with 1001", async () => {
  const { clock, client } = stage({ limits: { idleTimeout: 60_000 } });
  const socket = await client.connect("/ws");

  await clock.advance(50_000);
  await socket.sendText("x");
  await socket.expectText("x");
  await clock.advance(50_000);
  expect(socket.state).toBe("open");
  await clock.advance(11_000);

  await socket.expectClose({ code: 1001 });
});

test("a socket ends with its lifetime", async () => {
  const { clock, client } = stage({ limits: { lifetime: 60_000 } });
  const socket = await client.connect("/ws");

  await clock.advance(59_000);
  expect(socket.state).toBe("open");
  await clock.advance(2000);

  await socket.expectClose({ code: 1001 });
});

test("a queue that nobody reads ends after 60 s with 1008", async () => {
  const { clock, app, client } = stage({ limits: { receiveMessages: 2 } });
  app.ws("/lazy", async (socket) => {
    await socket.accept();
    await socket.closed;
  });
  const socket = await client.connect("/lazy");
  for (let count = 0; count < 5; count++) await socket.sendText("x");

  await clock.advance(59_000);
  expect(socket.state).toBe("open");
  await clock.advance(2000);

  await socket.expectClose({ code: 1008 });
});

test("a client that lost its connection comes back by backoff, which the test moves", async () => {
  const retries: RetryInfo[] = [];
  const { clock, app, client } = stage();
  let away = 0;
  app.use("/flaky", (socket, next) => (away-- > 0 ? socket.reject(503) : next()));
  app.ws("/flaky", async (socket) => {
    for await (const text of socket.iterText()) await socket.sendText(text);
  });
  const socket = await client.connect("/flaky", { reconnect: true, onRetry: (info) => void retries.push(info) });

  away = 3;
  socket.network.cut();
  await clock.advance(0);
  await socket.sendText("waits");
  expect(socket.state).toBe("connecting");
  await clock.advance(1000 + 2000 + 4000 + 8000); // The longest that four waits can be.

  await socket.expectText("waits");
  expect(retries.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
});

test("a client that keeps trying from the beginning is let in when the app is ready", async () => {
  const { clock, app, client } = stage();
  let isReady = false;
  app.use("/late", (socket, next) => (isReady ? next() : socket.reject(503)));
  app.ws("/late", (socket) => socket.sendText("welcome"));

  const connecting = client.connect("/late", { reconnect: { initial: true } });
  await clock.advance(100);
  isReady = true;
  await clock.advance(2000);

  expect(await (await connecting).receiveText()).toBe("welcome");
});

test("a drain spreads its goodbyes", async () => {
  const { clock, app, client } = stage();
  const sockets = await Promise.all(Array.from({ length: 5 }, () => client.connect("/ws")));
  const open = () => sockets.filter((socket) => socket.open).length;

  const closing = app.close({ timeout: 10_000, spread: 5000 });
  const counts: number[] = [];
  for (let second = 0; second < 5; second++) {
    await clock.advance(second === 0 ? 10 : 1000);
    counts.push(open());
  }
  await closing;

  expect(counts).toEqual([4, 3, 2, 1, 0]);
  for (const socket of sockets) await socket.expectClose({ code: 1001, reason: /^retry-after=\d+$/ });
});

test("a drain ends with its deadline, though a handler does not", async () => {
  const { clock, app } = stage();
  const client = new TestClient(app, { clock, leftovers: false });
  app.ws("/stuck", async (socket) => {
    await socket.accept();
    await new Promise(() => {});
  });
  await client.connect("/stuck");

  const closing = app.close({ timeout: 10_000 });
  await clock.advance(10_001);
  await closing;

  expect(app.sockets.size).toBe(0);
  await client.close();
});

describe("expectSilence", () => {
  test("moves the clock, and the time of the test not", async () => {
    const { clock, client } = stage();
    const socket = await client.connect("/ws");
    const [began, moved] = [performance.now(), clock.now()];

    await socket.expectSilence({ for: 600_000 });

    expect(clock.now() - moved).toBe(600_000);
    expect(performance.now() - began).toBeLessThan(3000);
  });

  test("fails with the message that came", async () => {
    const { app, client } = stage();
    app.ws("/talks", async (socket) => {
      await socket.sendText("boo");
      await socket.receive();
    });
    const socket = await client.connect("/talks");

    await expect(socket.expectSilence({ for: 1000 })).rejects.toThrow('"boo"');
  });

  test("fails when the connection ends meanwhile", async () => {
    const { client } = stage({ limits: { idleTimeout: 30_000 } });
    const socket = await client.connect("/ws");

    await expect(socket.expectSilence({ for: 60_000 })).rejects.toThrow(/1001|ended|closed/);
  });

  test("waits in real time without a clock", async () => {
    const app = new App({ logger: false });
    app.ws("/ws", async (socket) => {
      for await (const _ of socket) setTimeout(() => void socket.sendText("later"), 15);
    });
    await using client = new TestClient(app);
    const socket = await client.connect("/ws");
    await socket.expectSilence({ for: 10 });

    await socket.sendText("x");

    await expect(socket.expectSilence({ for: 500 })).rejects.toThrow('"later"');
  });
});

test("one clock moves the apps and the broker between them", async () => {
  const clock = new ManualClock();
  const broker = memory({ clock });
  const clients = Array.from({ length: 2 }, () => {
    const app = new App({ logger: false, broker });
    app.ws("/ws", async (socket) => {
      socket.join("all");
      await socket.receive();
    });
    onTestFinished(() => app.close({ timeout: 0 }));
    return { app, client: new TestClient(app, { clock }) };
  });
  await Promise.all(clients.map(({ client }) => client.connect("/ws")));
  await clock.advance(100);

  await clock.advance(60_000); // Four times the lease: both have renewed theirs.

  expect(await clients[0]!.app.room("all").count()).toBe(2);
  for (const { client } of clients) await client.close();
});
