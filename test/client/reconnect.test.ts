/** When a client connects again: its options, what it gives up after, and how long it waits. */

import { describe, expect, it, test } from "vitest";
import type { Lost, ReconnectOptions, ReconnectPolicy } from "../../src/client/reconnect.ts";
import { defaultShouldReconnect, nextDelay, resolveReconnect } from "../../src/client/reconnect.ts";
import { ConnectError, HandshakeError, TimeoutError, UsageError } from "../../src/errors.ts";
import { encodeClosePayload } from "../../src/protocol/close-code.ts";
import { nodeTextCodec } from "../../src/protocol/node/index.ts";

const HOUR = 3_600_000;
const cut: Lost = { code: 1006, reason: "", wasClean: false };
const closedWith = (code: number, reason = ""): Lost => ({ code, reason, wasClean: true });
const failedWith = (cause: unknown): Lost => ({ ...cut, cause });
const answered = (status: number | undefined, retryAfter?: number): Lost =>
  failedWith(new HandshakeError("UPGRADE_REFUSED", "refused", status, { retryAfter }));
const policyOf = (options: ReconnectOptions = {}): ReconnectPolicy => resolveReconnect(options)!;

/** A random number, the same each time: 0 is the shortest wait, and just below 1 the longest. */
const always = (fraction: number) => () => fraction;

describe("the option reconnect", () => {
  it.each([[undefined], [false]])("%s is no policy", (option) => {
    expect(resolveReconnect(option)).toBeNull();
  });

  it("has the defaults that its documentation names", () => {
    const defaults = {
      minDelay: 1000,
      maxDelay: 30_000,
      maxAttempts: Number.POSITIVE_INFINITY,
      resetAfter: 5000,
      shouldReconnect: defaultShouldReconnect,
      initial: false,
    };

    expect(resolveReconnect(true)).toEqual(defaults);
    expect(resolveReconnect({})).toEqual(defaults);
    expect(resolveReconnect({ minDelay: undefined, shouldReconnect: undefined })).toEqual(defaults);
  });

  it("keeps what is given, and does not change the defaults of the next one", () => {
    const given = {
      minDelay: 1,
      maxDelay: 1.5,
      maxAttempts: 3,
      resetAfter: Number.POSITIVE_INFINITY,
      shouldReconnect: () => true,
      initial: true,
    };

    expect(resolveReconnect(given)).toEqual(given);
    expect(policyOf().minDelay).toBe(1000);
  });

  it.each<[string, unknown, string]>([
    ["minDelay", 0, "a number above 0"],
    ["minDelay", -1, "a number above 0"],
    ["minDelay", Number.NaN, "a number above 0"],
    ["minDelay", "1000", "a number above 0"],
    ["maxDelay", null, "a number above 0"],
    ["maxDelay", Number.POSITIVE_INFINITY, "a finite number"],
    ["resetAfter", 0, "a number above 0"],
    ["maxAttempts", 0, "a number above 0"],
    ["maxAttempts", -1, "a number above 0"],
    ["maxAttempts", "3", "a number above 0"],
    ["maxAttempts", 2.5, "an integer"],
    ["shouldReconnect", true, "a function"],
    ["initial", 1, "a boolean"],
  ])("refuses %s: %s", (name, value, expected) => {
    expect(() => resolveReconnect({ [name]: value })).toThrow(
      expect.objectContaining({
        name: "UsageError",
        code: "BAD_OPTION",
        message: `reconnect.${name} is ${value}, expected ${expected}`,
      }),
    );
  });

  it.each(["minDelays", "delay", "0"])("refuses the unknown name %s", (name) => {
    const options = JSON.parse(`{ "${name}": 1 }`) as ReconnectOptions;

    expect(() => resolveReconnect(options)).toThrow(
      expect.objectContaining({
        code: "UNKNOWN_OPTION",
        message: `reconnect has no option ${name}; it has minDelay, maxDelay, maxAttempts, resetAfter, shouldReconnect, initial`,
      }),
    );
  });
});

