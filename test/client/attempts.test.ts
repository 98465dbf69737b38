/** One attempt after the other: when, how many, what each asks for, and who is told. Half of each wait passes. */

import { describe, expect, test } from "vitest";
import type { ConnectOptions, RetryInfo } from "../../src/client/connect-options.ts";
import type { DisconnectInfo } from "../../src/client/disconnect-info.ts";
import type { Lost } from "../../src/client/reconnect.ts";
import { HandshakeError } from "../../src/errors.ts";
import type { TestRuntimeOptions } from "../support/client-runtime.ts";
import { expectNothingLeft, testClient } from "../support/client-runtime.ts";
import { deferred } from "../support/deferred.ts";
import { settle, stateOfPromise } from "../support/socket-pair.ts";
import { uncaught } from "../support/uncaught.ts";

const REFUSED = new Error("refused");
const refused = (times: number) => Array.from({ length: times }, () => REFUSED);
const answer = (status: number, retryAfter?: number) =>
  new HandshakeError("UPGRADE_REFUSED", `status ${status}`, status, { retryAfter });

/** A client, and what its hooks have heard. */
function client(runtimeOptions: TestRuntimeOptions = {}) {
  const retries: RetryInfo[] = [];
  const losses: DisconnectInfo[] = [];
  const opens: object[] = [];
  const made = testClient(runtimeOptions);
  const connect = (options: ConnectOptions, place?: () => string | Promise<string>) =>
    made.connect(
      {
        onRetry: (info) => retries.push(info),
        onDisconnect: (info) => losses.push(info),
        onOpen: (_socket, info) => opens.push(info),
        ...options,
      },
      place,
    );
  return { ...made, connect, retries, losses, opens };
}

describe("a connection that is lost", () => {
  test("is the end without reconnect", async () => {
    const { connect, runtime, losses, clock } = client();
    const socket = await connect({});

    runtime.server.cut();
    await clock.pass(3_600_000);

    expect(socket.state).toBe("closed");
    expect(losses).toMatchObject([{ code: 1006, wasClean: false, unconfirmed: 0, retryIn: undefined }]);
    expect(runtime.attempts).toHaveLength(1);
    await expectNothingLeft(runtime);
  });

  test("is followed by attempts whose waits double, until one succeeds", async () => {
    const { connect, runtime, losses, retries, opens, clock } = client({ script: ["opens", ...refused(4)] });
    const socket = await connect({ reconnect: true });
    runtime.server.cut();
    await settle();

    expect([socket.state, losses.length, losses[0]!.retryIn]).toEqual(["connecting", 1, 500]);
    await clock.pass(499);
    expect(runtime.attempts).toHaveLength(1);
    await clock.pass(1);
    expect(runtime.attempts).toHaveLength(2);
    await clock.pass(1_000 + 2_000 + 4_000);
    expect([runtime.attempts.length, socket.state]).toEqual([5, "connecting"]);
    await clock.pass(8_000);

    expect(retries.map(({ attempt, retryIn }) => [attempt, retryIn])).toEqual([
      [1, 1_000],
      [2, 2_000],
      [3, 4_000],
      [4, 8_000],
    ]);
    expect(retries.every(({ error }) => error === REFUSED)).toBe(true);
    expect(socket.state).toBe("open");
    expect(opens).toEqual([
      { attempt: 1, recovered: false },
      { attempt: 5, recovered: true },
    ]);
    expect(losses).toHaveLength(1);
    await socket.close();
    await expectNothingLeft(runtime);
  });

  test("an attempt that hangs is given up after the timeout, and another one follows", async () => {
    const { connect, runtime, retries, clock } = client({ script: ["opens", "waits", "deaf"] });
    const socket = await connect({ reconnect: true, timeout: 2_000 });
    runtime.server.cut();

    await clock.pass(500 + 2_000);
    expect(retries).toMatchObject([{ attempt: 1, error: { code: "CONNECT_TIMEOUT" }, retryIn: 1_000 }]);
    await clock.pass(1_000 + 2_000);
    expect(retries).toHaveLength(2);
    // Too late: this one was given up.
    const late = runtime.attempt.open();
    await clock.pass(2_000);

    expect([socket.state, runtime.attempts.length, late.socket.state]).toEqual(["open", 4, "closed"]);
    await socket.close();
    await expectNothingLeft(runtime);
  });

  test("waits are no longer than maxDelay", async () => {
    const { connect, runtime, retries, clock } = client({ script: ["opens", ...refused(6)] });
    await connect({ reconnect: { minDelay: 100, maxDelay: 1_000 } });
    runtime.server.cut();

    await clock.pass(50 + 100 + 200 + 400 + 500 * 3);

    expect(retries.map(({ retryIn }) => retryIn)).toEqual([100, 200, 400, 500, 500, 500]);
    expect(runtime.server.socket.state).toBe("open");
  });
});

