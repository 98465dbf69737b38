/** What a handler throws surfaces in the test that caused it: as a cause, or when the client is closed. */

import { App, DisconnectError } from "antiphon";
import { TestClient, type TestClientOptions } from "antiphon/testing";
import { expect, test } from "vitest";

const BUG = new TypeError("this is a bug");

function throwing(options: TestClientOptions = {}) {
  const app = new App({ logger: false });
  app.ws("/throws", async (socket) => {
    await socket.receive();
    throw BUG;
  });
  app.ws("/refuses", () => {
    throw BUG;
  });
  app.ws("/events", {
    message() {
      throw BUG;
    },
  });
  app.ws("/fine", async (socket) => void (await socket.receive()));
  app.use("/guarded", () => {
    throw BUG;
  });
  app.ws("/guarded", async (socket) => void (await socket.receive()));
  app.http.get("/http", () => {
    throw BUG;
  });
  return { app, client: new TestClient(app, { timeout: 200, ...options }) };
}

test.each(["/throws", "/events"])("a receive on %s has it as the cause of its DisconnectError", async (path) => {
  const { client } = throwing();
  const socket = await client.connect(path);
  await socket.sendText("go");

  const error = await socket.receiveText().catch((error) => error);

  expect(error).toBeInstanceOf(DisconnectError);
  expect(error).toMatchObject({ code: 1011, cause: BUG });
  await client.close(); // The test has seen it: nothing more to say.
});

test("a message that is expected has it as a cause as well", async () => {
  const { client } = throwing();
  const socket = await client.connect("/throws");
  await socket.sendText("go");

  await expect(socket.expectText("answer")).rejects.toMatchObject({ cause: BUG });
  await client.close();
});

test.each(["/throws", "/events"])("close() throws what %s threw and nobody looked at", async (path) => {
  const { client } = throwing();
  const socket = await client.connect(path);
  await socket.sendText("go");
  await socket.closed;

  await expect(client.close()).rejects.toBe(BUG);
});

test("close() waits for a handler that throws at the very end", async () => {
  const app = new App({ logger: false });
  app.ws("/ws", async (socket) => {
    for await (const _ of socket);
    await new Promise((resolve) => setTimeout(resolve, 5));
    throw BUG;
  });
  const client = new TestClient(app);
  await client.connect("/ws");

  await expect(client.close()).rejects.toBe(BUG);
});

test("a handshake that failed by it tells it, as a cause or in close()", async () => {
  const { client } = throwing();

  const error = await client.connect("/refuses").catch((error) => error);

  expect(error).toMatchObject({ status: 500 });
  const left = await client.close().catch((error) => error);
  expect([error.cause, left]).toContain(BUG);
});

test("a middleware that throws is no other thing", async () => {
  const { client } = throwing();

  const error = await client.connect("/guarded").catch((error) => error);

  expect(error).toMatchObject({ status: 500 });
  const left = await client.close().catch((error) => error);
  expect([error.cause, left]).toContain(BUG);
});

test("an HTTP route that throws answers 500, and surfaces", async () => {
  const { client } = throwing();

  expect((await client.http("/http")).status).toBe(500);

  await expect(client.close()).rejects.toBe(BUG);
});

test("several come together", async () => {
  const other = new RangeError("another bug");
  const app = new App({ logger: false });
  app.ws("/a", async (socket) => {
    await socket.accept();
    throw BUG;
  });
  app.ws("/b", async (socket) => {
    await socket.accept();
    throw other;
  });
  const client = new TestClient(app);
  await (await client.connect("/a")).closed;
  await (await client.connect("/b")).closed;

  const error = await client.close().catch((error) => error);

  expect(error).toBeInstanceOf(AggregateError);
  expect(error.errors).toEqual([BUG, other]);
});

test("errors lists them with path and place, and takeErrors() means that the test has looked", async () => {
  const { client } = throwing();
  const socket = await client.connect("/throws");
  await socket.sendText("go");
  await socket.closed;

  expect(client.errors).toEqual([{ error: BUG, path: "/throws", where: "handler" }]);
  expect(client.takeErrors()).toHaveLength(1);
  expect(client.errors).toEqual([]);
  await client.close();
});

test("handlerErrors: ignore leaves them alone", async () => {
  const { client } = throwing({ handlerErrors: "ignore" });
  const socket = await client.connect("/throws");
  await socket.sendText("go");
  await socket.closed;

  await client.close();
  expect(socket.state).toBe("closed");
});

test("a handler that lets a DisconnectError escape has done nothing wrong", async () => {
  const { client } = throwing();
  await client.connect("/fine");

  await client.close();

  expect(client.errors).toEqual([]);
});

test("the errors of one client are not those of another one on the same app", async () => {
  const { app, client } = throwing();
  const other = new TestClient(app);
  const socket = await client.connect("/throws");
  await other.connect("/fine");
  await socket.sendText("go");
  await socket.closed;

  await other.close();
  await expect(client.close()).rejects.toBe(BUG);
});

test("with `await using`, the error fails the block that caused it", async () => {
  const { app } = throwing();

  const block = async () => {
    await using client = new TestClient(app);
    const socket = await client.connect("/throws");
    await socket.sendText("go");
    await socket.closed;
  };

  await expect(block()).rejects.toBe(BUG);
});
