/** The chat, tested with node:test: plain JavaScript, as Node.js 20 runs it. What a test opens, `t.after` closes. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { ManualClock, TestClient } from "antiphon/testing";
import { makeChat } from "../chat.js";

test("a message reaches everybody in the room", async (t) => {
  const client = newClient(t);
  const ada = await client.connect("/chat/lobby?name=Ada");
  const bo = await client.connect("/chat/lobby?name=Bo");
  await ada.expectJson({ type: "join", name: "Bo" });

  await ada.sendText("hello");

  const message = { type: "message", name: "Ada", text: "hello" };
  await ada.expectJson(message);
  assert.deepEqual(await bo.receiveJson(), message);
});

test("nobody comes in without a name", async (t) => {
  const client = newClient(t);

  await assert.rejects(client.connect("/chat/lobby"), { status: 400, body: "a name, please: ?name=Ada\n" });
});

test("says over HTTP who is in a room", async (t) => {
  const client = newClient(t);
  await client.connect("/chat/lobby?name=Ada");

  const response = await client.http("/people/lobby");

  assert.deepEqual(await response.json(), ["Ada"]);
});

test("whoever vanishes has left after 45 s", async (t) => {
  const clock = new ManualClock();
  const client = newClient(t, { clock });
  const ada = await client.connect("/chat/lobby?name=Ada");
  const bo = await client.connect("/chat/lobby?name=Bo");
  await ada.expectJson({ type: "join", name: "Bo" });

  bo.network.stall();
  await clock.advance(45_000);

  await ada.expectJson({ type: "leave", name: "Bo" });
});

/**
 * @param {import("node:test").TestContext} t
 * @param {import("antiphon/testing").TestClientOptions} [options]
 */
function newClient(t, options) {
  const client = new TestClient(makeChat(), options);
  t.after(() => client.close()); // Fails the test if a handler threw, or something is left over.
  return client;
}
