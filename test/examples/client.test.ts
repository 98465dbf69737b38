/** The examples of the client, run as commands: the dashboard in Chromium, and the bot beside it, while servers come and go. */

import { once } from "node:events";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { connect } from "../../src/client/index.ts";
import { chromiumPath, launchChromium } from "../support/chromium.ts";
import { buildPackage, type Dashboard, runDashboard, startDashboard } from "../support/run-dashboard.ts";
import { runExample } from "../support/run-example.ts";
import { within } from "../support/within.ts";

const HOSTILE = "<img src=x onerror=alert(1)>";

// One file for both, so that one build is made for both.
beforeAll(buildPackage, 120_000);

describe.skipIf(chromiumPath === undefined)("the dashboard's page", { timeout: 120_000 }, () => {
  let browser: Browser;
  /** For the tests that leave it as it is. */
  let dashboard: Dashboard;
  /** What the pages complain of on their consoles. */
  let complaints: string[];

  beforeAll(async () => {
    [browser, dashboard] = await Promise.all([launchChromium(), startDashboard()]);
  });
  afterAll(async () => {
    await dashboard?.end("SIGKILL");
    await browser?.close();
  });
  beforeEach(() => {
    complaints = [];
  });
  afterEach(() => {
    // The browser's own line for each attempt, while there is no server.
    expect(complaints.filter((complaint) => !complaint.startsWith("WebSocket connection to"))).toEqual([]);
  });

  it("shows each reading as a number and a line, and goes on", async () => {
    const { page } = await open(dashboard);

    for (const name of ["Processors", "Memory", "Loop delay", "Connected"]) {
      const card = page.getByRole("article").filter({ hasText: name });
      await see(card.locator(".number"), /^[\d.]+ (%|ms)?$/);
      await card.locator("svg .line").waitFor({ state: "attached" });
    }
    const before = await lastOfCpu(page);
    await expect.poll(() => lastOfCpu(page), { timeout: 10_000 }).not.toBe(before);
  });

  it("shows the wait while the server is away, keeps notes for it, and sends each once when it is back", async () => {
    const first = await runDashboard();
    const [ada, bo] = [await open(first), await open(first)];
    await ada.note("before");
    await see(bo.notes, "before");
    await ada.page.locator("svg .line").first().waitFor({ state: "attached" });

    await first.end("SIGTERM");
    await ada.status("Reconnecting");
    await see(ada.page.locator("#state"), /^Reconnecting in \d+ s$/);
    await ada.note("one");
    await ada.note("two");
    await see(ada.page.locator("#outbox"), "2 notes wait to be sent");
    await ada.page.locator("svg .gap").first().waitFor({ state: "attached" });
    await runDashboard(first.port);
    await Promise.all([ada.hurry(), bo.hurry()]);

    await Promise.all([ada.status("Connected"), bo.status("Connected")]);
    await see(ada.page.locator("#outbox"), /^$/);
    await see(bo.notes, "two");
    expect(await bo.texts()).toEqual(["two", "one", "before"]);
    await expect.poll(() => ada.page.locator("li em").count()).toBe(0);
    expect(await ada.texts()).toEqual(["two", "one", "before"]);
  });

  it("says which of its notes may be lost, and sends them again only when it is told to", async () => {
    const first = await runDashboard();
    const ada = await open(first);

    // The note is handed to the connection, which dies before an answer can come.
    first.freeze();
    await ada.note("lost?");
    await see(ada.notes, "on its way");
    await first.end("SIGKILL");
    await see(ada.notes, "may not have arrived");
    await runDashboard(first.port);
    await ada.hurry();
    await ada.status("Connected");
    expect(await ada.page.locator("li em").textContent()).toBe("may not have arrived");
    await ada.page.getByRole("button", { name: "Send again" }).click();

    await expect.poll(() => ada.page.locator("li em").count()).toBe(0);
    expect(await ada.texts()).toEqual(["lost?"]);
  });

  it("says that there is no network, makes no attempt meanwhile, and comes back with it", async () => {
    const first = await runDashboard();
    const ada = await open(first);
    const attempts: string[] = [];

    await ada.page.context().setOffline(true);
    await first.end("SIGKILL");
    await ada.status("Offline");
    ada.page.on("websocket", (socket) => attempts.push(socket.url()));
    await runDashboard(first.port);
    expect(attempts).toEqual([]);
    await ada.page.context().setOffline(false);

    await ada.status("Connected");
    expect(attempts).toHaveLength(1);
  });

  it("shows hostile notes as the text that they are", async () => {
    const [ada, bo] = [await open(dashboard), await open(dashboard)];

    await ada.note(HOSTILE);

    await see(bo.notes, HOSTILE);
    expect(await bo.page.locator("main img").count()).toBe(0);
  });

  it("fits into 360 pixels, and works by keyboard alone", async () => {
    const { page, notes } = await open(dashboard);
    await page.setViewportSize({ width: 360, height: 640 });

    await page.keyboard.press("Tab");
    await page.keyboard.type("w".repeat(200));
    await page.keyboard.press("Enter");

    await see(notes, "w".repeat(200));
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(360);
    expect(await page.evaluate("document.activeElement.id")).toBe("text");
  });

  async function open({ url }: { url: string }) {
    const context = await browser.newContext();
    onTestFinished(() => context.close());
    const page = await context.newPage();
    page.setDefaultTimeout(30_000);
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
    await page.goto(url);
    const notes = page.getByRole("listitem");
    const status = (text: string) => see(page.locator("header [role=status]"), text);
    await status("Connected");
    return {
      page,
      notes,
      status,
      /** Ends the wait for the next attempt. */
      hurry: () => page.evaluate('dispatchEvent(new Event("online"))'),
      texts: () => notes.locator("span").allTextContents(),
      async note(text: string) {
        await page.getByRole("textbox").fill(text);
        await page.keyboard.press("Enter");
      },
    };
  }
});