describe("a client gives up", () => {
  it.each([1000, 1002, 1003, 1007, 1008, 1009, 1010, 4000, 4001, 4999])("after the close code %i", (code) => {
    expect(defaultShouldReconnect(closedWith(code))).toBe(false);
  });

  it.each([400, 401, 403, 404, 409, 410, 426, 431, 451, 499])("after HTTP %i", (status) => {
    expect(defaultShouldReconnect(answered(status))).toBe(false);
  });

  it("after an answer of 101 that did not pass the checks: what is there does not speak our protocol", () => {
    const wrongAccept = new HandshakeError("WRONG_ACCEPT", "wrong Sec-WebSocket-Accept", 101);

    expect(defaultShouldReconnect(failedWith(wrongAccept))).toBe(false);
  });

  it("after a mistake of the caller, such as a bad header of a function that is called for each attempt", () => {
    expect(defaultShouldReconnect(failedWith(new UsageError("BAD_HEADER", "no header")))).toBe(false);
  });
});

describe("a client tries again", () => {
  it.each([1001, 1005, 1006, 1011, 1012, 1013, 1014, 1015, 3000, 3999])("after the close code %i", (code) => {
    expect(defaultShouldReconnect(closedWith(code))).toBe(true);
  });

  it.each([200, 302, 408, 425, 429, 500, 502, 503, 504, undefined])("after HTTP %s", (status) => {
    expect(defaultShouldReconnect(answered(status))).toBe(true);
  });

  it.each([
    ["nobody listens", new ConnectError("CONNECT_REFUSED", "refused")],
    ["an attempt takes too long", new TimeoutError("CONNECT_TIMEOUT", "too long")],
    ["a function of the user's fails", new TypeError("fetch failed")],
    ["something is thrown that is no error", "text"],
    ["null is thrown", null],
    ["nothing is known", undefined],
  ])("when %s", (_, cause) => {
    expect(defaultShouldReconnect(failedWith(cause))).toBe(true);
  });
});

describe("the wait", () => {
  it("is a random part of a range that doubles with each attempt, up to maxDelay", () => {
    const policy = policyOf({ minDelay: 100, maxDelay: 1000 });
    const waits = (fraction: number) => [1, 2, 3, 4, 5, 6].map((n) => nextDelay(policy, cut, n, always(fraction)));

    expect(waits(0)).toEqual([0, 0, 0, 0, 0, 0]);
    expect(waits(0.5)).toEqual([50, 100, 200, 400, 500, 500]);
    expect(waits(1)).toEqual([100, 200, 400, 800, 1000, 1000]);
  });

  it.each([64, 1000, 1025, 1e9, Number.MAX_SAFE_INTEGER])(
    "is a number up to maxDelay at attempt %i, too",
    (attempt) => {
      expect(nextDelay(policyOf(), cut, attempt, always(0.5))).toBe(15_000);
      expect(nextDelay(policyOf(), cut, attempt, always(0))).toBe(0);
    },
  );

  it("is never above maxDelay, where that is less than minDelay", () => {
    expect(nextDelay(policyOf({ minDelay: 5000, maxDelay: 200 }), cut, 1, always(0.5))).toBe(100);
    expect(nextDelay(policyOf({ minDelay: Infinity, maxDelay: 200 }), cut, 1, always(0))).toBe(0);
  });

  it("ends with the last of maxAttempts, and nobody is asked any more", () => {
    const asked: number[] = [];
    const shouldReconnect = (_: Lost, attempt: number) => asked.push(attempt) > 0;
    const policy = policyOf({ maxAttempts: 2, shouldReconnect });

    expect([1, 2, 3].map((attempt) => nextDelay(policy, cut, attempt, always(0.5)))).toEqual([500, 1000, undefined]);
    expect(asked).toEqual([1, 2]);
  });

  it("is none where shouldReconnect says no to how it ended and to the number of the attempt", () => {
    const shouldReconnect = (lost: Lost, attempt: number) => lost.code === 4001 && attempt < 3;
    const policy = policyOf({ shouldReconnect });

    expect(nextDelay(policy, closedWith(4001), 2, always(0.5))).toBe(1000);
    expect(nextDelay(policy, closedWith(4001), 3, always(0.5))).toBeUndefined();
    expect(nextDelay(policy, cut, 1, always(0.5))).toBeUndefined();
    expect(nextDelay(policyOf(), closedWith(1000), 1, always(0.5))).toBeUndefined();
  });
});

