/** The network as the browser's globals tell of it, where there are such. */

import { afterEach, expect, test, vi } from "vitest";
import { browserNetwork } from "../../../src/client/browser/network.ts";

afterEach(() => vi.unstubAllGlobals());

/** A page's globals. */
function stubPage() {
  const page = new EventTarget();
  const document = Object.assign(new EventTarget(), { visibilityState: "visible" });
  vi.stubGlobal("document", document);
  vi.stubGlobal("addEventListener", page.addEventListener.bind(page));
  vi.stubGlobal("removeEventListener", page.removeEventListener.bind(page));
  return { page, document };
}

test.each([
  [{ onLine: true }, true],
  [{ onLine: false }, false],
  [{}, true],
  [undefined, true],
])("with navigator %j, there is a network: %s", (navigator, online) => {
  vi.stubGlobal("navigator", navigator);

  expect(browserNetwork.online).toBe(online);
});

test("calls back when the browser is online again, and when the page is looked at again", () => {
  const { page, document } = stubPage();
  let calls = 0;
  browserNetwork.onBack(() => calls++);

  page.dispatchEvent(new Event("online"));
  expect(calls).toBe(1);
  document.visibilityState = "hidden";
  document.dispatchEvent(new Event("visibilitychange"));
  expect(calls).toBe(1);
  document.visibilityState = "visible";
  document.dispatchEvent(new Event("visibilitychange"));

  expect(calls).toBe(2);
});

test("calls back no more once that was ended", () => {
  const { page, document } = stubPage();
  let calls = 0;
  const leave = browserNetwork.onBack(() => calls++);

  leave();
  page.dispatchEvent(new Event("online"));
  document.dispatchEvent(new Event("visibilitychange"));

  expect(calls).toBe(0);
});

test("in a worker, which has no document, the network alone calls back", () => {
  const { page } = stubPage();
  vi.stubGlobal("document", undefined);
  let calls = 0;
  const leave = browserNetwork.onBack(() => calls++);

  page.dispatchEvent(new Event("online"));
  leave();
  page.dispatchEvent(new Event("online"));

  expect(calls).toBe(1);
});

test("where there is neither a document nor an event, nobody calls back, and nothing throws", () => {
  vi.stubGlobal("document", undefined);
  vi.stubGlobal("addEventListener", undefined);
  vi.stubGlobal("removeEventListener", undefined);
  let calls = 0;

  browserNetwork.onBack(() => calls++)();

  expect(calls).toBe(0);
});
