/** Traps of the frameworks that we learn from: one member's trouble in a broadcast was everybody's. */

import { describe, expect, it } from "vitest";
import type { App, ServerSocket } from "../../../src/index.ts";
import { listeningApp } from "../../support/listening-app.ts";
import { rawOpen } from "../../support/raw-tcp.ts";
import { WsPeer } from "../../support/ws-peer.ts";

/** The chat of the README. A word makes its own handler fail. */
function chat(app: App): void {
  app.ws("/chat/:room", async (socket) => {
    const room = socket.join(socket.params.room);
    for await (const text of socket.iterText()) {
      if (text === "fail") throw new Error("this handler is broken");
      room.sendText(text);
    }
  });
}

/** The same, with a set of one's own, as the README's of others have it. */
function chatWithOwnSet(clients: Set<ServerSocket>) {
  return (app: App) => {
    app.ws("/ws", async (socket) => {
      await socket.accept();
      clients.add(socket);
      try {
        for await (const text of socket.iterText()) {
          for (const client of clients) void client.sendText(text);
        }
      } finally {
        clients.delete(socket);
      }
    });
  };
}

describe("nobody's trouble in a broadcast hurts another (trap 3)", () => {
  it("a member whose handler throws is closed with 1011, and the others talk on", async () => {
    const { url, heard } = await listeningApp(chat);
    const [broken, one, two] = await threeAt(`${url}/chat/a`);

    broken.send("fail");

    expect((await broken.ended()).code).toBe(1011);
    expect(heard.errors).toEqual([{ where: "handler", message: "this handler is broken" }]);
    one.send("hello");
    expect([await one.next(), await two.next()]).toEqual(["hello", "hello"]);
  });

  it("members that vanish in the middle of it do not stop it", async () => {
    const { url, port, heard } = await listeningApp(chat);
    const dying = await Promise.all(Array.from({ length: 5 }, () => rawOpen(port, "/chat/a")));
    const [talks, listens] = await threeAt(`${url}/chat/a`);

    for (const client of dying) client.reset();
    for (let at = 0; at < 50; at++) talks.send(String(at));

    for (let at = 0; at < 50; at++) expect(await listens.next()).toBe(String(at));
    await heard.once("connectionClosed", 4);
    expect(heard.errors).toEqual([]);
  });

  it("a member that does not read is ended for it, and slows down nobody", async () => {
    const limits = { sendBuffer: 100_000, closeTimeout: 100 };
    const { url, port, heard } = await listeningApp(chat, { limits });
    const stuck = await rawOpen(port, "/chat/a");
    stuck.socket.pause();
    const [talks, listens] = await threeAt(`${url}/chat/a`);
    const long = "x".repeat(500_000);

    // More than the system's buffers take.
    for (let at = 0; at < 40; at++) {
      talks.send(long);
      expect(await listens.next()).toHaveLength(500_000);
    }

    const ended = await heard.once("connectionClosed");
    expect(ended.error).toMatchObject({ code: "SEND_BUFFER_FULL" });
    expect(heard.all("connectionClosed")).toHaveLength(1);
    talks.send("still here");
    expect(await listens.next()).toBe("still here");
  });

  it("a member that leaves while the app goes through app.sockets", async () => {
    const { url, app } = await listeningApp(chat);
    const members = await threeAt(`${url}/chat/a`);

    for (const socket of app.sockets) {
      void socket.sendText("goodbye");
      for (const other of app.sockets) other.terminate();
    }

    expect((await members[0].ended()).code).toBe(1006);
    expect(app.sockets.size).toBe(0);
  });

  it("a set of one's own, changed while it is gone through, and a finally that deletes twice", async () => {
    const clients = new Set<ServerSocket>();
    const { url, port, heard } = await listeningApp(chatWithOwnSet(clients));
    const dying = await rawOpen(port);
    const [talks, listens] = await threeAt(`${url}/ws`);

    dying.reset();
    for (let at = 0; at < 20; at++) talks.send(String(at));

    for (let at = 0; at < 20; at++) expect(await listens.next()).toBe(String(at));
    await heard.once("connectionClosed");
    expect({ clients: clients.size, errors: heard.errors }).toEqual({ clients: 3, errors: [] });
  });

  it("a goodbye to all in finally reaches all but the one that left", async () => {
    const { url } = await listeningApp((app) => {
      app.ws("/ws", async (socket) => {
        const room = socket.join("a");
        try {
          for await (const text of socket.iterText()) room.sendText(text);
        } finally {
          room.sendText("somebody left");
        }
      });
    });
    const [leaves, one, two] = await threeAt(`${url}/ws`);

    await leaves.close();

    expect([await one.next(), await two.next()]).toEqual(["somebody left", "somebody left"]);
  });

  it("a broadcast in the very turn in which a member joins", async () => {
    const { url, app } = await listeningApp((app) => {
      app.ws("/ws", async (socket) => {
        socket.join("a").sendText("welcome");
        app.broadcast("to all");
        await socket.closed;
      });
    });

    const client = await WsPeer.open(`${url}/ws`);

    expect([await client.next(), await client.next()]).toEqual(["welcome", "to all"]);
    expect(app.room("a").size).toBe(1);
  });
});

async function threeAt(url: string): Promise<[WsPeer, WsPeer, WsPeer]> {
  return [await WsPeer.open(url), await WsPeer.open(url), await WsPeer.open(url)];
}
