/** What `connect` gives, and when it gives up: the first connection, whatever becomes of it. */

import { describe, expect, test } from "vitest";
import { TimeoutError, UsageError } from "../../src/errors.ts";
import { expectNothingLeft, testClient } from "../support/client-runtime.ts";
import { deferred } from "../support/deferred.ts";
import { settle, stateOfPromise } from "../support/socket-pair.ts";

const REFUSED = new Error("refused");

describe("connect", () => {
  test("resolves with a socket that is open", async () => {
    const { connect, runtime } = testClient();

    const socket = await connect();

    expect([socket.state, socket.open, socket.protocol, socket.url.href]).toEqual(["open", true, "", "ws://test/"]);
    expect(socket.headers).toBeUndefined();
    expect(runtime.attempts).toHaveLength(1);
  });

  test("knows what was agreed on, and where redirects have led", async () => {
    const { connect, runtime } = testClient({ script: ["waits"] });
    const opening = connect({ subprotocols: ["a", "b"] });
    await settle();
    const headers = new Headers({ server: "x" });
    runtime.attempt.open({ protocol: "b", headers, url: new URL("wss://elsewhere/") });

    const socket = await opening;

    expect([socket.protocol, socket.headers, socket.url.href]).toEqual(["b", headers, "wss://elsewhere/"]);
  });

  test("knows what was agreed on with each connection anew", async () => {
    const { connect, runtime, clock } = testClient({ script: ["waits", "waits"] });
    const opening = connect({ reconnect: true, subprotocols: ["a", "b"] });
    await settle();
    runtime.attempt.open({ protocol: "a", headers: new Headers({ server: "1" }), url: new URL("ws://elsewhere/") });
    const socket = await opening;
    const { id } = socket;
    runtime.server.cut();
    await clock.pass(500);
    expect([socket.protocol, socket.headers?.get("server"), socket.url.href]).toEqual(["a", "1", "ws://test/"]);

    runtime.attempt.open({ protocol: "b", headers: new Headers({ server: "2" }) });
    await settle();

    expect([socket.protocol, socket.headers?.get("server"), socket.url.href]).toEqual(["b", "2", "ws://test/"]);
    expect(socket.id).toBe(id);
  });

  test("hands the place, the subprotocols and the headers to the runtime", async () => {
    const { connect, runtime } = testClient();
    const headers = { authorization: "Bearer x" };

    await connect({ subprotocols: ["a", "b"], headers }, "http://test:8080/chat?x=1#y");

    const { request } = runtime.attempt;
    expect(request.url.href).toBe("ws://test:8080/chat?x=1");
    expect(request.subprotocols).toEqual(["a", "b"]);
    expect(request.headers).toBe(headers);
    expect(request.signal.aborted).toBe(false);
  });

  test.each([
    ["chat", ["chat"]],
    [undefined, []],
  ])("takes a single subprotocol, or none: %s", async (subprotocols, offered) => {
    const { connect, runtime } = testClient();

    await connect({ subprotocols });

    expect(runtime.attempt.request.subprotocols).toEqual(offered);
  });

  test.each([
    ["without reconnect", {}],
    ["with reconnect, which is for connections that were open", { reconnect: true }],
  ])("rejects with the error of the first attempt, %s", async (_name, options) => {
    const { connect, runtime, clock } = testClient({ script: [REFUSED] });
    const called: string[] = [];
    const hook = (name: string) => () => called.push(name);

    const opening = connect({
      ...options,
      onOpen: hook("open"),
      onDisconnect: hook("disconnect"),
      onRetry: hook("retry"),
    });

    await expect(opening).rejects.toBe(REFUSED);
    await clock.pass(3_600_000);
    expect(called).toEqual([]);
    expect(runtime.attempts).toHaveLength(1);
    await expectNothingLeft(runtime);
  });

  test("refuses what is wrong with its options before it tries anything", async () => {
    const { connect, runtime } = testClient();
    const wrong: [object, string][] = [
      [{ prot: 1 }, "UNKNOWN_OPTION"],
      [{ timeout: 0 }, "BAD_OPTION"],
      [{ timeout: Number.NaN }, "BAD_OPTION"],
      [{ outbox: { policy: "drop" } }, "BAD_OPTION"],
      [{ outbox: { messages: 0 } }, "BAD_OPTION"],
      [{ outbox: { bytes: "1" } }, "BAD_OPTION"],
      [{ outbox: { message: 5 } }, "UNKNOWN_OPTION"],
      [{ reconnect: { minDelay: 0 } }, "BAD_OPTION"],
      [{ reconnect: { delay: 1 } }, "UNKNOWN_OPTION"],
    ];

    for (const [options, code] of wrong) {
      await expect(connect(options), JSON.stringify(options)).rejects.toMatchObject({ name: "UsageError", code });
    }
    await expect(connect({}, "no place")).rejects.toMatchObject({ name: "UsageError", code: "BAD_URL" });

    expect(runtime.attempts).toEqual([]);
    await expectNothingLeft(runtime);
  });

  test("refuses a wrong place at once, also where it would try for ever", async () => {
    const { connect, runtime } = testClient();
    const reconnect = { initial: true, shouldReconnect: () => true };

    await expect(connect({ reconnect }, "no place")).rejects.toMatchObject({ code: "BAD_URL" });

    await expectNothingLeft(runtime);
  });

  test("takes options that are undefined as if they were left out", async () => {
    const { connect } = testClient();
    const names =
      "subprotocols headers timeout signal reconnect outbox heartbeat limits json onOpen onDisconnect onRetry";

    const socket = await connect(Object.fromEntries(names.split(" ").map((name) => [name, undefined])));

    expect(socket.open).toBe(true);
  });
});

