/** A network that does what networks do: pieces, delays, cuts, and silence. Alike each time with the same seed. */

import { App, type AppOptions } from "antiphon";
import { type Faults, ManualClock, TestClient, type TestClientOptions } from "antiphon/testing";
import { describe, expect, onTestFinished, test } from "vitest";

function stage(options: TestClientOptions = {}, appOptions: AppOptions = {}) {
  const app = new App({ logger: false, ...appOptions });
  const heard: { messages: number; ends: number[] } = { messages: 0, ends: [] };
  app.ws("/ws", {
    message(socket, message) {
      heard.messages += 1;
      return socket.send(message);
    },
    close: (_, { code }) => void heard.ends.push(code),
  });
  app.http.get("/page", (c) => c.text("page ".repeat(100)));
  const client = new TestClient(app, options);
  onTestFinished(() => client.close());
  return { client, heard };
}

describe("split", () => {
  test.each([1, 7, true])("into pieces of %s: handshake, messages and goodbye come through", async (split) => {
    const { client } = stage({ faults: { split } });
    const socket = await client.connect("/ws", { headers: { "x-long": "y".repeat(300) } });
    const text = "é🦉".repeat(300);

    await socket.sendText(text);
    await socket.expectText(text);
    await socket.sendBytes(new Uint8Array(500).fill(7));
    await socket.expectBytes(new Uint8Array(500).fill(7));

    expect(await socket.close(4000)).toEqual({ code: 4000, reason: "", wasClean: true });
  });

  test("into single bytes, compressed", async () => {
    const { client } = stage({ faults: { split: 1 } }, { compression: true });
    const socket = await client.connect("/ws", { compression: true });
    const text = JSON.stringify(Array.from({ length: 300 }, (_, index) => ({ index, name: `n${index % 7}` })));

    for (let times = 0; times < 3; times++) {
      await socket.sendText(text);
      await socket.expectText(text);
    }
    expect(socket.headers!.get("sec-websocket-extensions")).toContain("permessage-deflate");
  });

  test("over HTTP as well", async () => {
    const { client } = stage({ faults: { split: 1 } });

    expect(await (await client.http("/page")).text()).toBe("page ".repeat(100));
  });

  test("of a refusal, whose body is whole", async () => {
    const app = new App({ logger: false });
    app.ws("/ws", (socket) => socket.reject(403, "x".repeat(1000)));
    await using client = new TestClient(app, { faults: { split: 3 } });

    await expect(client.connect("/ws")).rejects.toMatchObject({ status: 403, body: "x".repeat(1000) });
  });
});

describe("delay", () => {
  test("each way takes as long as it is told, by the clock", async () => {
    const clock = new ManualClock();
    const { client } = stage({ clock });
    const connecting = client.connect("/ws", { faults: { delay: 100 } });
    await clock.advance(200);
    const socket = await connecting;

    await socket.sendText("x");
    await clock.advance(199);
    await expect(socket.receiveText({ timeout: 5 })).rejects.toMatchObject({ name: "TimeoutError" });
    await clock.advance(1);

    await socket.expectText("x");
    socket.terminate();
  });

  test("keeps the order, however uneven", async () => {
    const { client } = stage({ faults: { delay: [0, 3], split: 5 } });
    const socket = await client.connect("/ws");
    const texts = Array.from({ length: 20 }, (_, index) => `message ${index}`);

    for (const text of texts) void socket.sendText(text);

    const heard = [];
    while (heard.length < texts.length) heard.push(await socket.receiveText());
    expect(heard).toEqual(texts);
  });

  test("a slow network is no broken one: latency says so", async () => {
    const clock = new ManualClock();
    const { client } = stage({ clock });
    const connecting = client.connect("/ws", { faults: { delay: 40 } });
    await clock.advance(80);
    const socket = await connecting;

    const ping = socket.ping();
    await clock.advance(80);

    expect(await ping).toBe(80);
    socket.terminate();
  });
});

test("pieces are on their way one by one: a message is as late as its last", async () => {
  const clock = new ManualClock();
  const { client } = stage({ clock });
  const connecting = client.connect("/ws", { faults: { seed: 1, split: 1, delay: [0, 100] } });
  await clock.advance(200);
  const socket = await connecting;

  await socket.sendText("x".repeat(100));
  await clock.advance(170); // In one piece, it would be back by now in 85 of 100 cases.
  await expect(socket.receiveText({ timeout: 5 })).rejects.toMatchObject({ name: "TimeoutError" });
  await clock.advance(30);

  await socket.expectText("x".repeat(100));
});

