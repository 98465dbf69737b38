/** Time and text in a page. */

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { pageClock } from "../../../src/client/browser/page-clock.ts";
import { pageText } from "../../../src/client/browser/page-text.ts";

describe("time", () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  test("work is done when its time has come, and not when it was taken back", () => {
    const done: string[] = [];
    pageClock.after(100, () => done.push("a"));
    const cancel = pageClock.after(100, () => done.push("b"));

    cancel();
    vi.advanceTimersByTime(99);
    expect(done).toEqual([]);
    vi.advanceTimersByTime(1);

    expect(done).toEqual(["a"]);
  });

  test.each([Number.POSITIVE_INFINITY, 2 ** 31])(
    "what is to be done after %d ms is not done at once",
    (milliseconds) => {
      const done: string[] = [];
      const cancel = pageClock.after(milliseconds, () => done.push("too early"));

      vi.advanceTimersByTime(1_000_000);
      cancel();

      expect(done).toEqual([]);
      expect(vi.getTimerCount()).toBe(0);
    },
  );

  test("it never goes back", () => {
    const before = pageClock.now();

    expect(pageClock.now()).toBeGreaterThanOrEqual(before);
  });
});

describe("text", () => {
  test("goes there and back, a byte order mark too", () => {
    for (const text of ["", "plain", "ħ😀", "\uFEFFmarked"]) {
      const bytes = pageText.encode(text);
      expect(pageText.decode(bytes, 0, bytes.length)).toBe(text);
    }
  });

  test("is read from where it lies, and only if it is UTF-8", () => {
    expect(pageText.decode(Uint8Array.of(0xff, 0x61, 0x62, 0xff), 1, 3)).toBe("ab");
    expect(pageText.decode(Uint8Array.of(0x61, 0xff), 0, 2)).toBeNull();
    expect(pageText.decode(Uint8Array.of(0xe4, 0xb8), 0, 2)).toBeNull();
  });
});
