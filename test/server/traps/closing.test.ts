/** Traps of the frameworks that we learn from: ends that were no ends, and normal ends that looked like errors. */

import { describe, expect, it } from "vitest";
import type { ServerSocket } from "../../../src/index.ts";
import { DisconnectError } from "../../../src/index.ts";
import { deferred } from "../../support/deferred.ts";
import { echo, listeningApp } from "../../support/listening-app.ts";
import { rawOpen } from "../../support/raw-tcp.ts";
import { within } from "../../support/within.ts";
import { WsPeer } from "../../support/ws-peer.ts";

describe("close in finally, after the peer has left (traps 10, 15)", () => {
  it.each([
    ["once", (socket: ServerSocket) => socket.close()],
    ["with a code and a reason", (socket: ServerSocket) => socket.close(4000, "done")],
    ["twice", (socket: ServerSocket) => socket.close().then(() => socket.close(1001))],
    ["after terminate()", (socket: ServerSocket) => Promise.resolve(socket.terminate()).then(() => socket.close())],
  ])("%s, does no harm", async (_how, close) => {
    const closed = deferred<unknown>();
    const { url, heard } = await listeningApp((app) => {
      app.ws("/ws", async (socket) => {
        try {
          for (;;) await socket.sendText(await socket.receiveText());
        } finally {
          closed.resolve(await close(socket));
        }
      });
    });

    await (await WsPeer.open(`${url}/ws`)).close(4711, "mine");

    // The peer's code stays, whatever is asked for afterwards.
    expect(await within(closed.promise, "close()", 3_000)).toEqual({ code: 4711, reason: "mine", wasClean: true });
    expect(heard.errors).toEqual([]);
  });

  it("state and open tell of the end; a send says so and throws at nobody", async () => {
    const after = deferred<unknown>();
    const { url, heard } = await listeningApp((app) => {
      app.ws("/ws", async (socket) => {
        await socket.accept();
        await socket.closed;
        void socket.sendText("nobody awaits this one");
        const error = await socket.sendText("this one").catch((error: unknown) => error);
        after.resolve({ state: socket.state, open: socket.open, error });
      });
    });

    await (await WsPeer.open(`${url}/ws`)).close(1000, "bye");

    const { state, open, error } = (await within(after.promise, "state", 3_000)) as Record<string, unknown>;
    expect({ state, open }).toEqual({ state: "closed", open: false });
    expect(error).toBeInstanceOf(DisconnectError);
    expect(error).toMatchObject({ code: 1000, reason: "bye", wasClean: true });
    expect(heard.errors).toEqual([]);
  });

  it("sends after one's own close, and closing twice, are no errors of the process or the log", async () => {
    const { url, heard } = await listeningApp((app) => {
      app.ws("/ws", async (socket) => {
        await socket.accept();
        void socket.close(4001, "first");
        void socket.close(4002, "second");
        await socket.sendText("too late");
      });
    });

    expect(await (await WsPeer.open(`${url}/ws`)).ended()).toEqual({ code: 4001, reason: "first" });
    await heard.once("connectionClosed");
    expect(heard.errors).toEqual([]);
  });
});

describe("returning without close (trap 7)", () => {
  it.each([
    ["at once", (socket: ServerSocket) => socket.accept()],
    ["after a message", (socket: ServerSocket) => socket.sendText("all there is")],
    ["out of the loop", async (socket: ServerSocket) => void (await socket.receive())],
  ])("%s, closes with 1000", async (_when, handler) => {
    const { url } = await listeningApp((app) => {
      app.ws("/ws", handler);
    });
    const client = await WsPeer.open(`${url}/ws`);

    client.send("something");

    expect(await client.ended()).toEqual({ code: 1000, reason: "" });
  });
});

describe("close reasons (trap 9)", () => {
  const REASONS: Record<string, string> = {
    "of 123 bytes": "a".repeat(123),
    "of 124 bytes": "a".repeat(124),
    "with é across the 123rd byte": `a${"é".repeat(80)}`,
    "with 漢 across it": `a${"漢".repeat(60)}`,
    "with an emoji across it": `ab${"🎶".repeat(40)}`,
    "with a flag of two code points": "🇫🇷".repeat(30),
    "with a NUL and a line break": "a\0b\r\nc",
    "of a megabyte": "ß".repeat(500_000),
    "in Arabic": "وداعا",
  };

  it.each(Object.entries(REASONS))("%s arrive whole or cut at a character", async (_what, reason) => {
    const { url } = await listeningApp((app) => {
      app.ws("/ws", async (socket) => {
        await socket.accept();
        await socket.close(4000, reason);
      });
    });

    const ended = await (await WsPeer.open(`${url}/ws`)).ended();

    expect(ended.code).toBe(4000);
    expect(reason.startsWith(ended.reason)).toBe(true);
    expect(ended.reason).not.toContain("\ufffd");
    const size = Buffer.byteLength(ended.reason);
    const whole = Buffer.byteLength(reason) <= 123;
    expect(whole ? ended.reason === reason : size > 119 && size <= 123).toBe(true);
  });

  it("half a surrogate pair is no reason for another close code", async () => {
    const { url } = await listeningApp((app) => {
      app.ws("/ws", async (socket) => {
        await socket.accept();
        await socket.close(4000, "half \ud83c");
      });
    });

    expect((await (await WsPeer.open(`${url}/ws`)).ended()).code).toBe(4000);
  });
});

describe("what the log and the client are told", () => {
  it("a normal leave is one line at info, and no error (trap 7)", async () => {
    const { url, log, heard } = await listeningApp(echo);

    await (await WsPeer.open(`${url}/ws`)).close();
    await heard.once("connectionClosed");

    expect(log.of("error")).toEqual([]);
    expect(log.of("warn")).toEqual([]);
    expect(log.of("info")).toEqual([
      expect.stringMatching(/^ws \/ws from 127\.0\.0\.1 · 1000 · \d+ ms · in 0 \(0 B\) out 0 \(0 B\)$/),
    ]);
  });

  it("a reset is one line at info as well", async () => {
    const { port, log, heard } = await listeningApp(echo);

    (await rawOpen(port)).reset();
    await heard.once("connectionClosed");

    expect(log.lines).toEqual([expect.stringMatching(/^info: ws \/ws from 127\.0\.0\.1 · 1006 · /)]);
  });

  it("what a handler throws is logged once with its stack, and no word of it reaches the client (trap 8)", async () => {
    const { url, log, heard } = await listeningApp((app) => {
      app.use(async (_socket, next) => {
        await next();
      });
      app.ws("/ws", async (socket) => {
        await socket.receive();
        throw new RangeError("the password is swordfish");
      });
    });
    const client = await WsPeer.open(`${url}/ws`);

    client.send("go");

    expect(await client.ended()).toEqual({ code: 1011, reason: "" });
    await heard.once("connectionClosed");
    expect(log.of("error")).toEqual(["handler of /ws: RangeError: the password is swordfish"]);
    expect(log.fields.map(({ err }) => err)).toContainEqual(expect.any(RangeError));
  });

  it("a handler may let the end of its client escape, also through code that wraps it (trap 7)", async () => {
    const { url, heard } = await listeningApp((app) => {
      app.ws("/ws", async (socket) => {
        const inner = async () => socket.receiveText();
        await Promise.all([inner(), socket.closed]);
      });
    });

    await (await WsPeer.open(`${url}/ws`)).close();
    await heard.once("connectionClosed");

    expect(heard.errors).toEqual([]);
  });
});
