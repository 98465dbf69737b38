/** The pages of Responder's and BlackSheep's examples in their ports, used in one Chromium as people use them. */

import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { app as blacksheepChat } from "../../examples/ported/blacksheep/chat/server.ts";
import { app as responderChat } from "../../examples/ported/responder/chat.ts";
import { app as websocketChat } from "../../examples/ported/responder/websocket-chat.ts";
import { chromiumPath, launchChromium } from "../support/chromium.ts";

describe.skipIf(chromiumPath === undefined)("the page of", () => {
  let browser: Browser;
  /** What the pages complain of on their consoles. */
  let complaints: string[];

  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser?.close());
  beforeEach(() => {
    complaints = [];
    vi.spyOn(console, "info").mockReturnValue(); // The log.
  });
  afterEach(() => {
    expect(complaints).toEqual([]);
  });

  it("Responder's chat room shows what is said, and when the server is gone", async () => {
    const { url } = await responderChat.listen({ port: 0, signals: false });
    const [ada, bo] = [await open(url), await open(url)];

    await say(ada, "Say something", "hello <b>");
    await bo.getByText("hello <b>").waitFor();
    await say(bo, "Say something", "hello Ada");
    await ada.getByText("hello Ada").waitFor();
    await responderChat.close();

    await ada.getByText("The connection is gone (1001).").waitFor();
    expect(await ada.getByRole("textbox").isDisabled()).toBe(true);
  });

  it("Responder's websocket_chat asks for a name, whatever is in it", async () => {
    const { url, close } = await websocketChat.listen({ port: 0, signals: false });
    onTestFinished(() => close());
    const ada = await open(`${url}/chat`);
    await say(ada, "Your name", "Ada & Bo");
    await ada.getByText("Ada & Bo joined").waitFor();

    await say(ada, "Message", "hello");

    await ada.getByText("Ada & Bo: hello").waitFor();
  });

  it("BlackSheep's chat connects and disconnects as it is told", async () => {
    const { url, close } = await blacksheepChat.listen({ port: 0, signals: false });
    onTestFinished(() => close());
    const [ada, bo] = [await open(url), await open(url)];
    await ada.getByRole("button", { name: "Connect", exact: true }).click();
    await ada.getByText("connected", { exact: true }).waitFor();
    await bo.getByRole("button", { name: "Connect", exact: true }).click();
    await ada.getByText(/^\d.* server: [0-9a-f]{8} joined$/).waitFor();

    await bo.getByRole("textbox").fill("hello");
    await bo.getByRole("button", { name: "Submit" }).click();
    await ada.getByText(/^\d.* [0-9a-f]{8}: hello$/).waitFor();
    await bo.getByRole("button", { name: "Disconnect" }).click();

    await ada.getByText(/ server: [0-9a-f]{8} left$/).waitFor();
    await bo.getByText("disconnected (1005)").waitFor();
  });

  async function open(url: string): Promise<Page> {
    const context = await browser.newContext();
    onTestFinished(() => context.close());
    const page = await context.newPage();
    page.setDefaultTimeout(10_000);
    page.on("pageerror", ({ message }) => complaints.push(message));
    expect((await page.goto(url))?.status()).toBe(200);
    return page;
  }
});

async function say(page: Page, place: string, text: string): Promise<void> {
  const textbox = page.getByLabel(place).or(page.getByPlaceholder(place));
  await textbox.fill(text);
  await textbox.press("Enter");
}
