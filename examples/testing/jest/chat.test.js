/** The chat, tested with Jest. Without `await using`: what a test opens, `afterEach` closes. */

import { HandshakeError } from "antiphon/client";
import { ManualClock, TestClient } from "antiphon/testing";
import { makeChat } from "../chat.js";

let clock;
let client;

beforeEach(() => {
  clock = new ManualClock();
  client = new TestClient(makeChat(), { clock });
});
afterEach(() => client.close()); // Fails the test if a handler threw, or something is left over.

test("a message reaches everybody in the room", async () => {
  const ada = await client.connect("/chat/lobby?name=Ada");
  const bo = await client.connect("/chat/lobby?name=Bo");
  await ada.expectJson({ type: "join", name: "Bo" });

  await ada.sendText("hello");

  const message = { type: "message", name: "Ada", text: "hello" };
  await ada.expectJson(message);
  expect(await bo.receiveJson()).toEqual(message);
});

test("nobody comes in without a name", async () => {
  const entering = client.connect("/chat/lobby");

  await expect(entering).rejects.toThrow(HandshakeError);
  await expect(entering).rejects.toMatchObject({ status: 400, body: "a name, please: ?name=Ada\n" });
});

test("says over HTTP who is in a room", async () => {
  await client.connect("/chat/lobby?name=Ada");

  const response = await client.http("/people/lobby");

  expect(await response.json()).toEqual(["Ada"]);
});

test("whoever vanishes has left after 45 s", async () => {
  const ada = await client.connect("/chat/lobby?name=Ada");
  const bo = await client.connect("/chat/lobby?name=Bo");
  await ada.expectJson({ type: "join", name: "Bo" });

  bo.network.stall();
  await clock.advance(45_000);

  await ada.expectJson({ type: "leave", name: "Bo" });
});
