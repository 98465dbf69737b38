/** The page of `antiphon echo`, used as a visitor uses it, in Chromium. */

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { startEcho } from "../../src/cli/echo/echo-server.ts";
import { chromiumPath, launchChromium } from "../support/chromium.ts";

describe.skipIf(chromiumPath === undefined)("the echo page", () => {
  let browser: Browser;
  let page: Page;
  /** What the page complains of on its console. */
  let complaints: string[];

  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser?.close());
  beforeEach(async () => {
    page = await browser.newPage();
    page.setDefaultTimeout(15_000);
    complaints = [];
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  });

  it("connects by itself, sends what is typed, and shows it coming back", async () => {
    await visit();

    await page.getByPlaceholder("Type a message").fill("to be 🦉 <b>or</b> not");
    await page.keyboard.press("Enter");

    await seesRows([
      ["echo", "to be 🦉 <b>or</b> not", /^\d+\.\d ms$/],
      ["sent", "to be 🦉 <b>or</b> not", /^$/],
    ]);
    expect(await page.getByPlaceholder("Type a message").inputValue()).toBe("");
    expect(complaints).toEqual([]);
  });

  it("sends the text as bytes", async () => {
    await visit();

    await page.getByPlaceholder("Type a message").fill("hé");
    await page.getByRole("button", { name: "Send bytes" }).click();

    await seesRows([
      ["echo", "3 bytes: 68 c3 a9", /ms$/],
      ["sent", "3 bytes: 68 c3 a9", /^$/],
    ]);
  });

  it("sends an empty message, and shows that it is one", async () => {
    await visit();

    await page.getByRole("button", { name: "Send", exact: true }).click();

    await seesRows([
      ["echo", "(empty text)", /ms$/],
      ["sent", "(empty text)", /^$/],
    ]);
  });

  it("survives a restart of the server on the same port", async () => {
    const { server, port } = await visit();

    await server.close();
    await page.getByRole("status").filter({ hasText: "connection lost" }).waitFor();
    await page.getByPlaceholder("Type a message").fill("too early");
    await page.keyboard.press("Enter");
    expect(await page.getByPlaceholder("Type a message").inputValue()).toBe("too early");
    const again = await startEcho({ port });
    onTestFinished(() => again.close());
    await page.getByRole("status").filter({ hasText: "open" }).waitFor();
    await page.getByPlaceholder("Type a message").fill("here again");
    await page.keyboard.press("Enter");

    await page.locator("#log li", { hasText: "here again" }).nth(1).waitFor();
    expect(await page.locator("#log li", { hasText: "Not connected" }).count()).toBe(1);
  });

  it("shows 2,000 echoes without growing for ever", async () => {
    await visit();

    await page.evaluate("for (let at = 0; at < 2000; at++) send('message ' + at)");

    await page.locator("#log li", { hasText: "echomessage 1999" }).waitFor();
    expect(await page.locator("#log li").count()).toBeLessThanOrEqual(200);
  });

  async function visit() {
    const server = await startEcho({ port: 0 });
    onTestFinished(() => server.close());
    await page.goto(server.url);
    await page.getByRole("status").filter({ hasText: "open" }).waitFor();
    return { server, port: server.port };
  }

  /** The newest row first; each as direction, data and note. */
  async function seesRows(rows: readonly (readonly [string, string, RegExp])[]): Promise<void> {
    const log = page.locator("#log li:not(.note)");
    await log.nth(rows.length - 1).waitFor();
    const texts = await log.locator("span").allTextContents();
    expect(texts).toEqual(rows.flat().map((text) => (typeof text === "string" ? text : expect.stringMatching(text))));
  }
});
