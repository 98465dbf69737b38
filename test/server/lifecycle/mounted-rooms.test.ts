/** Rooms of an app that is mounted on another: those of the one above, also by handles that were made before. */

import { expect, test } from "vitest";
import { App, memory } from "../../../src/index.ts";
import { listenAnywhere, testApp } from "../../support/app-server.ts";
import { rawOpen } from "../../support/raw-tcp.ts";

test("a handle that was made before mounting reaches those who join after", async () => {
  const { app } = testApp();
  const inner = new App({ logger: false });
  const [lobby, everyone, both] = [inner.room("lobby"), inner.everyone, inner.to(["lobby", "hall"])];
  inner.ws("/ws", async (socket) => {
    socket.join("lobby");
    await socket.receive();
  });
  app.route("/api", inner);
  const client = await rawOpen(await listenAnywhere(app), "/api/ws");
  await expect.poll(() => lobby.size).toBe(1);

  lobby.sendText("to the lobby");
  everyone.sendText("to everyone");
  both.sendText("to both");

  expect([await client.next(), await client.next(), await client.next()]).toEqual([
    "to the lobby",
    "to everyone",
    "to both",
  ]);
});

test("an app with a broker of its own cannot be mounted, and says why", () => {
  const { app } = testApp();
  const inner = new App({ logger: false, broker: memory() });

  expect(() => app.route("/api", inner)).toThrow(
    expect.objectContaining({ code: "MOUNTED_BROKER", message: "the app mounted at /api has a broker of its own" }),
  );
});
