/** The built client in Chromium, staying connected: a server that restarts, a network that goes, a link that dies silently. */

import { describe, expect, it, onTestFinished } from "vitest";
import type { App } from "../../src/index.ts";
import { chromiumPath } from "../support/chromium.ts";
import { openServer } from "../support/server.ts";
import { serve, usePage } from "./client-page.ts";

/** Notes what comes, and how often somebody wants in. */
function noting() {
  const came: unknown[] = [];
  const counts = { connections: 0 };
  const register = (app: App) =>
    app.ws("/ws", {
      upgrade: () => void counts.connections++,
      message: (socket, message) => {
        came.push(message);
        return socket.send(message);
      },
    });
  return { came, counts, register };
}

describe.skipIf(chromiumPath === undefined)("the built client in Chromium", () => {
  const chromium = usePage();

  it("comes back after the server restarts; what was sent meanwhile arrives once, in order", async () => {
    const { came, register } = noting();
    const first = await serve(register);
    await chromium.visit(first.port);
    await chromium.call("live", { url: "/ws", reconnect: { minDelay: 50, maxDelay: 50 } });
    await chromium.page.evaluate("socket.sendText('before')");
    await chromium.until("came.length === 1");

    await first.app.close({ timeout: 0 });
    await chromium.until("socket.state === 'connecting'");
    const sent = await chromium.page.evaluate(
      "Promise.all([1, 2, 3].map((n) => socket.sendText('away ' + n))).then(() => socket.outbox.messages)",
    );
    expect(sent).toBe(3);
    await serve(register, first.port);
    await chromium.until("came.length === 4");
    await chromium.page.evaluate("socket.sendText('after')");
    await chromium.until("came.length === 5");

    const all = ["before", "away 1", "away 2", "away 3", "after"];
    expect(came).toEqual(all);
    expect(await chromium.page.evaluate("came")).toEqual(all);
    expect(await chromium.page.evaluate("log")).toMatchObject([
      { type: "open", attempt: 1, recovered: false },
      { type: "disconnect", unconfirmed: 1 },
      { type: "open", recovered: true },
    ]);
    expect(chromium.complaints).toEqual([]);
  });

  it("makes no attempt while the browser is offline, and one at once when it is online again", async () => {
    const { counts, register } = noting();
    const { app, port } = await serve(register);
    await chromium.visit(port);
    await chromium.call("live", { url: "/ws", reconnect: { minDelay: 20, maxDelay: 20 } });
    expect(counts.connections).toBe(1);

    await chromium.context.setOffline(true);
    for (const socket of app.sockets) socket.terminate();
    await chromium.until("socket.state === 'connecting'");
    // Many times the longest wait between attempts.
    await chromium.call("wait", { milliseconds: 500 });
    // The browser itself lets none through, so that the server cannot tell.
    expect(await chromium.page.evaluate("attempts")).toBe(1);
    await chromium.context.setOffline(false);
    await chromium.until("socket.state === 'open'");

    expect(await chromium.page.evaluate("attempts")).toBe(2);
    expect(counts.connections).toBe(2);
  });

  it("does not wait for the end of its backoff when the network is back", async () => {
    const { counts, register } = noting();
    const { app, port } = await serve(register);
    await chromium.visit(port);
    await chromium.call("live", { url: "/ws", reconnect: { minDelay: 60_000, maxDelay: 60_000 } });

    await chromium.context.setOffline(true);
    for (const socket of app.sockets) socket.terminate();
    await chromium.until("socket.state === 'connecting'");
    const [, { retryIn }] = await chromium.page.evaluate<[unknown, { retryIn: number }]>("log");
    expect(retryIn).toBeGreaterThan(50_000);
    const before = performance.now();
    await chromium.context.setOffline(false);
    await chromium.until("socket.state === 'open'");

    expect(performance.now() - before).toBeLessThan(5_000);
    expect(counts.connections).toBe(2);
  });

  it("does not wait for the end of its backoff when somebody looks at the page again", async () => {
    const { counts, register } = noting();
    const { app, port } = await serve(register);
    await chromium.visit(port);
    await chromium.call("live", { url: "/ws", reconnect: { minDelay: 60_000, maxDelay: 60_000 } });
    for (const socket of app.sockets) socket.terminate();
    await chromium.until("socket.state === 'connecting'");

    await chromium.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))");
    await chromium.until("socket.state === 'open'");

    expect(counts.connections).toBe(2);
  });

  it("notices by its heartbeat that nobody answers any more, and connects anew", async () => {
    const asked: unknown[] = [];
    let connections = 0;
    const server = await openServer({
      connect: () => {
        connections++;
        return { message: (data) => void asked.push(data), close() {} };
      },
    });
    onTestFinished(() => server.close());
    const { port } = await serve(() => {});
    await chromium.visit(port);

    await chromium.call("live", {
      url: `ws://127.0.0.1:${server.port}/`,
      reconnect: { minDelay: 10, maxDelay: 10 },
      heartbeat: { interval: 100, timeout: 100 },
      ask: "are you there?",
    });
    await chromium.until("log.filter(({ type }) => type === 'open').length > 1");

    expect(connections).toBeGreaterThan(1);
    expect(asked[0]).toBe("are you there?");
    expect(await chromium.page.evaluate("log[1]")).toMatchObject({ code: 1006, error: "HEARTBEAT_TIMEOUT" });
  });

  it("is content with a server that answers its heartbeat", async () => {
    const { came, counts, register } = noting();
    const { port } = await serve(register);
    await chromium.visit(port);

    await chromium.call("live", { url: "/ws", heartbeat: { interval: 50, timeout: 2_000 }, ask: "?" });
    await chromium.until("came.length >= 3");

    expect(new Set(came)).toEqual(new Set(["?"]));
    expect(counts.connections).toBe(1);
    expect(await chromium.page.evaluate("log.length")).toBe(1);
  });
});
