/** Responder, "Testing WebSockets": here no receive can hang, and a test sees the 404 that a real client sees, not a close code. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { TestClient } from "antiphon/testing";
import { app } from "./echo.ts";

test("echoes", async () => {
  await using client = new TestClient(app);
  const socket = await client.connect("/ws");

  await socket.sendText("hello");

  await socket.expectText("Echo: hello");
});

test("rejects what it has no route for", async () => {
  await using client = new TestClient(app);

  await assert.rejects(client.connect("/nonexistent"), { name: "HandshakeError", status: 404 });
});