describe("how often", () => {
  test("maxAttempts is the most in a row; then the last error is the end", async () => {
    const { connect, runtime, retries, losses, clock } = client({ script: ["opens", ...refused(9)] });
    const socket = await connect({ reconnect: { maxAttempts: 3 } });
    runtime.server.cut();

    await clock.pass(3_600_000);

    expect(runtime.attempts).toHaveLength(1 + 3);
    expect(retries).toHaveLength(2);
    expect(losses.map(({ retryIn }) => retryIn)).toEqual([500, undefined]);
    expect(losses[1]).toMatchObject({ code: 1006, cause: REFUSED, unconfirmed: 0 });
    expect(await socket.closed).toMatchObject({ code: 1006, cause: REFUSED });
    await expectNothingLeft(runtime);
  });

  test("a connection that lasted makes the waits short again; one that did not, does not", async () => {
    const { connect, runtime, losses, clock } = client();
    await connect({ reconnect: { resetAfter: 5_000 } });
    const loseAfter = async (time: number) => {
      await clock.pass(time);
      runtime.server.cut();
      await settle();
      await clock.pass(losses.at(-1)!.retryIn!);
    };

    for (const time of [0, 0, 4_999, 5_000, 4_999, 60_000]) await loseAfter(time);

    expect(losses.map(({ retryIn }) => retryIn)).toEqual([500, 1_000, 2_000, 500, 1_000, 500]);
  });

  test("time that passes without a connection makes no wait short", async () => {
    const { connect, runtime, retries, clock } = client({ script: ["opens", ...refused(7)] });
    await connect({ reconnect: { resetAfter: 1_000, maxAttempts: 7 } });
    runtime.server.cut();

    await clock.pass(3_600_000);

    expect(retries.map(({ retryIn }) => retryIn)).toEqual([1_000, 2_000, 4_000, 8_000, 15_000, 15_000]);
  });
});

describe("initial", () => {
  test("keeps trying from the very first attempt on", async () => {
    const { connect, runtime, retries, losses, opens, clock } = client({ script: refused(2) });
    const opening = connect({ reconnect: { initial: true } });

    await clock.pass(500);
    expect(await stateOfPromise(opening)).toBe("pending");
    await clock.pass(1_000);

    const socket = await opening;
    expect(socket.state).toBe("open");
    expect(retries.map(({ attempt, retryIn }) => [attempt, retryIn])).toEqual([
      [1, 500],
      [2, 1_000],
    ]);
    expect(opens).toEqual([{ attempt: 3, recovered: false }]);
    expect(losses).toEqual([]);
    await socket.close();
    await expectNothingLeft(runtime);
  });

  test("rejects with the last error once it gives up, and no connection was lost", async () => {
    const final = answer(404);
    const { connect, runtime, retries, losses, clock } = client({ script: [REFUSED, final] });
    const opening = connect({ reconnect: { initial: true } });
    opening.catch(() => {});

    await clock.pass(3_600_000);

    await expect(opening).rejects.toBe(final);
    expect([retries.length, losses.length, runtime.attempts.length]).toEqual([1, 0, 2]);
    await expectNothingLeft(runtime);
  });
});

describe("whether", () => {
  test.each([
    [1000, false],
    [1001, true],
    [1008, false],
    [1011, true],
    [1012, true],
    [1013, true],
    [3000, true],
    [4000, false],
  ])("after the close code %i: %s", async (code, isTried) => {
    const { connect, runtime, losses, clock } = client();
    const socket = await connect({ reconnect: true });

    await runtime.server.socket.close(code, "why");
    await settle();

    expect(losses).toMatchObject([{ code, reason: "why", wasClean: true, retryIn: isTried ? 500 : undefined }]);
    await clock.pass(1_000);
    expect(socket.state).toBe(isTried ? "open" : "closed");
  });

  test("shouldReconnect decides: it is told how it ended and the number of the attempt", async () => {
    const asked: [Lost, number][] = [];
    const shouldReconnect = (lost: Lost, attempt: number) => asked.push([lost, attempt]) < 3;
    const { connect, runtime, clock, losses } = client({ script: ["opens", REFUSED, REFUSED] });
    const socket = await connect({ reconnect: { shouldReconnect } });

    await runtime.server.socket.close(4000, "kicked");
    await clock.pass(3_600_000);

    expect(asked.map(([lost, attempt]) => [lost.code, lost.reason, lost.cause, attempt])).toEqual([
      [4000, "kicked", undefined, 1],
      [1006, "", REFUSED, 2],
      [1006, "", REFUSED, 3],
    ]);
    expect(losses).toHaveLength(2);
    expect(socket.state).toBe("closed");
    await expectNothingLeft(runtime);
  });

  test("a shouldReconnect that throws is the end, and what it threw is not hidden", async () => {
    const errors = uncaught();
    const mistake = new Error("mistake");
    const { connect, runtime, clock, losses } = client();
    const shouldReconnect = () => {
      throw mistake;
    };
    const socket = await connect({ reconnect: { shouldReconnect } });

    runtime.server.cut();
    await clock.pass(3_600_000);

    expect(errors).toEqual([mistake]);
    expect(socket.state).toBe("closed");
    expect(losses).toMatchObject([{ code: 1006, retryIn: undefined }]);
    await expectNothingLeft(runtime);
  });

  test("a socket that is closed inside shouldReconnect stays closed", async () => {
    const { connect, runtime, clock, losses } = client();
    const socket = await connect({
      reconnect: {
        shouldReconnect: () => {
          socket.terminate();
          return true;
        },
      },
    });

    runtime.server.cut();
    await clock.pass(3_600_000);

    expect(socket.state).toBe("closed");
    expect(losses.filter(({ retryIn }) => retryIn === undefined)).toHaveLength(1);
    expect(runtime.attempts).toHaveLength(1);
    await expectNothingLeft(runtime);
  });
});

