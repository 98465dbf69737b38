/** Chromium's own WebSocket and our server: messages of all sizes, what was agreed, and how connections end. */

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { startEcho } from "../../src/cli/echo/echo-server.ts";
import type { CloseInfo } from "../../src/protocol/index.ts";
import { resolveCompression } from "../../src/protocol/index.ts";
import { chromiumPath, launchChromium } from "../support/chromium.ts";
import { Inbox } from "../support/inbox.ts";
import { SIZES } from "../support/samples.ts";
import { openServer, type ServerOptions } from "../support/server.ts";
import { within } from "../support/within.ts";

const LONGEST = `${"世".repeat(40)}end`;

describe.skipIf(chromiumPath === undefined)("Chromium", () => {
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    browser = await launchChromium();
    page = await browser.newPage();
    await page.addScriptTag({ path: new URL("in-page.js", import.meta.url).pathname });
  });
  afterAll(() => browser?.close());

  describe.each([false, true])("compression: %s", (compression) => {
    it.each(["ascii", "two-byte", "three-byte", "emoji", "bytes"])("gets %s of 0 B to 16 MiB back", async (kind) => {
      const url = await startOurEcho(compression);

      const { wrong, extensions } = await inPage<{ wrong: number[]; extensions: string }>("echo", {
        url,
        kind,
        sizes: SIZES,
      });

      expect(wrong).toEqual([]);
      expect(extensions).toMatch(compression ? /^permessage-deflate/ : /^$/);
    });

    it("gets 1,000 messages in flight back in order", async () => {
      const url = await startOurEcho(compression);

      expect(await inPage("echoInOneGo", { url, count: 1000 })).toEqual([]);
    });
  });

  it("agrees on windows and context takeover as the server has them", async () => {
    const compression = resolveCompression({ serverMaxWindowBits: 10, clientMaxWindowBits: 9, threshold: 0 });
    const { url } = await start({ compression, connect: echoing });

    const { wrong, extensions } = await inPage<{ wrong: number[]; extensions: string }>("echo", {
      url,
      kind: "bytes",
      sizes: [0, 1, 300, 70_000, 70_000, 1 << 20],
    });

    expect(wrong).toEqual([]);
    expect(extensions).toBe(
      "permessage-deflate; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=10; client_max_window_bits=9",
    );
  });

  it("sends and gets a Blob", async () => {
    const url = await startOurEcho(false);

    expect(await inPage("echoBlob", { url, text: "a blob 🫧" })).toBe("a blob 🫧");
  });

  it.each([
    {},
    { code: 1000, reason: "" },
    { code: 1000, reason: "done" },
    { code: 3000, reason: "" },
    { code: 4999, reason: LONGEST },
  ])("closes with %j, and the server is told", async (closing) => {
    const { url, ends } = await start({ connect: echoing });

    const end = await inPage("closeWith", { url, ...closing });

    const { code = 1005, reason = "" } = closing;
    expect(await ends.next("close on the server")).toEqual({ code, reason, wasClean: true });
    expect(end).toEqual({ code, reason: "", wasClean: true, protocol: "" });
  });

  it.each([1000, 1001, 1008, 1011, 1012, 1013, 3000, 4999])("is told that the server closes with %i", async (code) => {
    const reason = code === 4999 ? LONGEST : `because of ${code}`;
    const { url, ends } = await start({
      connect: (connection) => ({ message: () => connection().engine.close(code, reason), close() {} }),
    });

    expect(await inPage("awaitClose", { url, message: "close, please" })).toEqual({ code, reason, wasClean: true });
    expect(await ends.next("close on the server")).toMatchObject({ code, wasClean: true });
  });

  it("is told 1009 for a message over the limit, and 1006 when the server is gone", async () => {
    const { url } = await start({
      limits: { messageSize: 1000 },
      connect: (connection) => ({ message: () => connection().stream.destroy(), close() {} }),
    });

    expect(await inPage("awaitClose", { url, message: "x".repeat(1001) })).toMatchObject({ code: 1009, reason: "" });
    expect(await inPage("awaitClose", { url, message: "be gone" })).toMatchObject({ code: 1006, wasClean: false });
  });

  it("gets the subprotocol that the server chose, the first of its own", async () => {
    const url = await startOurEcho(false);

    expect(await inPage("closeWith", { url, protocols: ["chat.v2", "chat.v1"] })).toMatchObject({
      protocol: "chat.v2",
    });
    expect(await inPage("closeWith", { url })).toMatchObject({ protocol: "" });
  });

  it("answers pings, between the fragments of a message too", async () => {
    const pongs = new Inbox<string>();
    const { url } = await start({
      connect: (connection) => ({
        message() {
          const { engine } = connection();
          engine.sendFragment("to be, ", false);
          engine.ping(Buffer.from("in between"));
          engine.sendFragment("or not 🦉", true);
        },
        pong: (payload) => pongs.push(Buffer.from(payload).toString()),
        close() {},
      }),
    });

    void inPage("awaitClose", { url, message: "ping me" }).catch(() => {});

    expect(await pongs.next("pong")).toBe("in between");
  });

  /** Calls one of the functions of in-page.js. */
  function inPage<Value>(name: string, argument: object): Promise<Value> {
    const call = page.evaluate<Value>(`antiphonTests.${name}(${JSON.stringify(argument)})`);
    return within(call, `answer of the page to ${name}`, 30_000);
  }
});

async function startOurEcho(compression: boolean): Promise<string> {
  const server = await startEcho({ port: 0, compression });
  onTestFinished(() => server.close());
  return server.url.replace("http", "ws");
}

/** Our server with all its options, and how its connections end. */
async function start({ connect, ...options }: ServerOptions) {
  const ends = new Inbox<CloseInfo>();
  const server = await openServer({
    ...options,
    connect: (connection) => ({ ...connect(connection), close: (info) => ends.push(info) }),
  });
  onTestFinished(() => server.close());
  return { url: `ws://127.0.0.1:${server.port}`, ends };
}

const echoing: ServerOptions["connect"] = (connection) => ({
  message: (data) => connection().engine.send(data),
  close() {},
});
