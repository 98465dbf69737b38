/** What a client has in a browser: what it refuses, what it knows. */

import { afterEach, describe, expect, test, vi } from "vitest";
import { browserRuntime } from "../../../src/client/browser/runtime.ts";
import { UsageError } from "../../../src/errors.ts";

afterEach(() => vi.unstubAllGlobals());

describe("options", () => {
  test.each([
    [
      { headers: { authorization: "x" } },
      "browsers cannot do headers: send a token in the query, a subprotocol or a cookie",
    ],
    [{ headers: () => ({}) }, "browsers cannot do headers: send a token in the query, a subprotocol or a cookie"],
    [{ compression: true }, "browsers cannot do compression"],
    [{ tls: {} }, "browsers cannot do tls"],
    [{ proxy: "env" as const }, "browsers cannot do proxy"],
    [{ redirects: 1 }, "browsers cannot do redirects"],
    [{ http2: true }, "browsers cannot do http2"],
    [{ heartbeat: { interval: 1000 } }, "browsers cannot do heartbeat without message"],
  ])("%j is refused", (options, message) => {
    expect(() => browserRuntime(options)).toThrow(expect.objectContaining({ code: "NOT_IN_BROWSERS", message }));
    expect(() => browserRuntime(options)).toThrow(UsageError);
  });

  test.each([
    {},
    { headers: undefined, compression: false, tls: undefined, proxy: undefined, redirects: 0, http2: false },
    { heartbeat: false as const },
    { heartbeat: { message: () => "ping" } },
  ])("%j is not", (options) => {
    expect(browserRuntime(options)).toMatchObject({ heartbeat: null, schemes: ["ws:", "wss:"] });
  });
});

describe("close codes", () => {
  test.each([1000, 3000, 4000, 4999])("%i can be sent", (code) => {
    expect(browserRuntime({}).checkClose(code, "")).toBeUndefined();
  });

  test.each([999, 1001, 1002, 1005, 1006, 1008, 1011, 1013, 2999, 5000, 3000.5, Number.NaN, Number.POSITIVE_INFINITY])(
    "%d is a mistake",
    (code) => {
      expect(() => browserRuntime({}).checkClose(code, "")).toThrow(
        expect.objectContaining({
          code: "CLOSE_CODE_UNSENDABLE",
          message: `close: code ${code} can't be sent; browsers send 1000 and 3000 to 4999`,
        }),
      );
    },
  );
});

test("URLs are relative to the page, where there is one", () => {
  expect(browserRuntime({}).base).toBeUndefined();
  vi.stubGlobal("location", { href: "https://example.com/page" });

  expect(browserRuntime({}).base).toBe("https://example.com/page");
});