describe("the timeout", () => {
  test("rejects with a TimeoutError, and gives the attempt up", async () => {
    const { connect, runtime, clock } = testClient({ script: ["waits"] });
    const opening = connect({ timeout: 700 });
    opening.catch(() => {});

    await clock.pass(699);
    expect(await stateOfPromise(opening)).toBe("pending");
    await clock.pass(1);

    const error = await opening.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(TimeoutError);
    expect(error).toMatchObject({ code: "CONNECT_TIMEOUT" });
    expect((error as Error).message).toBe("ws://test/ has not opened within the timeout of 700 ms");
    expect(runtime.attempt.request.signal.reason).toBe(error);
    await expectNothingLeft(runtime);
  });

  test("names the place without its password, and without the values of its query, where tokens are", async () => {
    const { connect, clock } = testClient({ script: ["waits"] });

    const opening = connect({ timeout: 700 }, "ws://user:secret@test/chat?token=secret");
    await settle();
    clock.advance(700);

    await expect(opening).rejects.toThrow(
      "ws://user:***@test/chat?token=*** has not opened within the timeout of 700 ms",
    );
  });

  test("keeps the password of a place that is none to itself, too", async () => {
    const { connect } = testClient();

    await expect(connect({}, "mailto://user:secret@test/")).rejects.toThrow(
      'cannot connect to "mailto://user:***@test/"',
    );
  });

  test("is 10 s unless it is said otherwise", async () => {
    const { connect, clock } = testClient({ script: ["waits"] });
    const opening = connect();

    await clock.pass(9_999);
    expect(await stateOfPromise(opening)).toBe("pending");
    await clock.pass(1);

    await expect(opening).rejects.toMatchObject({ code: "CONNECT_TIMEOUT" });
  });

  test("may be endless", async () => {
    const { connect, clock } = testClient({ script: ["waits"] });
    const opening = connect({ timeout: Number.POSITIVE_INFINITY });

    await clock.pass(86_400_000);

    expect(await stateOfPromise(opening)).toBe("pending");
    expect(clock.timers).toBe(0);
  });

  test("is over when the socket is open", async () => {
    const { connect, clock } = testClient();
    const socket = await connect({ timeout: 100 });

    expect(clock.timers).toBe(0);
    await clock.pass(1_000);

    expect(socket.state).toBe("open");
  });

  test("an attempt that opens although it was given up is ended", async () => {
    const { connect, runtime, clock } = testClient({ script: ["deaf"] });
    const opening = connect({ timeout: 100 });
    opening.catch(() => {});
    await clock.pass(100);

    const server = runtime.attempt.open();
    await settle();

    await expect(opening).rejects.toMatchObject({ code: "CONNECT_TIMEOUT" });
    expect(server.socket.state).toBe("closed");
    await expectNothingLeft(runtime);
  });

  test("names no place when the function that gives it hangs", async () => {
    const { connect, runtime, clock } = testClient();
    const opening = connect({ timeout: 100 }, () => new Promise<string>(() => {}));
    opening.catch(() => {});

    await clock.pass(100);

    await expect(opening).rejects.toThrow(/^(?!undefined)\S.* has not opened within the timeout of 100 ms$/);
    expect(runtime.attempts).toEqual([]);
    await expectNothingLeft(runtime);
  });
});

