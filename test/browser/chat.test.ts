/** The chat's page, used as people use it: in several windows of Chromium, with servers and clients that come and go. */

import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { WebSocket } from "ws";
import { chromiumPath, launchChromium } from "../support/chromium.ts";

const HOSTILE = "<img src=x onerror=alert(1)>";

describe.skipIf(chromiumPath === undefined)("the chat's page", () => {
  let browser: Browser;
  let url: string;
  let room: string;
  let rooms = 0;
  /** What the pages complain of on their consoles. */
  let complaints: string[];

  beforeAll(async () => {
    browser = await launchChromium();
    ({ url } = await startChat());
  });
  afterAll(() => {
    for (const child of children) child.kill("SIGKILL");
    return browser?.close();
  });
  beforeEach(() => {
    rooms += 1;
    room = `choir ${rooms}`;
    complaints = [];
  });
  afterEach(() => {
    // The browser's own line for each attempt, while there is no server.
    expect(complaints.filter((complaint) => !complaint.startsWith("WebSocket connection to"))).toEqual([]);
  });

  it("lets two windows talk, and shows the one when the other leaves", async () => {
    const [ada, bo] = [await enter("Ada"), await enter("Bo")];
    await see(ada.log, "Bo joined");
    expect(await ada.people()).toEqual(["Ada you", "Bo"]);
    expect(await bo.people()).toEqual(["Bo you", "Ada"]);

    await ada.say("Is anybody there?");
    await see(bo.others, "Is anybody there?");
    await bo.say("I am.\nEven on two lines.");
    await see(ada.others, "I am.\nEven on two lines.");
    expect(await ada.own.allTextContents()).toEqual(["Is anybody there?"]);
    expect(await bo.own.allTextContents()).toEqual(["I am.\nEven on two lines."]);

    await bo.page.close();

    await see(ada.log, "Bo left");
    expect(await ada.people()).toEqual(["Ada you"]);
  });

  it("survives a server that goes down and comes back, with what was typed meanwhile", {
    timeout: 120_000,
  }, async () => {
    const first = await startChat();
    const [ada, bo] = [await enter("Ada", first), await enter("Bo", first)];
    await ada.say("before");

    await first.end("SIGTERM");
    await ada.status("Reconnecting");
    await see(ada.shown, /^Reconnecting in \d+ s$/);
    await ada.say("while it was down");
    await see(ada.page.locator(".own.pending"), "while it was down");
    await ada.textbox.fill("half a sent");
    await startChat({ PORT: new URL(first.url).port });

    await Promise.all([ada.status("Connected"), bo.status("Connected")]);
    await see(ada.page.locator(".own:not(.pending)"), "while it was down");
    await bo.say("after");
    await see(ada.others, "after");
    expect(await ada.own.allTextContents()).toEqual(["before", "while it was down"]);
    expect(await ada.people()).toEqual(["Ada you", "Bo"]);
    expect(await ada.textbox.inputValue()).toBe("half a sent");
  });

  it("survives a server that is killed, and comes back at once when asked to", { timeout: 120_000 }, async () => {
    const first = await startChat();
    const ada = await enter("Ada", first);

    await first.end("SIGKILL");
    await ada.status("Reconnecting");
    await startChat({ PORT: new URL(first.url).port });
    // It waits, or is about to.
    await ada.page.evaluate('dispatchEvent(new Event("online"))');

    await ada.status("Connected");
    await ada.say("here again");
    await see(ada.page.locator(".own:not(.pending)"), "here again");
    expect(await ada.own.count()).toBe(1);
  });

  it("goes on when a client vanishes without a word, whoever is being written to", async () => {
    const [ada, bo] = [await enter("Ada"), await enter("Bo")];
    const ghost = new WebSocket(`${url.replace("http", "ws")}/chat/${encodeURIComponent(room)}?name=Ghost`);
    await once(ghost, "message");
    await see(ada.log, "Ghost joined");

    ghost.terminate();
    for (const text of ["one", "two", "three"]) await ada.say(text);

    await see(bo.others, "three");
    await see(ada.log, "Ghost left");
    expect(await bo.others.allTextContents()).toEqual(["one", "two", "three"]);
    expect(await bo.people()).toEqual(["Bo you", "Ada"]);
  });

  it("shows hostile names and messages as the text that they are", async () => {
    const [ada, mallory] = [await enter("Ada"), await enter(HOSTILE)];

    await mallory.say(`<script>alert(1)</script>${HOSTILE}`);

    await see(ada.others, `<script>alert(1)</script>${HOSTILE}`);
    await see(ada.log, `${HOSTILE} joined`);
    expect(await ada.people()).toEqual(["Ada you", HOSTILE]);
    expect(await ada.page.locator("main img, main script").count()).toBe(0);
  });

  it("keeps what is empty or too long, and says by how much", async () => {
    const [ada, bo] = [await enter("Ada"), await enter("Bo")];

    await ada.say(" \n ");
    await ada.say("x".repeat(2001));
    await see(ada.page.locator("output"), "1 too many");
    expect(await ada.textbox.inputValue()).toHaveLength(2001);
    await ada.say("x".repeat(2000));

    await see(bo.others, "x".repeat(2000));
    expect(await bo.others.count()).toBe(1);
    expect(await bo.log.evaluate((log) => log.scrollWidth - log.clientWidth)).toBe(0);
  });

  it("keeps rooms apart, follows the address, and comes back after a reload", async () => {
    const [ada, bo] = [await enter("Ada", { room: "one / 1 ü" }), await enter("Bo", { room: "two" })];
    await bo.say("nobody hears this");

    await bo.page.evaluate(`location.hash = encodeURIComponent("one / 1 ü")`);
    await see(ada.log, "Bo joined");
    await bo.say("but this");
    await see(ada.others, "but this");
    expect(await ada.others.count()).toBe(1);
    await bo.textbox.fill("a draft");
    await bo.page.reload();

    await bo.status("Connected");
    expect(await bo.page.getByRole("heading", { level: 1 }).textContent()).toBe("Room one / 1 ü");
    expect(await bo.textbox.inputValue()).toBe("a draft");
    await bo.page.getByRole("button", { name: "Leave" }).click();
    await expect.poll(() => ada.people()).toEqual(["Ada you"]);
    expect(await bo.page.getByLabel("Your name").inputValue()).toBe("Bo");
  });

  it("stays where the reader is, and offers the way to what is new", async () => {
    const [ada, bo] = [await enter("Ada"), await enter("Bo")];
    await bo.say("long\n".repeat(100));
    await see(ada.others, /long/);
    expect(await toEnd(ada.log)).toBeLessThan(2);

    await ada.log.evaluate((log) => {
      log.scrollTop = 0;
    });
    await bo.say("news");
    await ada.page.getByRole("button", { name: "New messages" }).click();

    await expect.poll(() => toEnd(ada.log)).toBeLessThan(2);
    expect(await ada.page.getByRole("button", { name: "New messages" }).count()).toBe(0);
  });

  it("fits into 360 pixels, and works by keyboard alone", async () => {
    const page = await open(`${url}/#${encodeURIComponent(room)}`);
    await page.setViewportSize({ width: 360, height: 640 });

    await page.keyboard.type("Ada");
    await page.keyboard.press("Enter");
    await page.getByRole("status").filter({ hasText: "Connected" }).waitFor({ state: "attached" });
    await page.keyboard.type("hello");
    await page.keyboard.press("Shift+Enter");
    await page.keyboard.type("w".repeat(100));
    await page.keyboard.press("Enter");

    await page.locator(".own:not(.pending)").waitFor();
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(360);
    expect(await page.evaluate("document.activeElement.id")).toBe("text");
  });

  /** A window of its own, as far as storage goes too. */
  async function open(url: string): Promise<Page> {
    const context = await browser.newContext();
    onTestFinished(() => context.close());
    const page = await context.newPage();
    page.setDefaultTimeout(20_000);
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
    await page.goto(url);
    return page;
  }

  async function enter(name: string, at: { readonly url?: string; readonly room?: string } = {}) {
    const page = await open(`${at.url ?? url}/#${encodeURIComponent(at.room ?? room)}`);
    await page.getByLabel("Your name").fill(name);
    await page.getByRole("button", { name: "Enter" }).click();
    const textbox = page.getByRole("textbox", { name: "Message" });
    const status = (text: string) =>
      page.getByRole("status").filter({ hasText: text }).waitFor({ state: "attached", timeout: 60_000 });
    await status("Connected");
    await page.locator(".note", { hasText: "You joined" }).waitFor();
    return {
      page,
      textbox,
      status,
      shown: page.locator("#shown"),
      log: page.getByRole("log"),
      own: page.locator(".own .text"),
      others: page.locator(".message:not(.own) .text"),
      people: async () => {
        const items = await page.getByRole("listitem").all();
        const words = items.map((item) => item.locator(":scope > :not(.badge)").allTextContents());
        return (await Promise.all(words)).map((parts) => parts.join(" "));
      },
      async say(text: string) {
        await textbox.fill(text);
        await textbox.press("Enter");
      },
    };
  }
});

/** Waits until there is an element with just this text, or a part of it. */
async function see(place: Locator, text: string | RegExp): Promise<void> {
  await place.filter({ hasText: text }).first().waitFor();
}

function toEnd(log: Locator): Promise<number> {
  return log.evaluate((log) => log.scrollHeight - log.clientHeight - log.scrollTop);
}

/** All that were started, for the end. */
const children: ChildProcess[] = [];

/** The example itself, as a command. */
async function startChat(env: Record<string, string> = { PORT: "0" }) {
  const child = spawn(process.execPath, ["--import", "./scripts/typescript.mjs", "examples/chat/server.ts"], {
    cwd: fileURLToPath(new URL("../..", import.meta.url)),
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  children.push(child);
  let output = "";
  child.stdout.on("data", (chunk) => {
    output += chunk;
  });
  const find = () => /The chat: open (http:\S+) in/.exec(output)?.[1];
  while (find() === undefined && child.exitCode === null) await Promise.race([once(child.stdout, "data"), exited]);
  const url = find();
  if (url === undefined) throw new Error(`the chat ended: ${output}`);
  return {
    url,
    async end(signal: NodeJS.Signals) {
      child.kill(signal);
      await exited;
    },
  };
}
