/** The limits of a socket: what is given takes the place of the default, and nonsense is told. */

import { expect, test } from "vitest";
import { defaultSocketLimits, fillLimits } from "../../src/socket/socket-limits.ts";

test("given limits take the place of the defaults; names of others, and undefined, are left alone", () => {
  const limits = fillLimits(defaultSocketLimits, { sendBuffer: 1, messageSize: "others'", idleTimeout: undefined });

  expect(limits).toEqual({ ...defaultSocketLimits, sendBuffer: 1 });
});

test.each([0, -1, Number.NaN, "64", null])("receiveMessages: %j is no limit", (receiveMessages) => {
  expect(() => fillLimits(defaultSocketLimits, { receiveMessages })).toThrow(
    expect.objectContaining({ name: "UsageError", code: "LIMIT_INVALID" }),
  );
});

test("the defaults are those of the design", () => {
  expect(defaultSocketLimits).toMatchObject({
    receiveMessages: 64,
    receiveBytes: 1_048_576,
    receiveFullTimeout: 60_000,
    sendBuffer: 16_777_216,
    closeTimeout: 10_000,
  });
});
