/** The chat page of `antiphon serve` in a real browser: two people in one room. */

import { expect, it, onTestFinished } from "vitest";
import { startServe } from "../../src/cli/serve/serve-server.ts";
import { chromiumPath, launchChromium } from "../support/chromium.ts";

it.skipIf(chromiumPath === undefined)("two people see each other come, talk and go", async () => {
  const server = await startServe({ port: 0 });
  onTestFinished(() => server.close());
  const browser = await launchChromium();
  onTestFinished(() => browser.close());
  const enter = async (name: string) => {
    const page = await (await browser.newContext()).newPage();
    await page.addInitScript(`localStorage.setItem("antiphon-name", ${JSON.stringify(name)})`);
    await page.goto(server.url);
    await page.getByRole("status").filter({ hasText: "open" }).waitFor();
    return page;
  };

  const ada = await enter("Ada");
  const grace = await enter("<b>Grace</b>");
  await ada.locator("#log .note", { hasText: "<b>Grace</b> is here" }).waitFor();
  await grace.getByPlaceholder("Say something").fill("hello <i>there</i>");
  await grace.keyboard.press("Enter");
  await ada.locator("#log li", { hasText: "hello <i>there</i>" }).waitFor();
  const people = await grace.locator("#people li").allTextContents();
  await grace.getByText("# tea").click();
  await ada.locator("#log .note", { hasText: "<b>Grace</b> has left" }).waitFor();

  expect(people).toEqual(["<b>Grace</b> (you)", "Ada"]);
  expect(await grace.locator("h1").textContent()).toBe("# tea");
});