describe("what the server asks for", () => {
  test("retry-after in a close reason is waited for, and the usual wait behind it", async () => {
    const { connect, runtime, losses, clock } = client();
    const socket = await connect({ reconnect: true });

    await runtime.server.socket.close(1001, "retry-after=7000");
    await settle();
    expect(losses[0]!.retryIn).toBe(7_500);
    await clock.pass(7_499);
    expect(runtime.attempts).toHaveLength(1);
    await clock.pass(1);

    expect(socket.state).toBe("open");
  });

  test("Retry-After of an answer, too", async () => {
    const { connect, runtime, retries, clock } = client({ script: ["opens", answer(503, 20_000)] });
    await connect({ reconnect: true });
    runtime.server.cut();
    await clock.pass(500);

    expect(retries[0]!.retryIn).toBe(21_000);
  });
});

describe("what each attempt asks for", () => {
  test("functions are called for each, so that a token is fresh", async () => {
    const { connect, runtime, clock } = client({ script: ["opens", REFUSED] });
    let calls = 0;
    const socket = await connect(
      {
        reconnect: true,
        headers: async () => ({ authorization: `${++calls}` }),
        subprotocols: () => [`p${calls}`],
      },
      () => `ws://test/${calls}`,
    );
    runtime.server.cut();
    await clock.pass(500 + 1_000);

    expect(runtime.attempts.map(({ request }) => [request.url.href, request.headers, request.subprotocols])).toEqual([
      ["ws://test/0", { authorization: "1" }, ["p0"]],
      ["ws://test/1", { authorization: "2" }, ["p1"]],
      ["ws://test/2", { authorization: "3" }, ["p2"]],
    ]);
    expect(socket.url.href).toBe("ws://test/2");
  });

  test.each([
    [
      "throws",
      () => {
        throw REFUSED;
      },
    ],
    ["rejects", () => Promise.reject(REFUSED)],
  ])("one that %s is an attempt that failed", async (_name, headers) => {
    const { connect, runtime, retries, clock } = client();
    let isBroken = false;
    const socket = await connect({ reconnect: true, headers: () => (isBroken ? headers() : {}) });
    isBroken = true;
    runtime.server.cut();
    await clock.pass(500);
    expect(retries).toMatchObject([{ attempt: 1, error: REFUSED, retryIn: 1_000 }]);
    isBroken = false;
    await clock.pass(1_000);

    expect([socket.state, runtime.attempts.length]).toEqual(["open", 2]);
  });

  test("one that fails at first rejects connect", async () => {
    const { connect, runtime } = client();

    await expect(connect({ reconnect: true, headers: () => Promise.reject(REFUSED) })).rejects.toBe(REFUSED);

    expect(runtime.attempts).toEqual([]);
    await expectNothingLeft(runtime);
  });

  test("one that gives a wrong place is a mistake, and the end", async () => {
    const { connect, runtime, losses, clock } = client();
    let place = "ws://test/";
    const socket = await connect({ reconnect: true }, () => place);
    place = "no place";
    runtime.server.cut();
    await clock.pass(500);

    expect(socket.state).toBe("closed");
    expect(losses[1]).toMatchObject({ retryIn: undefined, cause: { name: "UsageError", code: "BAD_URL" } });
    await expectNothingLeft(runtime);
  });

  test("one that hangs has the timeout of its attempt, and what it says later is not used", async () => {
    const { connect, runtime, retries, clock } = client({ script: ["opens", REFUSED] });
    const late = deferred<string>();
    let calls = 0;
    const socket = await connect({ reconnect: true, timeout: 3_000 }, () =>
      ++calls === 2 ? late.promise : `ws://test/${calls}`,
    );
    runtime.server.cut();

    await clock.pass(500 + 3_000);
    expect(retries).toMatchObject([{ error: { code: "CONNECT_TIMEOUT" } }]);
    await clock.pass(1_000);
    expect(socket.url.href).toBe("ws://test/3");
    late.resolve("ws://late/");
    await settle();
    expect(socket.url.href).toBe("ws://test/3");
    await clock.pass(2_000);

    expect(runtime.attempts.map(({ request }) => request.url.href)).toEqual([
      "ws://test/1",
      "ws://test/3",
      "ws://test/4",
    ]);
  });
});