describe("the signal", () => {
  const reason = new Error("changed my mind");

  test("that is aborted already lets nothing be tried", async () => {
    const { connect, runtime } = testClient();
    const signal = AbortSignal.abort(reason);

    await expect(connect({ signal })).rejects.toBe(reason);

    expect(runtime.attempts).toEqual([]);
    await expectNothingLeft(runtime, signal);
  });

  test.each([
    ["while an attempt is under way", ["waits" as const], 0],
    ["between two attempts", [REFUSED], 1],
  ])("gives up %s", async (_name, script, time) => {
    const { connect, runtime, clock } = testClient({ script });
    const abort = new AbortController();
    const opening = connect({ signal: abort.signal, reconnect: { initial: true } });
    opening.catch(() => {});
    await clock.pass(time);

    abort.abort(reason);

    await expect(opening).rejects.toBe(reason);
    await clock.pass(3_600_000);
    expect(runtime.attempts).toHaveLength(1);
    await expectNothingLeft(runtime, abort.signal);
  });

  test("gives up while a function is asked for the place", async () => {
    const { connect, runtime } = testClient();
    const abort = new AbortController();
    const place = deferred<string>();
    const opening = connect({ signal: abort.signal }, () => place.promise);
    opening.catch(() => {});
    await settle();

    abort.abort(reason);
    await expect(opening).rejects.toBe(reason);
    place.resolve("ws://test/");
    await settle();

    expect(runtime.attempts).toEqual([]);
    await expectNothingLeft(runtime, abort.signal);
  });

  test.each([0, 1, 2, 3, 4, 5, 6])(
    "in the moment of opening, and %i promises later: open or not, never both",
    async (later) => {
      const { connect, runtime } = testClient({ script: ["deaf"] });
      const abort = new AbortController();
      const heard: string[] = [];
      const opening = connect({
        signal: abort.signal,
        onOpen: () => heard.push("open"),
        onDisconnect: () => heard.push("end"),
      });
      opening.catch(() => {});
      await settle();

      const server = runtime.attempt.open();
      for (let i = 0; i < later; i++) await null;
      abort.abort(reason);
      await settle();

      const result = await opening.then(
        ({ state }) => state,
        (error: unknown) => error,
      );
      expect([reason, "closed"]).toContain(result);
      expect(heard).toEqual(result === reason ? [] : ["open", "end"]);
      expect(server.socket.state).toBe("closed");
      await expectNothingLeft(runtime, abort.signal);
    },
  );

  test("closes the open socket with 1000", async () => {
    const { connect, runtime } = testClient();
    const abort = new AbortController();
    const socket = await connect({ signal: abort.signal, reconnect: true });

    abort.abort(reason);

    expect(socket.state).toBe("closing");
    expect(await socket.closed).toMatchObject({ code: 1000, wasClean: true });
    expect(await runtime.server.socket.closed).toMatchObject({ code: 1000, wasClean: true });
    expect(runtime.attempts).toHaveLength(1);
    await expectNothingLeft(runtime, abort.signal);
  });

  test("ends the socket that is away", async () => {
    const { connect, runtime, clock } = testClient({ script: ["opens", "waits"] });
    const abort = new AbortController();
    const socket = await connect({ signal: abort.signal, reconnect: true });
    runtime.server.cut();
    await clock.pass(1_000);
    expect(runtime.attempts).toHaveLength(2);

    abort.abort(reason);

    expect(socket.state).toBe("closed");
    expect(await socket.closed).toMatchObject({ code: 1000, wasClean: false });
    await expectNothingLeft(runtime, abort.signal);
  });

  test("means nothing after the end", async () => {
    const { connect, runtime } = testClient();
    const abort = new AbortController();
    const socket = await connect({ signal: abort.signal });
    await socket.close(3000, "bye");
    await expectNothingLeft(runtime, abort.signal);

    abort.abort(reason);

    expect(await socket.closed).toMatchObject({ code: 3000 });
  });
});

test("what is wrong is always told by the promise, and never thrown", async () => {
  const { connect } = testClient();

  const opening = connect({ prot: 1 } as never);

  await expect(opening).rejects.toBeInstanceOf(UsageError);
});