describe("the bot", () => {
  it("says what happens while the server goes and comes, and says goodbye when it is told to end", async () => {
    const first = await runDashboard();
    const bot = runBot(first.url);
    await bot.says(/ connected to ws:\S+\/live at attempt 1\n/);

    await first.end("SIGTERM");
    await bot.says(/ lost: 1001 retry-after=\d+\n.* next attempt in \d.*\n/);
    await bot.says(/ attempt 1 failed: connection refused: nothing listens at .*; next in \d/);
    await runDashboard(first.port);
    await bot.says(/ back to ws:\S+\/live at attempt \d+\n/);
    bot.child.kill("SIGINT");

    expect(await within(once(bot.child, "exit"), "end of the bot")).toEqual([0, null]);
    expect(bot.output()).toMatch(/ ended: 1000\n$/);
  });

  it("answers a question, and knows that the answer has arrived", async () => {
    const dashboard = await runDashboard();
    const bot = runBot(dashboard.url);
    await bot.says(/ connected /);
    await using socket = await connect(new URL("/live", dashboard.url));

    await socket.sendJson({ key: "k1", text: "How are you?" });

    const answer = socket.iterJson<{ type: string; key: string; text: string }>();
    for await (const told of answer) {
      if (told.type !== "note" || told.key === "k1") continue;
      expect(told.text).toMatch(/^Processors at \d+ %, memory at \d+ %\.$/);
      break;
    }
    await bot.says(/ asked: How are you\?\n.* answered, and it has arrived: .* there and back\n/);
  });

  it("ends at once when it is told to while there is no server", async () => {
    const dashboard = await runDashboard();
    await dashboard.end("SIGKILL");
    const bot = runBot(dashboard.url);
    await bot.says(/ attempt 1 failed: connection refused/);

    bot.child.kill("SIGTERM");

    expect(await within(once(bot.child, "exit"), "end of the bot", 5000)).toEqual([0, null]);
  });
});

function runBot(url: string) {
  return runExample("examples/client/bot.ts", [new URL("/live", url).href.replace("http", "ws")]);
}

/** Waits until there is an element with this text. */
async function see(place: ReturnType<Page["locator"]>, text: string | RegExp): Promise<void> {
  await place.filter({ hasText: text }).first().waitFor({ state: "attached" });
}

/** How the newest piece of the line of the first chart is drawn. */
function lastOfCpu(page: Page): Promise<string | null> {
  return page.locator("[data-reading=cpu] .line").last().getAttribute("d");
}
