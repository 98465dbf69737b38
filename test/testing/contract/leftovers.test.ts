/** What a test leaves behind fails it, by name; what it does not leave behind never does. */

import { App, memory, type ServerSocket } from "antiphon";
import { ManualClock, TestClient, type TestClientOptions } from "antiphon/testing";
import { describe, expect, onTestFinished, test } from "vitest";

/** An app with one handler, and a client that has a short patience. */
function stage(handler: (socket: ServerSocket) => unknown, options: TestClientOptions = {}) {
  const app = new App({ logger: false });
  app.ws("/ws", async (socket) => void (await handler(socket)));
  return { app, client: new TestClient(app, { timeout: 50, ...options }) };
}

async function read(socket: ServerSocket): Promise<void> {
  for await (const _ of socket);
}

describe("what is left over", () => {
  test("a handler that does not end when its connection has", async () => {
    const { client } = stage(async (socket) => {
      await socket.accept();
      await new Promise(() => {});
    });
    await client.connect("/ws");

    await expect(client.close()).rejects.toThrow(/left over.*the handler of \/ws still runs/);
  });

  test("an interval that nobody clears, with the line that set it", async () => {
    let interval: NodeJS.Timeout | undefined;
    const { client } = stage(async (socket) => {
      interval = setInterval(() => {}, 1000);
      await read(socket);
    });
    onTestFinished(() => clearInterval(interval));
    await client.connect("/ws");

    await expect(client.close()).rejects.toThrow(/setInterval of 1000 ms, set at .*leftovers\.test\.ts:\d+ for \/ws/);
  });

  test("a long timeout that nobody clears", async () => {
    let timer: NodeJS.Timeout | undefined;
    const { client } = stage(async (socket) => {
      timer = setTimeout(() => {}, 60_000);
      await read(socket);
    });
    onTestFinished(() => clearTimeout(timer));
    await client.connect("/ws");

    await expect(client.close()).rejects.toThrow(/setTimeout of 60000 ms/);
  });

  test("a poll that sets itself again for ever: close() does not wait for ever", async () => {
    let timer: NodeJS.Timeout | undefined;
    const { client } = stage(async (socket) => {
      const poll = () => {
        timer = setTimeout(poll, 5);
      };
      poll();
      await read(socket);
    });
    onTestFinished(() => clearTimeout(timer));
    await client.connect("/ws");

    await expect(client.close()).rejects.toThrow(/setTimeout of 5 ms/);
  });

  test("a listener of a room", async () => {
    const { app, client } = stage(async (socket) => {
      socket.join("lobby").onJoin(() => {});
      await read(socket);
    });
    await client.connect("/ws");

    await expect(client.close()).rejects.toThrow('onJoin or onLeave at the room "lobby"');
    await app.close({ timeout: 0 });
  });

  test("several things, in one error", async () => {
    let interval: NodeJS.Timeout | undefined;
    const { client } = stage(async (socket) => {
      await socket.accept();
      interval = setInterval(() => {}, 1000);
      await new Promise(() => {});
    });
    onTestFinished(() => clearInterval(interval));
    await client.connect("/ws");

    await expect(client.close()).rejects.toThrow(/handler of \/ws.*setInterval/);
  });

  test("beside an error of a handler: both are told", async () => {
    const bug = new Error("a bug");
    let interval: NodeJS.Timeout | undefined;
    const { client } = stage(async (socket) => {
      await socket.accept();
      interval = setInterval(() => {}, 1000);
      throw bug;
    });
    onTestFinished(() => clearInterval(interval));
    await (await client.connect("/ws")).closed;

    const error = await client.close().catch((error) => error);

    expect(error).toBeInstanceOf(AggregateError);
    expect(error.errors).toEqual([bug, expect.objectContaining({ message: expect.stringContaining("setInterval") })]);
  });

  test("is not looked for with leftovers: false", async () => {
    let interval: NodeJS.Timeout | undefined;
    const { client } = stage(
      async (socket) => {
        interval = setInterval(() => {}, 1000);
        await read(socket);
      },
      { leftovers: false },
    );
    onTestFinished(() => clearInterval(interval));
    await client.connect("/ws");

    await expect(client.close()).resolves.toBeUndefined();
  });
});

