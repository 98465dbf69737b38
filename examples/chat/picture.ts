/** Takes docs/images/chat.png: two windows of the chat that runs at the URL given, one light and one dark, in conversation. */

import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { launchChromium } from "../../test/support/chromium.ts";

const [url = "http://localhost:5042", file = fileURLToPath(new URL("../../docs/images/chat.png", import.meta.url))] =
  process.argv.slice(2);

const CONVERSATION = [
  ["Hildegard", "Is the second choir here?"],
  ["Cecilia", "Here, at the far end of the nave."],
  ["Cecilia", "We hear you a quarter of a second late."],
  ["Hildegard", "Good. You answer, we listen."],
  ["שלמה", "שיר המעלות לדוד"],
  ["Cecilia", "How good it is\nwhen we sing as one"],
  ["Hildegard", "Again, from the second verse?"],
] as const;

const browser = await launchChromium();
try {
  const [light, dark, third] = [
    await enter(browser, "Hildegard", "light"),
    await enter(browser, "Cecilia", "dark"),
    await enter(browser, "שלמה", "light"),
  ];
  const pages: Record<string, Page> = { Hildegard: light, Cecilia: dark, שלמה: third };
  for (const [name, text] of CONVERSATION) await say(pages[name]!, text);
  await dark.getByRole("textbox", { name: "Message" }).fill("From the");
  await compose(browser, [await light.screenshot(), await dark.screenshot()]);
} finally {
  await browser.close();
}

async function enter(browser: Browser, name: string, colorScheme: "light" | "dark"): Promise<Page> {
  const page = await browser.newPage({ colorScheme, locale: "en-GB", viewport: { width: 720, height: 720 } });
  await page.goto(`${url}/#${encodeURIComponent("two choirs")}`);
  await page.getByLabel("Your name").fill(name);
  await page.keyboard.press("Enter");
  await page.getByRole("status").filter({ hasText: "Connected" }).waitFor({ state: "attached" });
  return page;
}

async function say(page: Page, text: string): Promise<void> {
  await page.getByRole("textbox", { name: "Message" }).fill(text);
  await page.keyboard.press("Enter");
  await page.locator(".own:not(.pending)", { hasText: text }).waitFor();
}

/** The windows side by side, as on a desk. */
async function compose(browser: Browser, windows: readonly Buffer[]): Promise<void> {
  const page = await browser.newPage({ viewport: { width: 1200, height: 640 } });
  const images = windows.map((png) => `<img src="data:image/png;base64,${png.toString("base64")}">`);
  await page.setContent(`<style>
    body { margin: 0; height: 100vh; display: flex; gap: 24px; align-items: center; justify-content: center; background: #8d9a91 }
    img { width: 560px; border-radius: 12px; box-shadow: 0 12px 32px rgb(0 0 0 / .28) }
  </style>${images.join("")}`);
  await page.screenshot({ path: file });
}