describe("a server that asks to wait", () => {
  it("by the reason of its Close frame has its wait first, and the random one behind it", () => {
    const lost = closedWith(1001, "retry-after=2500");

    expect(nextDelay(policyOf(), lost, 1, always(0))).toBe(2500);
    expect(nextDelay(policyOf(), lost, 1, always(0.5))).toBe(3000);
    expect(nextDelay(policyOf(), lost, 10, always(1))).toBe(32_500);
  });

  it("by Retry-After has the same", () => {
    expect(nextDelay(policyOf(), answered(503, 7000), 1, always(0))).toBe(7000);
    expect(nextDelay(policyOf(), answered(429, 7000), 2, always(0.5))).toBe(8000);
    // RFC 9110, 10.2.3: "Retry-After: 0" is a delay, too.
    expect(nextDelay(policyOf(), answered(503, 0), 1, always(0.5))).toBe(500);
  });

  it.each([
    ["restart, retry-after=40", 40],
    ["retry-after=40 (a new version)", 40],
    ["maintenance;retry-after=40;until noon", 40],
    ["retry-after=0040", 40],
    ["retry-after=0", 0],
  ])("may say more: %s", (reason, milliseconds) => {
    expect(nextDelay(policyOf(), closedWith(1012, reason), 1, always(0))).toBe(milliseconds);
  });

  it.each([
    "retry-after=abc",
    "retry-after=",
    "retry-after",
    "retry-after=-500",
    "retry-after=+500",
    "retry-after=1.5",
    "retry-after=1e9",
    "retry-after=500ms",
    "retry-after=0x10",
    "retry-after=٥",
    "no-retry-after=500",
    "Retry-After: 500",
  ])("and does it wrong is not heard: %s", (reason) => {
    expect(nextDelay(policyOf(), closedWith(1001, reason), 1, always(0))).toBe(0);
  });

  it.each([Number.NaN, -1, Number.NEGATIVE_INFINITY, "soon", null, {}])(
    "is not heard where Retry-After came out as %s",
    (retryAfter) => {
      expect(nextDelay(policyOf(), failedWith({ status: 503, retryAfter }), 1, always(0.25))).toBe(250);
    },
  );

  it("is obeyed for an hour at most: no mistake there keeps a client away for ever", () => {
    const longest = `retry-after=${"9".repeat(111)}`;
    expect(encodeClosePayload("server", 1001, longest, nodeTextCodec)).toHaveLength(125); // as long as a reason can be

    expect(nextDelay(policyOf(), closedWith(1001, `retry-after=${HOUR}`), 1, always(0))).toBe(HOUR);
    expect(nextDelay(policyOf(), closedWith(1001, `retry-after=${HOUR + 1}`), 1, always(0))).toBe(HOUR);
    expect(nextDelay(policyOf(), closedWith(1001, longest), 1, always(0.5))).toBe(HOUR + 500);
    expect(nextDelay(policyOf(), answered(503, Number.POSITIVE_INFINITY), 1, always(0))).toBe(HOUR);
    expect(nextDelay(policyOf(), answered(503, 86_400_000), 1, always(0.5))).toBe(HOUR + 500);
  });
});

test("what the server says does not bring back a client that has nothing to come back for", () => {
  expect(nextDelay(policyOf(), closedWith(4001, "retry-after=100"), 1, always(0))).toBeUndefined();
  expect(nextDelay(policyOf(), answered(403, 100), 1, always(0))).toBeUndefined();
});
