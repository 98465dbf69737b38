/** `serve`: handlers that wait, each in a thread, seen by clients. */

import { once } from "node:events";
import { request } from "node:http";
import type { Socket } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { type ServeOptions, serve } from "../../src/blocking/index.ts";
import { connect } from "../../src/client/index.ts";

const handler = new URL("handler.ts", import.meta.url);

async function serving(options: Partial<ServeOptions> = {}) {
  const served = await serve({ port: 0, handler, logger: false, signals: false, ...options });
  onTestFinished(() => served.close({ timeout: 0 }));
  return served;
}

describe("a handler", () => {
  it("reads and answers, knows the request, and its return closes with 1000", async () => {
    const { url } = await serving({
      use: (socket, next) => {
        socket.data["user"] = "ann";
        return next();
      },
    });

    const echo = await connect(`${url}/echo`);
    await echo.sendText("");
    expect(await echo.receive()).toBe("");
    await echo.sendBytes(new Uint8Array(100_000));
    expect(await echo.receiveBytes()).toHaveLength(100_000);
    expect(await echo.close()).toMatchObject({ code: 1000, wasClean: true });
    const who = await connect(`${url}/who?name=x`);
    expect(await who.receiveJson()).toEqual({ address: "127.0.0.1", name: "x", data: { user: "ann" } });
    await who.close();
  });

  it("that throws, ends its thread or gets the wrong kind of message ends its own connection and no other", async () => {
    const errors: unknown[] = [];
    const { url } = await serving({ onError: (error) => errors.push(error), maxThreads: 2 });
    const other = await connect(`${url}/echo`);

    const codes: number[] = [];
    for (const path of ["/throw", "/exit", "/bytes"]) {
      const socket = await connect(url + path);
      if (path === "/bytes") await socket.sendText("text");
      const { code, reason } = await socket.closed;
      expect(reason).toBe("");
      codes.push(code);
    }

    expect(codes).toEqual([1011, 1011, 1003]);
    expect(errors).toMatchObject([{ name: "RangeError", message: "secret" }, { code: "HANDLER_THREAD_ENDED" }]);
    await other.sendText("still here");
    expect(await other.receive()).toBe("still here");
  });

  it("may keep its socket, which has ended then, and takes nothing from the next one", async () => {
    const { url } = await serving({ maxThreads: 1 });
    // Its connection is still closing while the thread has the next one.
    const silent = await clientThatNeverCloses(`${url}/keep`);

    const next = await connect(`${url}/kept`);
    await next.sendText("hello");

    expect(await next.receiveJson({ timeout: 5000 })).toMatchObject({ code: 1000 });
    expect(await next.receive({ timeout: 5000 })).toBe("hello");
    silent.destroy();
  });

  it("speaks to rooms, whose members are in other threads", async () => {
    const { url } = await serving();
    const one = await connect(`${url}/room`);
    expect(await one.receive()).toBe("joined 1");
    const other = await connect(`${url}/room`);
    expect(await other.receive()).toBe("joined 2");

    await one.sendText("hello");

    expect(await other.receive()).toBe("hello");
  });
});

describe("connections above maxThreads", () => {
  it("wait, then get 503; and are served as soon as a thread is free", async () => {
    const { url } = await serving({ maxThreads: 1, waitTimeout: 100 });
    const first = await connect(`${url}/echo`);

    await expect(connect(`${url}/echo`)).rejects.toMatchObject({ status: 503, retryAfter: 1000 });
    const [second] = await Promise.all([connect(`${url}/echo`), first.close()]);

    await second.sendText("my turn");
    expect(await second.receive()).toBe("my turn");
  });
});

describe("the end of the server", () => {
  it("comes within its deadline, with 1001 to all, also where a handler is stuck", async () => {
    const shutdown = new AbortController();
    const { url, closed } = await serving({ shutdown: shutdown.signal, shutdownTimeout: 200 });
    const [echo, stuck] = await Promise.all([connect(`${url}/echo`), connect(`${url}/stuck`)]);
    expect(await stuck.receive()).toBe("stuck");

    shutdown.abort();
    await closed;

    expect(await Promise.all([echo.closed, stuck.closed])).toMatchObject([{ code: 1001 }, { code: 1001 }]);
  });

  it("never begins where the module is no handler", async () => {
    await expect(serve({ handler: new URL("nowhere.ts", import.meta.url) })).rejects.toMatchObject({
      code: "HANDLER_MODULE_UNFIT",
    });
    await expect(serve({ handler: new URL("../support/hex.ts", import.meta.url) })).rejects.toThrow(/default export/);
  });
});

/** Opens a WebSocket, and does nothing more. */
async function clientThatNeverCloses(url: string): Promise<Socket> {
  const headers = {
    Connection: "Upgrade",
    Upgrade: "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
  };
  const asked = request(url.replace("ws:", "http:"), { headers });
  asked.end();
  const [, socket] = (await once(asked, "upgrade")) as [unknown, Socket];
  return socket;
}
