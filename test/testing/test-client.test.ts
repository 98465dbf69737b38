/** The test client: what it says of the handler, what it takes, and what it leaves behind in the process. */

import { App } from "antiphon";
import type { ClientSocket, ConnectOptions } from "antiphon/client";
import { ManualClock, TestClient } from "antiphon/testing";
import { expect, onTestFinished, test, vi } from "vitest";
import * as z from "zod";
import { current } from "../../src/testing/app/current.ts";
import { realClock } from "../../src/testing/real-time.ts";

const gone = new Error("gone");

function makeClient(options?: ConstructorParameters<typeof TestClient>[1]) {
  const app = new App({ logger: false, limits: { handshakeTimeout: 77_000 } });
  app.ws("/orders", async (socket) => {
    for await (const { count } of socket.iterJson({ schema: z.object({ count: z.number() }) })) {
      await socket.sendJson({ count });
    }
  });
  app.ws("/gone", async (socket) => {
    await socket.receive();
    throw gone;
  });
  const client = new TestClient(app, options);
  onTestFinished(() => client.close());
  return client;
}

test("what a schema refuses, and the handler lets escape, is the cause of the end, but no error of the handler", async () => {
  const client = makeClient();
  const socket = await client.connect("/orders");
  await socket.sendJson({ count: "2" });

  const failure = socket.expectJson({ count: 2 });

  await expect(failure).rejects.toMatchObject({ code: 1007, cause: { name: "ValidationError" } });
  expect(client.errors).toEqual([]);
});

test("the same error thrown for two connections is the cause of both", async () => {
  const client = makeClient();
  for (let count = 0; count < 2; count++) {
    const socket = await client.connect("/gone");
    await socket.sendText("");
    await expect(socket.receive()).rejects.toMatchObject({ code: 1011, cause: gone });
  }
});

test("connect may be handed on alone, in the place of the real one", async () => {
  const alone: (place: string | URL, options?: ConnectOptions) => Promise<ClientSocket> = makeClient().connect;

  const socket = await alone(new URL("ws://localhost/orders"));

  expect(socket.state).toBe("open");
});

test("a timeout longer than that of the real connect holds", async () => {
  const after = vi.spyOn(realClock, "after");
  onTestFinished(() => after.mockRestore());

  await makeClient({ timeout: 30_000 }).connect("/orders");

  expect(after.mock.calls.map(([milliseconds]) => milliseconds)).not.toContain(10_000);
});

test("when the last client has closed, no promise is followed any more", async () => {
  // What Node 20 and 22 do for a context; later ones follow no promise at all.
  const isFollowing = () => (current as { readonly enabled?: boolean }).enabled ?? "later";
  const client = makeClient();
  await client.connect("/orders");
  expect([true, "later"]).toContain(isFollowing());

  await client.close();

  expect([false, "later"]).toContain(isFollowing());
});

test("values of the wrong kind are named", async () => {
  const socket = await makeClient().connect("/orders");

  expect(() => socket.expectJson(z.object({}))).toThrow("receiveJson(schema)");
  expect(() => socket.expectBytes("abc" as never)).toThrow("bytes is string, expected a Uint8Array");
  expect(() => socket.expectSilence(undefined as never)).toThrow("{ for: milliseconds }");
  expect(() => socket.expectSilence({ for: "5" as never })).toThrow("expectSilence.for is 5");
  expect(() => new ManualClock().advance("5" as never)).toThrow("milliseconds is 5");
  await expect(socket.receive({ timeout: "5" as never })).rejects.toThrow("timeout");
});