describe("no false alarm", () => {
  const tidy: [string, (socket: ServerSocket) => unknown][] = [
    [
      "an interval that is cleared",
      async (socket) => {
        const interval = setInterval(() => {}, 1000);
        await read(socket);
        clearInterval(interval);
      },
    ],
    [
      "a timer that fires while the handler ends",
      async (socket) => {
        await read(socket);
        await new Promise((resolve) => setTimeout(resolve, 10));
      },
    ],
    [
      "a short timer that nobody waits for",
      (socket) => {
        setTimeout(() => {}, 10);
        return read(socket);
      },
    ],
    [
      "a timeout of a signal",
      async (socket) => {
        const signal = AbortSignal.any([socket.signal, AbortSignal.timeout(60_000)]);
        await read(socket);
        signal.throwIfAborted === undefined;
      },
    ],
    [
      "a listener of a room that ends with its socket",
      (socket) => {
        socket.join("lobby").onJoin(() => {}, { signal: socket.signal });
        return read(socket);
      },
    ],
    [
      "a room, a user, and a close of its own",
      async (socket) => {
        socket.join("lobby");
        socket.identify("7");
        await socket.receive().catch(() => {});
        await socket.close(1000);
      },
    ],
    [
      "a handler with work at the end",
      async (socket) => {
        await read(socket);
        for (let step = 0; step < 20; step++) await new Promise((resolve) => setImmediate(resolve));
      },
    ],
    [
      "a send that nobody awaits",
      async (socket) => {
        for await (const _ of socket) void socket.sendText("x");
        void socket.sendText("late");
      },
    ],
  ];

  test.each(tidy)("of %s", async (_, handler) => {
    const { client } = stage(handler);
    const socket = await client.connect("/ws");
    await socket.sendText("x");

    await expect(client.close()).resolves.toBeUndefined();
  });

  test("of sockets that ended in every other way", async () => {
    const clock = new ManualClock();
    const { client } = stage(read, { clock });
    const [cut, stalled, terminated, closed, reconnecting] = await Promise.all(
      Array.from({ length: 5 }, (_, at) => client.connect("/ws", { reconnect: at === 4 })),
    );
    cut!.network.cut();
    stalled!.network.stall();
    terminated!.terminate();
    await closed!.close();
    reconnecting!.network.cut();

    await expect(client.close()).resolves.toBeUndefined();
  });

  test("of a connection that is still being opened", async () => {
    const { client } = stage((socket) => new Promise((resolve) => socket.signal.addEventListener("abort", resolve)));
    const connecting = client.connect("/ws").catch((error) => error);

    await expect(client.close()).resolves.toBeUndefined();
    expect(await connecting).toBeInstanceOf(Error);
  });

  test("of timers that belong to the app, or to the test", async () => {
    const ofApp = setInterval(() => {}, 1000);
    onTestFinished(() => clearInterval(ofApp));
    const { client } = stage(read);
    await client.connect("/ws");
    const ofTest = setInterval(() => {}, 1000);
    onTestFinished(() => clearInterval(ofTest));

    await expect(client.close()).resolves.toBeUndefined();
  });

  test("of another client on the same app, which goes on", async () => {
    const { app, client } = stage(async (socket) => {
      socket.join("lobby").onJoin(() => {}, { signal: socket.signal });
      await read(socket);
    });
    const other = new TestClient(app);
    const socket = await other.connect("/ws");
    await client.connect("/ws");

    await expect(client.close()).resolves.toBeUndefined();

    expect([socket.open, app.sockets.size]).toEqual([true, 1]);
    await other.close();
  });

  test("with a broker, whose lease is renewed by timers", async () => {
    const app = new App({ logger: false, broker: memory() });
    app.ws("/ws", async (socket) => {
      socket.join("lobby");
      await read(socket);
    });
    onTestFinished(() => app.close({ timeout: 0 }));
    const client = new TestClient(app);
    await client.connect("/ws");

    await expect(client.close()).resolves.toBeUndefined();
  });
});
