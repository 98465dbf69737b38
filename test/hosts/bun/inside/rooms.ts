/** Rooms on Bun, tested inside Bun: what goes to many by one call keeps the order, and spares whom it has to spare. */

import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import type { Room, ServerSocket } from "../../../../src/index.ts";
import { listenAnywhere, testApp } from "../../../support/app-server.ts";
import { eventually } from "../../../support/eventually.ts";
import type { RawTcp } from "../../../support/raw-tcp.ts";
import { rawOpen, upgradeHead } from "../../../support/raw-tcp.ts";
import { turns } from "../../../support/run.ts";

/** More than are sent to one by one. */
const MEMBERS = 40;

async function crowd() {
  const { app } = testApp();
  const sockets: ServerSocket[] = [];
  app.ws("/ws", { open: (socket) => void sockets.push(socket) });
  const port = await listenAnywhere(app);
  const clients: RawTcp[] = [];
  for (let at = 0; at < MEMBERS; at++) clients.push(await rawOpen(port, "/ws"));
  await eventually(() => sockets.length).toBe(MEMBERS);
  for (const socket of sockets) socket.join("all");
  return { room: app.room("all") as Room, sockets, clients };
}

/** Until nothing more is handed out. */
async function sendTo(room: Room, ...texts: readonly string[]): Promise<void> {
  for (const text of texts) room.sendText(text);
  await turns(3);
}

async function take(client: RawTcp, count: number): Promise<unknown[]> {
  const all: unknown[] = [];
  while (all.length < count) all.push(await client.next());
  return all;
}

describe("a room", () => {
  test("brings all messages to all members in the order of the calls, their own between them", async () => {
    const { room, sockets, clients } = await crowd();
    const expected: string[][] = sockets.map(() => []);

    for (let round = 0; round < 30; round++) {
      room.sendText(`${round} first`);
      for (const all of expected) all.push(`${round} first`);
      const own = (round * 7) % MEMBERS;
      void sockets[own]!.sendText(`${round} own`);
      expected[own]!.push(`${round} own`);
      room.sendText(`${round} second`);
      for (const all of expected) all.push(`${round} second`);
      if (round % 3 === 0) await turns(3);
    }
    await turns(3);
    for (const [at, socket] of sockets.entries()) void socket.close(4000 + at);

    for (const [at, client] of clients.entries()) {
      expect(await take(client, expected[at]!.length)).toEqual(expected[at]!);
      expect(await client.next()).toEqual({ code: 4000 + at, reason: "" });
    }
  });

  test("has nothing for who has left, and all for who comes", async () => {
    const { room, sockets, clients } = await crowd();
    await sendTo(room, "1");
    await sendTo(room, "2");
    await sendTo(room, "3");

    sockets[5]!.leave("all");
    await sendTo(room, "4");
    await sendTo(room, "5");
    sockets[5]!.join("all");
    await sendTo(room, "6");
    await sendTo(room, "7");
    sockets[6]!.to("all").sendText("8");
    await turns(3);

    expect(await take(clients[5]!, 6)).toEqual(["1", "2", "3", "6", "7", "8"]);
    expect(await take(clients[6]!, 7)).toEqual(["1", "2", "3", "4", "5", "6", "7"]);
    expect(await take(clients[39]!, 8)).toEqual(["1", "2", "3", "4", "5", "6", "7", "8"]);
  });

  test("goes on when members leave between a message and its way out", async () => {
    const { room, sockets, clients } = await crowd();
    await sendTo(room, "1");
    await sendTo(room, "2");

    room.sendText("3");
    sockets[0]!.terminate();
    void sockets[1]!.close(4001);
    await turns(3);
    await sendTo(room, "4");
    await sendTo(room, "5");

    expect(await take(clients[1]!, 4)).toEqual(["1", "2", "3", { code: 4001, reason: "" }]);
    expect(await take(clients[2]!, 5)).toEqual(["1", "2", "3", "4", "5"]);
  });

  test("closes a member that does not read with 1013, and no other one", async () => {
    const folder = mkdtempSync(join(tmpdir(), "antiphon-bun-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const { app, heard } = testApp({ limits: { sendBuffer: 200_000 } });
    app.ws("/ws", { open: (socket) => void socket.join("all") });
    // The system holds a few hundred kilobytes for a unix socket, and no more.
    const path = join(folder, "app.sock");
    await app.listen({ path, signals: false });
    const got = Array.from({ length: MEMBERS }, () => 0);
    const clients = got.map((_, at) => {
      const client = connect(path);
      client.on("data", ({ length }) => {
        got[at]! += length;
      });
      return client;
    });
    for (const client of clients) client.write(upgradeHead());
    await eventually(() => app.room("all").size).toBe(MEMBERS);
    await eventually(() => Math.min(...got)).toBeGreaterThan(100);
    clients[3]!.pause();

    const messages = 50;
    for (let sent = 0; sent < messages; sent++) await sendTo(app.room("all"), "x".repeat(20_000));

    await eventually(() => got.filter((bytes) => bytes > messages * 20_000).length).toBe(MEMBERS - 1);
    clients[3]!.resume();
    expect(await heard.once("connectionClosed")).toMatchObject({ code: 1013, error: { code: "SEND_BUFFER_FULL" } });
    expect(app.sockets.size).toBe(MEMBERS - 1);
    for (const client of clients) client.destroy();
  });
});
