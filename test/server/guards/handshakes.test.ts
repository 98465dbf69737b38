/** Guards, end to end: handshakes that are too large, too slow or too many. */

import { describe, expect, it } from "vitest";
import type { App } from "../../../src/index.ts";
import { eventually } from "../../support/eventually.ts";
import { echo, listeningApp } from "../../support/listening-app.ts";
import { rawAnswer, rawOpen, rawTcp, rawUpgrade, upgradeHead } from "../../support/raw-tcp.ts";
import { WsPeer } from "../../support/ws-peer.ts";

/** A route whose middleware never decides, beside the echo. */
function hanging(app: App): void {
  app.use("/hangs", () => new Promise(() => {}));
  app.ws("/hangs", () => {});
  echo(app);
}

describe("the head of a request", () => {
  it.each([
    ["of more than limits.headBytes", [`Cookie: a=${"x".repeat(20_000)}`]],
    ["of more fields than limits.headers", Array.from({ length: 101 }, (_, at) => `X-${at}: 1`)],
  ])("%s gets 431", async (_what, extra) => {
    const { port } = await listeningApp(echo);

    expect((await rawAnswer(port, { extra })).status).toBe(431);
  });

  it.each([
    ["bytes", { headBytes: 40_000 }, [`Cookie: a=${"x".repeat(20_000)}`]],
    ["fields", { headers: 120 }, Array.from({ length: 101 }, (_, at) => `X-${at}: 1`)],
  ])("may have more %s where the option says so", async (_what, limits, extra) => {
    const { port } = await listeningApp(echo, { limits });

    expect((await rawAnswer(port, { extra })).status).toBe(101);
  });

  it("that is never to end is cut off, and not kept", async () => {
    const { port } = await listeningApp(echo);
    const client = rawTcp(port);
    client.write(upgradeHead().slice(0, -2));

    for (let at = 0; at < 100 && !client.serverEnded; at++) client.write(`X-${at}: ${"x".repeat(1_000)}\r\n`);

    expect((await client.answer()).status).toBe(431);
  });
});

describe("limits.handshakeTimeout", () => {
  const limits = { handshakeTimeout: 300 };

  it("ends a client that sends nothing, with 408", async () => {
    const { port } = await listeningApp(echo, { limits });

    expect((await rawTcp(port).answer()).status).toBe(408);
  });

  it("ends a client that sends a byte now and then, with 408", async () => {
    const { port } = await listeningApp(echo, { limits });
    const client = rawTcp(port);
    const head = upgradeHead({ extra: [`X-Long: ${"x".repeat(5_000)}`] });
    let at = 0;
    const timer = setInterval(() => client.write(head[at++]!), 20);
    client.socket.on("close", () => clearInterval(timer));

    expect((await client.answer()).status).toBe(408);
    await client.rest();
    clearInterval(timer);
  });

  it("answers 503 when a middleware does not decide, and says so in the log", async () => {
    const { port, heard, log } = await listeningApp(hanging, { limits });

    expect((await rawAnswer(port, "/hangs")).status).toBe(503);
    expect((await heard.once("connectionRejected")).status).toBe(503);
    expect(log.lines).toEqual([
      "info: ws /hangs from 127.0.0.1 refused with 503: not accepted within limits.handshakeTimeout (300 ms)",
    ]);
  });

  it("answers 503 when a handler does not accept", async () => {
    const { port } = await listeningApp((app) => app.ws("/ws", () => new Promise(() => {})), { limits });

    expect((await rawAnswer(port)).status).toBe(503);
  });

  it("counts each on its own: a slow middleware that decides in time lets in", async () => {
    const { url } = await listeningApp(
      (app) => {
        app.use(async (_socket, next) => {
          await new Promise((resolve) => setTimeout(resolve, 20));
          await next();
        });
        echo(app);
      },
      { limits: { handshakeTimeout: 600 } },
    );
    const client = await WsPeer.open(`${url}/ws`);

    // Longer than the timeout: it is over with the answer.
    await new Promise((resolve) => setTimeout(resolve, 700));

    expect(await client.ask("still here")).toBe("Echo: still here");
  });

  it("a handler that accepts after its time learns it from the error, and that is no error of its own", async () => {
    const { port, heard } = await listeningApp(
      (app) => {
        app.ws("/ws", async (socket) => {
          await socket.closed;
          await socket.accept();
        });
      },
      { limits },
    );

    expect((await rawAnswer(port)).status).toBe(503);
    await new Promise((resolve) => setImmediate(resolve));
    expect(heard.errors).toEqual([]);
  });
});

describe("limits.handshakes: the cap on those that are not finished", () => {
  it("answers 503 to more requests that wait for the app, and takes new ones when one has left", async () => {
    const { port, heard } = await listeningApp(hanging, { limits: { handshakes: 2 } });
    const [first] = [rawUpgrade(port, "/hangs"), rawUpgrade(port, "/hangs")];
    // Both are with the app when a third one is refused.
    await eventually(async () => (await rawAnswer(port)).status).toBe(503);
    expect((await heard.once("connectionRejected")).reason).toBe("limits.handshakes (2) wait to be accepted");

    first.reset();

    await eventually(async () => (await rawAnswer(port)).status).toBe(101);
  });

  it("open sockets are not in it", async () => {
    const { port } = await listeningApp(echo, { limits: { handshakes: 1 } });

    for (let at = 0; at < 5; at++) await rawOpen(port);

    expect((await rawAnswer(port)).status).toBe(101);
  });

  it("silent TCP clients push out one another, and no honest one", async () => {
    const { url, port } = await listeningApp(echo, { limits: { handshakes: 3 } });
    const silent = Array.from({ length: 10 }, () => rawTcp(port));
    expect((await silent[0]!.answer()).status).toBe(503);

    expect(await (await WsPeer.open(`${url}/ws`)).ask("hello")).toBe("Echo: hello");
  });
});
