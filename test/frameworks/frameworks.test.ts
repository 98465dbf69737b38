/** The components of docs/client.md in Chromium: what they show while the server comes and goes, and what they leave behind. */

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import type { App, CloseInfo } from "../../src/index.ts";
import { testApp } from "../support/app-server.ts";
import { chromiumPath, launchChromium } from "../support/chromium.ts";
import { eventually } from "../support/eventually.ts";
import { Inbox } from "../support/inbox.ts";
import { buildSite, FRAMEWORKS } from "./site.ts";

describe.skipIf(chromiumPath === undefined).each(FRAMEWORKS)("the component for $name", (framework) => {
  let browser: Browser;
  let site: Awaited<ReturnType<typeof buildSite>>;
  let page: Page;
  /** What the page complains of. */
  let complaints: string[];

  beforeAll(async () => {
    [browser, site] = await Promise.all([launchChromium(), buildSite(framework)]);
  });
  afterAll(async () => {
    site?.remove();
    await browser?.close();
  });
  beforeEach(async () => {
    complaints = [];
    page = await browser.newPage();
    page.setDefaultTimeout(20_000);
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("console", (message) => /error|warning/.test(message.type()) && complaints.push(message.text()));
    // The waits between attempts are the test's to end.
    await page.clock.install();
    onTestFinished(async () => {
      await page.close();
      // The browser's own line for each attempt, while there is no server.
      expect(complaints.filter((complaint) => !complaint.startsWith("WebSocket connection to"))).toEqual([]);
    });
  });

  it("shows what the server sends, and goes on when the server was restarted", async () => {
    const first = await start();
    await visit(first);

    await show("/live");
    await see("connected: hello from server 1");
    await first.app.close();
    await see("reconnecting: hello from server 1");
    await start({ port: first.port, name: "server 2" });
    await page.clock.fastForward(60_000);

    await see("connected: hello from server 2");
  });

  it("leaves nothing behind when it goes: the server sees 1000, and no other connection comes", async () => {
    const server = await start();
    await visit(server);
    await show("/live");
    await see("connected: hello from server 1");

    await hide();

    expect(await server.ends.next("end")).toMatchObject({ code: 1000, wasClean: true });
    await nothingComes(server);
    expect(server.opened).toBe(1);
  });

  it("mounts twice under StrictMode, and connects once", async () => {
    const server = await start();
    await visit(server);

    await show("/live");
    await see("connected: hello from server 1");

    expect(await page.evaluate("mounts")).toBe(framework.name === "React" ? 2 : 1);
    expect(server.app.sockets.size).toBe(1);
    expect(server.opened).toBe(1);
  });

  it("leaves no wait behind when it goes while the server is away", async () => {
    const first = await start();
    await visit(first);
    await show("/live");
    await see("connected: hello from server 1");
    await first.app.close();
    await see("reconnecting: hello from server 1");

    await hide();

    const second = await start({ port: first.port, name: "server 2" });
    await nothingComes(second);
    expect(second.opened).toBe(0);
  });

  it("moves to another place when it is given one, and shows no more of the first", async () => {
    const server = await start();
    await visit(server);
    await show("/live");
    await see("connected: hello from server 1");

    await show("/live?at=elsewhere");

    await see("connected: hello from server 1 elsewhere");
    expect(await server.ends.next("end")).toMatchObject({ code: 1000 });
    expect(server.app.sockets.size).toBe(1);
  });

  it("shows why it has given up", async () => {
    const server = await start();
    await visit(server);

    await show("ftp://nowhere");

    await see(/^cannot connect to "ftp:\/\/nowhere": ftp: is none of/);
  });

  /** An app with the page, and a WebSocket that says hello. */
  async function start({ port = 0, name = "server 1" } = {}) {
    const { app } = testApp();
    const ends = new Inbox<CloseInfo>();
    const server = { app: app as App, port: 0, ends, opened: 0 };
    app.static("/", site.folder);
    app.ws("/live", async (socket) => {
      server.opened++;
      await socket.sendText(["hello from", name, socket.query.get("at")].join(" ").trim());
      ends.push(await socket.closed);
    });
    ({ port: server.port } = (await app.listen({ port, signals: false })) as { port: number });
    return server;
  }

  async function visit({ port }: { port: number }): Promise<void> {
    await page.goto(`http://127.0.0.1:${port}/`);
  }

  function show(url: string): Promise<unknown> {
    return page.evaluate(`show(${JSON.stringify(url)})`);
  }

  function hide(): Promise<unknown> {
    return page.evaluate("hide()");
  }

  function see(text: string | RegExp): Promise<void> {
    const wanted = typeof text === "string" ? new RegExp(`^${text}$`) : text;
    return expect.poll(() => page.locator("p").textContent(), { timeout: 20_000 }).toMatch(wanted);
  }

  /** An hour passes, and what was sent to the server before that has come. */
  async function nothingComes({ app, port }: { app: App; port: number }): Promise<void> {
    await page.clock.runFor(3_600_000);
    await fetch(`http://127.0.0.1:${port}/`);
    await eventually(() => app.sockets.size).toBe(0);
  }
});
