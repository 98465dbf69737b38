/** The chat on two processes behind its round-robin proxy, on a real Redis and a real NATS, in windows of Chromium. */

import { once } from "node:events";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { chromiumPath, launchChromium } from "../support/chromium.ts";
import { NATS_SERVER, NatsServer } from "../support/nats-server.ts";
import { RedisServer, redisPath } from "../support/redis-server.ts";
import { runExample } from "../support/run-example.ts";
import { within } from "../support/within.ts";

/** An engine that a test has started. */
interface Engine {
  readonly url: string;
  /** Ends it as a crash would. */
  kill(): Promise<void>;
  /** Starts it again, at the same port. */
  start(): Promise<void>;
  close(): Promise<void>;
}

const ENGINES: readonly { name: string; path: string | undefined; open: () => Promise<Engine> }[] = [
  { name: "Redis", path: redisPath, open: openRedis },
  { name: "NATS", path: NATS_SERVER, open: openNats },
];

describe.each(ENGINES)("the chat on two processes, joined by $name", { timeout: 120_000 }, ({ path, open }) => {
  const isHere = path !== undefined && chromiumPath !== undefined;
  let browser: Browser;
  let engine: Engine;

  beforeAll(async () => {
    if (isHere) [browser, engine] = await Promise.all([launchChromium(), open()]);
  }, 60_000);
  afterAll(async () => {
    await Promise.all([browser?.close(), engine?.close()]);
  });

  it.skipIf(!isHere)("lets windows on both talk, and shows each who is on the other", async () => {
    const chat = await startTwo(engine.url);
    const [ada, bo] = [await enter("Ada", chat.url), await enter("Bo", chat.url)];

    await see(ada.people, /^B?Bo\d+$/);
    await see(bo.people, /^A?Ada\d+$/);
    expect([await ada.process(), await bo.process()].sort()).toEqual(chat.processes);
    await ada.say("Is anybody on the other side?");
    await see(bo.others, "Is anybody on the other side?");
    await bo.say("I am.");
    await see(ada.others, "I am.");
    await bo.page.close();

    await see(ada.log, "Bo left");
    expect(await ada.people.allTextContents()).toEqual(["AAdayou"]);
  });

  it.skipIf(!isHere)("goes on when one is killed: its people are gone, and come back on the other", async () => {
    const chat = await startTwo(engine.url);
    const [ada, bo] = [await enter("Ada", chat.url), await enter("Bo", chat.url)];
    await see(ada.people, /Bo\d+$/);
    const [killed, left] = [await ada.process(), await bo.process()];
    // So that Ada comes back only when the list has been seen without her.
    await ada.page.context().setOffline(true);

    process.kill(killed, "SIGKILL");

    await see(bo.log, "Ada left");
    expect(await bo.people.allTextContents()).toEqual(["BBoyou"]);
    expect(await bo.state()).toBe("Connected");
    await ada.page.context().setOffline(false);
    await ada.log.getByText("You are back").waitFor();
    await ada.say("here again");
    await see(bo.others, "here again");
    await bo.say("welcome back");
    await see(ada.others, "welcome back");
    expect(await ada.people.allTextContents()).toEqual(["AAdayou", "BBo"]);
    expect(killed).not.toBe(left);
  });

  it.skipIf(!isHere)(
    "lets people in and talk while the engine is away, and shows the rest when it is back",
    async () => {
      const chat = await startTwo(engine.url);
      const [ada, bo] = [await enter("Ada", chat.url), await enter("Bo", chat.url)];
      await see(ada.people, /Bo\d+$/);

      await engine.kill();
      // On the process whose turn it is: that of Ada.
      const chiara = await enter("Chiara", chat.url);
      await chiara.say("Am I alone?");
      await see(ada.others, "Am I alone?");
      await ada.say("On this side we are two.");
      await see(chiara.others, "On this side we are two.");
      await engine.start();

      await see(chiara.people, /Bo\d+$/);
      await see(bo.people, /Chiara\d+$/);
      expect(await chiara.process()).toBe(await ada.process());
      await bo.say("Now we are three.");
      await see(chiara.others, "Now we are three.");
    },
  );

  it.skipIf(path === undefined)("ends in order at the first Ctrl-C", async () => {
    const own = await open();
    onTestFinished(() => own.close());
    const chat = await startTwo(own.url);

    chat.child.kill("SIGINT");

    expect(await within(once(chat.child, "exit"), "end of the chat", 5_000)).toEqual([0, null]);
    expect(chat.output().match(/: closed in /g)).toHaveLength(2);
    for (const process of chat.processes) expect(isRunning(process)).toBe(false);
  });

  async function enter(name: string, url: string) {
    const context = await browser.newContext();
    onTestFinished(() => context.close());
    const page = await context.newPage();
    page.setDefaultTimeout(30_000);
    await page.goto(`${url}/#two`);
    await page.getByLabel("Your name").fill(name);
    await page.getByRole("button", { name: "Enter" }).click();
    await page.locator(".note", { hasText: "You joined" }).waitFor();
    const textbox = page.getByRole("textbox", { name: "Message" });
    return {
      page,
      log: page.getByRole("log"),
      others: page.locator(".message:not(.own) .text"),
      /** Badge, name, whether it is this window's, and the process if there are several: without spaces. */
      people: page.getByRole("listitem"),
      state: () => page.locator("#shown").textContent(),
      /** On which this window is; known once somebody is on another. */
      process: async () => Number(/you · (\d+)$/.exec((await page.getByRole("listitem").first().textContent())!)?.[1]),
      async say(text: string) {
        await textbox.fill(text);
        await textbox.press("Enter");
      },
    };
  }
});

describe("the chat on two processes", () => {
  it("says what it needs when nothing joins them", async () => {
    const chat = runExample("examples/chat/two.ts", [], { PORT: "0", BROKER: "" });

    expect(await once(chat.child, "exit")).toEqual([1, null]);
  });

  it("ends when its broker cannot be reached", async () => {
    const chat = runExample("examples/chat/two.ts", [], { PORT: "0", BROKER: "nats://127.0.0.1:1" });

    expect(await within(once(chat.child, "exit"), "end of the chat")).toEqual([1, null]);
  });
});

/** As its readers start it; it ends with the test. */
async function startTwo(broker: string) {
  const chat = runExample("examples/chat/two.ts", [], { PORT: "0", BROKER: broker });
  onTestFinished(async () => {
    if (chat.child.exitCode !== null) return;
    chat.child.kill("SIGTERM");
    await once(chat.child, "exit");
  });
  const [, url] = await within(chat.says(/two processes: open (http:\S+) in/), "chat");
  const processes = [...chat.output().matchAll(/^process (\d+): The chat/gm)].map(([, process]) => Number(process));
  return { ...chat, url: url!, processes: processes.sort() };
}

/** Waits until there is an element with this text. */
async function see(place: ReturnType<Page["locator"]>, text: string | RegExp): Promise<void> {
  await place.filter({ hasText: text }).first().waitFor();
}

function isRunning(process: number): boolean {
  try {
    globalThis.process.kill(process, 0);
    return true;
  } catch {
    return false;
  }
}

async function openRedis(): Promise<Engine> {
  const server = await RedisServer.start();
  const { url } = server;
  return { url, kill: () => server.stop(), start: () => server.start(), close: () => server.close() };
}

async function openNats(): Promise<Engine> {
  const server = new NatsServer({ jetstream: true });
  await server.start();
  const { url } = server;
  return { url, kill: () => server.kill(), start: () => server.start(), close: () => server.close() };
}
