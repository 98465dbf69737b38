/** Fake timers of the runner beside the test kit: they stop the app's own timers, and nothing of the kit. */

import { App } from "antiphon";
import { ManualClock, TestClient } from "antiphon/testing";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function ticking(): App {
  const app = new App({ logger: false });
  app.ws("/ws", async (socket) => {
    await socket.accept();
    const timer = setInterval(() => void socket.sendText(new Date().toISOString()), 60_000);
    for await (const text of socket.iterText()) await socket.sendText(text);
    clearInterval(timer);
  });
  return app;
}

test("messages arrive, and what the app does every minute happens when the runner says so", async () => {
  vi.setSystemTime("2030-01-01T00:00:00Z");
  await using client = new TestClient(ticking());
  const socket = await client.connect("/ws");
  await socket.sendText("hello");
  await socket.expectText("hello");

  await vi.advanceTimersByTimeAsync(120_000);

  expect(await socket.receiveText()).toBe("2030-01-01T00:01:00.000Z");
  await socket.expectText("2030-01-01T00:02:00.000Z");
});

test("a receive times out all the same", async () => {
  await using client = new TestClient(ticking(), { timeout: 30 });
  const socket = await client.connect("/ws");

  await expect(socket.receiveText()).rejects.toMatchObject({ name: "TimeoutError" });
});

test("silence is waited for all the same, and HTTP answers", async () => {
  await using client = new TestClient(ticking());
  const socket = await client.connect("/ws");

  await socket.expectSilence({ for: 20 });
  expect((await client.http("/ws")).status).toBe(426);
});

test("a manual clock moves Antiphon, and the runner the rest", async () => {
  const clock = new ManualClock();
  await using client = new TestClient(ticking(), { clock });
  const socket = await client.connect("/ws");

  await clock.advance(600_000);
  await socket.expectSilence({ for: 1000 });
  socket.network.stall();
  await clock.advance(46_000);

  expect(await socket.expectClose()).toMatchObject({ code: 1006 });
});