describe("cutAfter", () => {
  test.each([
    ["reset", "CONNECTION_RESET"],
    ["fin", "CONNECTION_ENDED"],
  ] as const)("in the middle of the handshake (%s): no socket", async (how, code) => {
    const { client } = stage({ faults: { cutAfter: 20, how } });

    const error = await client.connect("/ws").catch((error) => error);

    expect(error).toMatchObject({ name: "ConnectError", code });
  });

  test.each(["reset", "fin"] as const)(
    "in the middle of what the client sends (%s): 1006 on both sides",
    async (how) => {
      const { client, heard } = stage({ faults: { cutAfter: { sent: 5000 }, how } });
      const socket = await client.connect("/ws");

      for (let count = 0; count < 10 && socket.open; count++) {
        await socket.sendText("x".repeat(1000)).catch(() => {});
        await socket.receive().catch(() => {});
      }

      await socket.expectClose({ code: 1006, wasClean: false }, { ignoreMessages: true });
      await client.close();
      expect(heard).toEqual({ messages: 4, ends: [1006] });
    },
  );

  test("in the middle of what the client receives: what came whole can be read", async () => {
    const { client, heard } = stage({ faults: { cutAfter: { received: 5000 } } });
    const socket = await client.connect("/ws");
    for (let count = 0; count < 10; count++) void socket.sendText("x".repeat(1000));

    const got: string[] = [];
    for await (const text of socket.iterText()) got.push(text);

    expect(got).toHaveLength(4);
    await client.close();
    expect([socket.state, heard.ends]).toEqual(["closed", [1006]]);
  });

  test("counts for each connection anew: a client that comes back goes on", async () => {
    const clock = new ManualClock();
    const { client } = stage({ clock, faults: { cutAfter: { received: 3000 } } });
    const opened: boolean[] = [];
    const socket = await client.connect("/ws", {
      reconnect: true,
      onOpen: (_, { recovered }) => void opened.push(recovered),
    });
    for (let count = 0; count < 3; count++) void socket.sendText("x".repeat(1000));
    await clock.advance(3000);

    expect(opened).toEqual([false, true]);
    await socket.sendText("again");
    await clock.advance(1);
    expect(socket.open).toBe(true);
  });
});

describe("stall", () => {
  test("nothing moves any more, the connection stands, and the heartbeat finds it", async () => {
    const clock = new ManualClock();
    const { client, heard } = stage({ clock, faults: { stall: { received: 1500 } } });
    const socket = await client.connect("/ws");
    await socket.sendText("x".repeat(1000));
    await socket.expectText();

    await socket.sendText("x".repeat(1000));
    await expect(socket.receiveText({ timeout: 20 })).rejects.toThrow("the socket is open");
    await clock.advance(46_000);

    await socket.expectClose({ code: 1006 });
    expect(heard.ends).toEqual([1006]);
  });
});

describe("by hand", () => {
  test.each(["reset", "fin"] as const)(
    "cut(%j) ends it for both, and close() has nothing to complain of",
    async (how) => {
      const clock = new ManualClock();
      const { client, heard } = stage({ clock });
      const socket = await client.connect("/ws");

      socket.network.cut(how);
      await clock.advance(0);

      expect(heard.ends).toEqual([1006]);
      await socket.expectClose({ code: 1006, wasClean: false });
      await client.close();
    },
  );

  test("stall() holds one way or both until resume(), and nothing is lost", async () => {
    const { client, heard } = stage({ timeout: 30 });
    const socket = await client.connect("/ws");

    socket.network.stall("down");
    await socket.sendText("a");
    await expect(socket.receiveText()).rejects.toMatchObject({ name: "TimeoutError" });
    expect(heard.messages).toBe(1);

    socket.network.resume();
    await socket.expectText("a");

    socket.network.stall("up");
    await socket.sendText("b");
    await expect(socket.receiveText()).rejects.toMatchObject({ name: "TimeoutError" });
    expect(heard.messages).toBe(1);

    socket.network.resume();
    await socket.expectText("b");
  });
});

describe("a seed", () => {
  /** When each of some messages has come back, by the clock. */
  async function times(faults: Faults): Promise<number[]> {
    const clock = new ManualClock();
    const { client } = stage({ clock });
    const connecting = client.connect("/ws", { faults, heartbeat: false });
    await clock.advance(1000);
    const socket = await connecting;
    const start = clock.now();
    const arrivals: number[] = [];
    const reading = (async () => {
      for await (const _ of socket.iterText()) arrivals.push(clock.now() - start);
    })();
    for (let count = 0; count < 5; count++) {
      await socket.sendText("0123456789".repeat(3));
      await clock.advance(100);
    }
    socket.terminate();
    await reading;
    return arrivals;
  }

  test("gives the same pieces and delays each time, and another one others", async () => {
    const faults = { split: 4, delay: [1, 30] } as const;

    const [first, second, other] = [
      await times({ ...faults, seed: 7 }),
      await times({ ...faults, seed: 7 }),
      await times({ ...faults, seed: 8 }),
    ];

    expect(first).toHaveLength(5);
    expect(second).toEqual(first);
    expect(other).not.toEqual(first);
  });

  test("that was chosen at random stands in the error, so that the failure can be repeated", async () => {
    const { client } = stage({ timeout: 20, faults: { split: true } });
    const socket = await client.connect("/ws");

    await expect(socket.expectText("never")).rejects.toThrow(/seed:? ?\d+/);
  });
});
