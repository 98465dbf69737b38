/** Nothing hangs: whatever a test waits for ends in time, with an error that says what came and where the handler stands. */

import { App, TimeoutError } from "antiphon";
import { TestClient, type TestClientOptions, type TestSocket } from "antiphon/testing";
import { describe, expect, onTestFinished, test } from "vitest";

function clientOf(register: (app: App) => void, options: TestClientOptions = {}): TestClient {
  const app = new App({ logger: false });
  register(app);
  const client = new TestClient(app, { timeout: 30, ...options });
  onTestFinished(() => client.close());
  return client;
}

const silent = (app: App) => app.ws("/ws", async (socket) => void (await socket.receive()));

const waiting: [string, (socket: TestSocket) => Promise<unknown>][] = [
  ["receive", (socket) => socket.receive()],
  ["receiveText", (socket) => socket.receiveText()],
  ["receiveBytes", (socket) => socket.receiveBytes()],
  ["receiveJson", (socket) => socket.receiveJson()],
  ["expectText", (socket) => socket.expectText("x")],
  ["expectBytes", (socket) => socket.expectBytes()],
  ["expectJson", (socket) => socket.expectJson({})],
  ["expectClose", (socket) => socket.expectClose()],
];

describe("nothing comes", () => {
  test.each(waiting)("for %s: the error names the call, the path and the time", async (call, wait) => {
    const socket = await clientOf(silent).connect("/ws?token=secret");

    const error = (await wait(socket).catch((error) => error)) as Error;

    expect(error).toBeInstanceOf(TimeoutError);
    expect(error.message).toMatch(new RegExp(`^${call} on /ws.*: .* within 30 ms`));
    expect(error.message).toMatch(/the socket is open; .*the handler of \/ws is still running/);
  });

  test.each([
    ["iterator", (socket: TestSocket) => socket[Symbol.asyncIterator]().next()],
    ["iterText", (socket: TestSocket) => socket.iterText()[Symbol.asyncIterator]().next()],
    ["iterJson", (socket: TestSocket) => socket.iterJson()[Symbol.asyncIterator]().next()],
  ])("for a step of %s", async (_, step) => {
    const socket = await clientOf(silent).connect("/ws");

    await expect(step(socket)).rejects.toBeInstanceOf(TimeoutError);
  });

  test("in a second, unless another time is said", async () => {
    const client = clientOf(silent, { timeout: undefined } as TestClientOptions);
    const socket = await client.connect("/ws");
    const began = performance.now();

    await expect(socket.receiveText()).rejects.toThrow("within 1 000 ms");

    expect(performance.now() - began).toBeGreaterThan(900);
    expect(performance.now() - began).toBeLessThan(2000);
  });

  test("in the time of the call, or of its socket, where one is said", async () => {
    const client = clientOf(silent, { timeout: 5000 });
    const socket = await client.connect("/ws", { timeout: 40 });

    await expect(socket.receiveText()).rejects.toThrow("within 40 ms");
    await expect(socket.receiveText({ timeout: 20 })).rejects.toThrow("within 20 ms");
    await expect(socket.expectText("x", { timeout: 20 })).rejects.toThrow("within 20 ms");
  });
});

test("the error shows what had come before", async () => {
  const client = clientOf((app) =>
    app.ws("/ws", async (socket) => {
      await socket.sendText("hello");
      await socket.sendBytes(Uint8Array.of(1, 2, 3));
      await socket.receive();
    }),
  );
  const socket = await client.connect("/ws");
  await socket.expectText("hello");
  await socket.expectBytes([1, 2, 3]);

  await expect(socket.receiveText()).rejects.toThrow(/before that: text "hello", bytes \(3\)/);
});

test("the error shows a long text cut short", async () => {
  const client = clientOf((app) =>
    app.ws("/ws", async (socket) => {
      await socket.sendText("x".repeat(100_000));
      await socket.receive();
    }),
  );
  const socket = await client.connect("/ws");
  await socket.expectText();

  const error = await socket.receiveText().catch((error) => error);

  expect(error.message.length).toBeLessThan(1000);
});

test("a message that comes after a timeout is not lost", async () => {
  const client = clientOf((app) => app.ws("/ws", async (socket) => socket.sendText(await socket.receiveText())));
  const socket = await client.connect("/ws");
  await expect(socket.receiveText()).rejects.toBeInstanceOf(TimeoutError);

  await socket.sendText("late");

  await socket.expectText("late");
});

test("the error says that the handler has ended, when it has", async () => {
  const client = clientOf((app) => app.ws("/ws", async (socket) => void (await socket.receive())));
  const socket = await client.connect("/ws");
  socket.network.stall("down");
  await socket.sendText("go");

  await expect(socket.receiveText()).rejects.toThrow("the handler of /ws has ended");
  socket.terminate();
});

test("the error has what the handler threw as its cause, and says so", async () => {
  const client = clientOf((app) =>
    app.ws("/ws", async (socket) => {
      await socket.receive();
      (socket as unknown as { x(): void }).x();
    }),
  );
  const socket = await client.connect("/ws");
  socket.network.stall("down"); // The Close frame does not come either.
  await socket.sendText("go");

  const error = await socket.receiveText().catch((error) => error);

  expect(error).toBeInstanceOf(TimeoutError);
  expect(error.message).toContain("the handler of /ws threw TypeError: socket.x is not a function");
  expect(error.cause).toBeInstanceOf(TypeError);
  socket.terminate();
});

test("a ping that is not answered ends in time", async () => {
  const socket = await clientOf(silent).connect("/ws");
  socket.network.stall();

  await expect(socket.ping()).rejects.toBeInstanceOf(TimeoutError);
  socket.terminate();
});

test("a close that is not answered ends in time", async () => {
  const socket = await clientOf(silent).connect("/ws");
  socket.network.stall();
  const began = performance.now();

  const end = await socket.close().catch((error) => error);

  expect(performance.now() - began).toBeLessThan(1000);
  expect(end).toBeInstanceOf(TimeoutError);
  socket.terminate();
});
