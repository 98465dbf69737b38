/** A page that our own app serves, with the built client in a plain `<script type="module">`; one Chromium for a file. */

import { readFileSync } from "node:fs";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, onTestFinished } from "vitest";
import { bundleBrowser } from "../../scripts/bundle.mjs";
import { App } from "../../src/index.ts";
import { listenAnywhere } from "../support/app-server.ts";
import { launchChromium } from "../support/chromium.ts";
import { within } from "../support/within.ts";

const IN_PAGE = readFileSync(new URL("client-in-page.js", import.meta.url), "utf8");
const HTML = '<!doctype html><link rel="icon" href="data:,"><script type="module" src="/page.js"></script>';

/** The page that is open in the test at hand. */
export interface ClientPage {
  readonly page: Page;
  readonly context: BrowserContext;
  /** What it complains of on its console. */
  readonly complaints: string[];
  /** Opens the page of an app that was made by `serve`. */
  visit(port: number): Promise<void>;
  /** Calls one of the functions of client-in-page.js. */
  call<Value>(name: string, argument: object): Promise<Value>;
  /** Waits until an expression is true in the page. */
  until(expression: string, milliseconds?: number): Promise<void>;
}

/** For each test of the file, a page of its own. */
export function usePage(): ClientPage {
  let browser: Browser;
  const open: { page?: Page; context?: BrowserContext; complaints: string[] } = { complaints: [] };

  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser?.close());
  beforeEach(async () => {
    open.context = await browser.newContext();
    open.page = await open.context.newPage();
    open.complaints = [];
    open.page.on("pageerror", (error) => open.complaints.push(error.message));
    return () => open.context?.close();
  });

  return {
    get page() {
      return open.page!;
    },
    get context() {
      return open.context!;
    },
    get complaints() {
      return open.complaints;
    },
    async visit(port) {
      await open.page!.goto(`http://127.0.0.1:${port}/`);
      await this.until("'clientTests' in globalThis");
    },
    call(name, argument) {
      const call = open.page!.evaluate(`clientTests.${name}(${JSON.stringify(argument)})`) as Promise<never>;
      return within(call, `answer of the page to ${name}`, 30_000);
    },
    async until(expression, milliseconds = 10_000) {
      await open.page!.waitForFunction(expression, undefined, { timeout: milliseconds });
    },
  };
}

/** An app with the page, the built client and the routes of the test; gives its port. It is gone when the test is over. */
export async function serve(register: (app: App) => void, port = 0): Promise<{ app: App; port: number }> {
  const { code } = await bundleBrowser();
  const app = new App({ logger: false });
  onTestFinished(() => app.close({ timeout: 0 }));
  app.http.get("/", (context) => context.html(HTML));
  for (const [path, script] of [
    ["/page.js", IN_PAGE],
    ["/antiphon.js", code],
  ] as const) {
    app.http.get(path, (context) => context.body(script, 200, { "content-type": "text/javascript" }));
  }
  register(app);
  if (port === 0) return { app, port: await listenAnywhere(app) };
  await app.listen({ port, signals: false });
  return { app, port };
}
