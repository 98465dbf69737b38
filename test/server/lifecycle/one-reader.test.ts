/** Rule 5: one reader. What reads beside another, or in events style, is told; breaking off closes nothing. */

import { describe, expect, test } from "vitest";
import type { ServerSocket } from "../../../src/index.ts";
import { UsageError } from "../../../src/index.ts";
import { listenAnywhere, testApp } from "../../support/app-server.ts";
import { rawOpen } from "../../support/raw-tcp.ts";

const READS: [string, (socket: ServerSocket) => Promise<unknown>][] = [
  ["receive", (socket) => socket.receive()],
  ["receiveText", (socket) => socket.receiveText()],
  ["receiveBytes", (socket) => socket.receiveBytes()],
  ["receiveJson", (socket) => socket.receiveJson()],
  ["for await", (socket) => socket[Symbol.asyncIterator]().next()],
  ["iterText", (socket) => socket.iterText().next()],
  ["iterBytes", (socket) => socket.iterBytes().next()],
  ["iterJson", (socket) => socket.iterJson().next()],
];

const NO_ERROR = new Error("it gave a message");

describe("a second concurrent reader", () => {
  test.each(READS)("%s rejects with a UsageError that names it; the first one reads on", async (call, read) => {
    const { app } = testApp();
    app.ws("/ws", async (socket) => {
      const first = socket.receiveText();
      const error = await read(socket).then(
        () => NO_ERROR,
        (thrown: Error) => thrown,
      );
      await socket.sendJson([error instanceof UsageError, error.message]);
      await socket.send(await first);
    });
    const client = await rawOpen(await listenAnywhere(app));

    const sentence = `${call} while another receive or iterator waits for the next message`;
    expect(await client.next()).toBe(JSON.stringify([true, sentence]));
    client.say("for the first");
    expect(await client.next()).toBe("for the first");
  });

  test("that escapes the handler is an error: 1011", async () => {
    const { app, heard } = testApp();
    app.ws("/ws", (socket) => Promise.all([socket.receive(), socket.receive()]));
    const client = await rawOpen(await listenAnywhere(app));

    expect(await client.next()).toEqual({ code: 1011, reason: "" });
    expect(heard.errors).toMatchObject([{ where: "handler" }]);
  });

  test("one after the other is fine", async () => {
    const { app } = testApp();
    app.ws("/ws", async (socket) => {
      const all = [await socket.receive(), await socket.receiveText()];
      for await (const text of socket.iterText()) {
        all.push(text);
        if (text === "c") break;
      }
      for await (const value of socket.iterJson()) {
        all.push(String(value));
        break;
      }
      await socket.sendJson(all);
      await socket.sendJson(socket.state);
    });
    const client = await rawOpen(await listenAnywhere(app));

    for (const text of ["a", "b", "c", "4"]) client.say(text);
    expect(await client.next()).toBe('["a","b","c","4"]');
    // Breaking off closes nothing.
    expect(await client.next()).toBe('"open"');
  });

  test("a receive that times out, or is aborted, loses no message and leaves the place", async () => {
    const { app } = testApp();
    app.ws("/ws", async (socket) => {
      const late = await socket.receive({ timeout: 20 }).catch((error) => error.name);
      const abort = new AbortController();
      const pending = socket.receive({ signal: abort.signal }).catch((error) => error.message);
      abort.abort(new Error("enough"));
      await socket.sendJson([late, await pending]);
      await socket.send(await socket.receive());
    });
    const client = await rawOpen(await listenAnywhere(app));

    expect(await client.next()).toBe('["TimeoutError","enough"]');
    client.say("kept");
    expect(await client.next()).toBe("kept");
  });
});

describe("in events style", () => {
  test.each(READS)("%s rejects with a UsageError, and messages go on to the event", async (call, read) => {
    const { app } = testApp();
    app.ws("/ws", {
      message: async (socket, message) => {
        const error = await read(socket).then(
          () => NO_ERROR,
          (thrown: Error) => thrown,
        );
        await socket.sendJson([message, error.name, error.message]);
      },
    });
    const client = await rawOpen(await listenAnywhere(app));

    for (const text of ["a", "b"]) {
      client.say(text);
      const sentence = `${call} on a socket whose messages go to an event handler, or are ignored`;
      expect(await client.next()).toBe(JSON.stringify([text, "UsageError", sentence]));
    }
  });

  test("a reader of the middleware's that waits still gets its message; then events have them", async () => {
    const { app } = testApp();
    const got: unknown[] = [];
    app.use(async (socket, next) => {
      got.push(`middleware ${await socket.receive()}`);
      await next();
    });
    app.ws("/ws", {
      message: async (socket, message) => {
        got.push(`event ${message}`);
        await socket.close();
      },
    });
    const client = await rawOpen(await listenAnywhere(app));

    client.say("a");
    client.say("b");
    expect(await client.next()).toEqual({ code: 1000, reason: "" });
    expect(got).toEqual(["middleware a", "event b"]);
  });
});
