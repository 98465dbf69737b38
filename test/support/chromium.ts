/** Chromium for tests: found by scripts/programs.mjs, driven through playwright-core, with a profile of its own. */

import type { Browser } from "playwright-core";
import { chromium } from "playwright-core";
import { programOrSkip } from "../../scripts/programs.mjs";

/** Where it is; `undefined` where the tests that need it are to skip. Under `CI=true` a missing one throws. */
export const chromiumPath = programOrSkip("chromium");

/** Starts it; whoever calls closes it. */
export function launchChromium(): Promise<Browser> {
  if (chromiumPath === undefined) throw new Error("no Chromium here: look at chromiumPath first");
  return chromium.launch({ executablePath: chromiumPath, args: QUIET_AND_LOCAL, timeout: 30_000 });
}

/** Tests run as root, without a display, and without a word to any network. */
const QUIET_AND_LOCAL = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
