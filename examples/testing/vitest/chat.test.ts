/** The chat, tested with Vitest: no port, no sleep, and at the end of a test nothing is left. */

import { ManualClock, TestClient } from "antiphon/testing";
import { expect, test } from "vitest";
import { makeChat } from "../chat.js";

test("a message reaches everybody in the room", async () => {
  await using client = new TestClient(makeChat());
  const ada = await client.connect("/chat/lobby?name=Ada");
  const bo = await client.connect("/chat/lobby?name=Bo");
  await ada.expectJson({ type: "join", name: "Bo" });

  await ada.sendText("hello");

  const message = { type: "message", name: "Ada", text: "hello" };
  await ada.expectJson(message);
  await bo.expectJson(message);
});

test("nobody comes in without a name", async () => {
  await using client = new TestClient(makeChat());

  const entering = client.connect("/chat/lobby");

  await expect(entering).rejects.toMatchObject({ status: 400, body: "a name, please: ?name=Ada\n" });
});

test("a message that is too long comes back to its sender only", async () => {
  await using client = new TestClient(makeChat());
  const ada = await client.connect("/chat/lobby?name=Ada");
  const bo = await client.connect("/chat/lobby?name=Bo");
  await ada.expectJson({ type: "join", name: "Bo" });

  await bo.sendText("x".repeat(201));

  await bo.expectJson({ type: "refused", longest: 200 });
  await ada.expectSilence({ for: 20 });
});

test("says over HTTP who is in a room", async () => {
  await using client = new TestClient(makeChat());
  await client.connect("/chat/lobby?name=Ada");

  const response = await client.http("/people/lobby");

  expect(await response.json()).toEqual(["Ada"]);
});

test("whoever vanishes has left after 45 s", async () => {
  const clock = new ManualClock();
  await using client = new TestClient(makeChat(), { clock });
  const ada = await client.connect("/chat/lobby?name=Ada");
  const bo = await client.connect("/chat/lobby?name=Bo");
  await ada.expectJson({ type: "join", name: "Bo" });

  bo.network.stall();
  await clock.advance(45_000);

  await ada.expectJson({ type: "leave", name: "Bo" });
});

test("a client that lost its connection comes back", async () => {
  const clock = new ManualClock();
  await using client = new TestClient(makeChat(), { clock });
  const ada = await client.connect("/chat/lobby?name=Ada", { reconnect: true });

  ada.network.cut();
  await clock.advance(1000);
  await ada.sendText("still here");

  await ada.expectJson({ type: "message", name: "Ada", text: "still here" });
});
