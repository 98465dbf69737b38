/** The built client in Chromium, against our server: messages of all kinds and sizes, how it ends, and what it refuses. */

import { describe, expect, it } from "vitest";
import type { App } from "../../src/index.ts";
import { chromiumPath } from "../support/chromium.ts";
import { openServer } from "../support/server.ts";
import { serve, usePage } from "./client-page.ts";

const LONGEST = `${"世".repeat(40)}end`;

const echoing = (app: App) =>
  app.ws(
    "/ws",
    { limits: { messageSize: 2 ** 25 }, subprotocols: ["chat.v1", "chat.v2"] },
    {
      message: (socket, message) => socket.send(message),
    },
  );

describe.skipIf(chromiumPath === undefined)("the built client in Chromium", () => {
  const chromium = usePage();

  it("echoes text, bytes and JSON, from a path of the page's own host", async () => {
    const { port } = await serve(echoing);
    await chromium.visit(port);

    expect(await chromium.call("echo", { url: "/ws" })).toEqual({
      text: "text 🦉",
      bytes: [1, 2, 3],
      json: { deep: [1, "zwei", null] },
      binaryJson: { as: "bytes" },
      wrong: [],
      protocol: "chat.v1",
      state: "open",
      opened: `ws://127.0.0.1:${port}/ws`,
      end: { code: 1000, reason: "", wasClean: true },
      after: "closed",
    });
    expect(chromium.complaints).toEqual([]);
  });

  it("gets 64 KiB, 1 MiB and 16 MiB back as they were", async () => {
    const { port } = await serve(echoing);
    await chromium.visit(port);

    const { wrong } = await chromium.call<{ wrong: string[] }>("echo", {
      url: "/ws",
      sizes: [2 ** 16, 2 ** 20, 2 ** 24].map((size) => size - (size % 6)),
    });

    expect(wrong).toEqual([]);
  });

  it.each([
    [1000, "", 1000],
    [3000, "bye", 3000],
    [4999, LONGEST, 4999],
    [4000, `${LONGEST}!`, 4000],
  ])("closes with %i %j, and the server is told", async (code, reason, told) => {
    const ends: object[] = [];
    const { port } = await serve((app) => app.ws("/ws", { close: (_socket, end) => void ends.push(end) }));
    await chromium.visit(port);

    const end = await chromium.call("closeWith", { url: "/ws", code, reason });

    expect(end).toEqual({ code: told, reason: "", wasClean: true });
    // A reason has at most 123 bytes.
    await expect.poll(() => ends).toMatchObject([{ code, reason: reason.replace(/!$/, "") }]);
  });

  it("refuses codes that no page can send", async () => {
    const { port } = await serve(echoing);
    await chromium.visit(port);

    expect(await chromium.call("closeWith", { url: "/ws", code: 1001, reason: "" })).toMatchObject({
      name: "UsageError",
      code: "CLOSE_CODE_UNSENDABLE",
    });
  });

  it.each([1000, 1001, 1008, 1011, 1012, 3000, 4999])("is told that the server closes with %i", async (code) => {
    const reason = code === 4999 ? LONGEST : `because of ${code}`;
    const { port } = await serve((app) => app.ws("/ws", { message: (socket) => void socket.close(code, reason) }));
    await chromium.visit(port);

    expect(await chromium.call("awaitClose", { url: "/ws", message: "close, please" })).toEqual({
      code,
      reason,
      wasClean: true,
      error: { name: "DisconnectError", code },
      aborted: true,
    });
  });

  it("is told 1006 when the server is gone", async () => {
    const { port } = await serve((app) => app.ws("/ws", { message: (socket) => socket.terminate() }));
    await chromium.visit(port);

    expect(await chromium.call("awaitClose", { url: "/ws", message: "be gone" })).toMatchObject({
      code: 1006,
      wasClean: false,
    });
  });

  it("says what it can where no WebSocket opens", async () => {
    const { port } = await serve(echoing);
    await chromium.visit(port);

    for (const url of ["/nowhere", "ws://127.0.0.1:1/"]) {
      const failure = await chromium.call<{ message: string }>("failure", { url });
      expect(failure).toMatchObject({ name: "ConnectError", code: "CONNECT_FAILED" });
      expect(failure.message).toMatch(/^cannot connect to ws:\/\/127\.0\.0\.1:\d+\/\w*: .*console/);
    }
  });

  it.each([
    [{ headers: { authorization: "Bearer x" } }, "NOT_IN_BROWSERS", /headers.*token in the query/],
    [{ compression: true }, "NOT_IN_BROWSERS", /compression/],
    [{ heartbeat: { interval: 1 } }, "NOT_IN_BROWSERS", /heartbeat/],
    [{ subprotocols: ["not a token"] }, "BAD_URL", /not a token/],
    [{ subprotocols: ["twice", "twice"] }, "BAD_URL", /twice|duplicate/],
  ])("refuses the options %j with a sentence", async (options, code, words) => {
    const { port } = await serve(echoing);
    await chromium.visit(port);

    const failure = await chromium.call<{ message: string }>("failure", { url: "/ws", ...options });

    expect(failure).toMatchObject({ name: "UsageError", code });
    expect(failure.message).toMatch(words);
  });

  it("gives up after the timeout of one attempt", async () => {
    const { port } = await serve((app) => {
      app.ws("/slow", () => new Promise<void>(() => {}));
    });
    await chromium.visit(port);

    expect(await chromium.call("failure", { url: "/slow", timeout: 100 })).toMatchObject({ code: "CONNECT_TIMEOUT" });
  });

  it("answers the server's pings by itself, and is not disturbed by them", async () => {
    let pongs = 0;
    const server = await openServer({
      connect: (connection) => ({
        message(data) {
          connection().engine.ping();
          connection().engine.send(data);
        },
        pong: () => void pongs++,
        close() {},
      }),
    });
    const { port } = await serve(echoing);
    await chromium.visit(port);

    const { wrong } = await chromium.call<{ wrong: string[] }>("echo", { url: `ws://127.0.0.1:${server.port}/` });
    await server.close();

    expect(wrong).toEqual([]);
    expect(pongs).toBeGreaterThanOrEqual(4);
  });
});
