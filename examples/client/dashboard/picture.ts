/** Takes docs/images/client-dashboard.png: two windows of the dashboard, one connected, one whose server has just gone away. */

import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { launchChromium } from "../../../test/support/chromium.ts";
import { startDashboard } from "../../../test/support/run-dashboard.ts";

const [file = fileURLToPath(new URL("../../../docs/images/client-dashboard.png", import.meta.url))] =
  process.argv.slice(2);

const SECOND = 1000;
const [staying, leaving] = [await startDashboard(), await startDashboard()];
const browser = await launchChromium();
try {
  const light = await open(browser, staying.url, "light");
  const dark = await open(browser, leaving.url, "dark");
  await light.waitForTimeout(25 * SECOND);
  for (const page of [light, dark]) await say(page, "The second choir is here");
  await light.waitForTimeout(20 * SECOND);
  await say(light, "שיר המעלות לדוד");
  await say(dark, "We hear you a little late");
  await light.waitForTimeout(8 * SECOND);
  await leaving.end("SIGKILL");
  await light.waitForTimeout(7 * SECOND);
  for (const text of ["Anybody there?", "We sing on"]) await say(dark, text);
  await dark.locator("#state", { hasText: /in \d s/ }).waitFor();
  await compose(browser, [await light.screenshot(), await dark.screenshot()]);
} finally {
  await browser.close();
  for (const dashboard of [staying, leaving]) await dashboard.end("SIGKILL");
}

async function open(browser: Browser, url: string, colorScheme: "light" | "dark"): Promise<Page> {
  const page = await browser.newPage({ colorScheme, locale: "en-GB", viewport: { width: 860, height: 540 } });
  await page.goto(url);
  await page.getByText("Connected").first().waitFor({ state: "attached" });
  return page;
}

async function say(page: Page, text: string): Promise<void> {
  await page.getByRole("textbox").fill(text);
  await page.keyboard.press("Enter");
  await page.getByRole("textbox").blur();
}

/** The windows side by side, as on a desk. */
async function compose(browser: Browser, windows: readonly Buffer[]): Promise<void> {
  const page = await browser.newPage({ viewport: { width: 1480, height: 500 } });
  const images = windows.map((png) => `<img src="data:image/png;base64,${png.toString("base64")}">`);
  await page.setContent(`<style>
    body { margin: 0; height: 100vh; display: flex; gap: 24px; align-items: center; justify-content: center; background: #8d9a91 }
    img { width: 704px; border-radius: 12px; box-shadow: 0 12px 32px rgb(0 0 0 / .28) }
  </style>${images.join("")}`);
  await page.screenshot({ path: file });
}
