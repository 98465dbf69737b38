/** A network that comes and goes, as browsers tell of it: no attempt without one, and one at once when it is back. */

import { describe, expect, test } from "vitest";
import { expectNothingLeft, testClient } from "../support/client-runtime.ts";
import { settle } from "../support/socket-pair.ts";

const REFUSED = new Error("refused");

test("no attempt while offline, one at once when back", async () => {
  const { connect, runtime, clock } = testClient({ network: true });
  const socket = await connect({ reconnect: true });
  runtime.network!.lose();
  runtime.server.cut();

  await clock.pass(3_600_000);
  expect([runtime.attempts.length, socket.state]).toEqual([1, "connecting"]);
  runtime.network!.comeBack();
  await settle();

  expect([runtime.attempts.length, socket.state]).toEqual([2, "open"]);
  await socket.close();
  await expectNothingLeft(runtime);
});

test("when it is back before the wait is over, the wait is cut short", async () => {
  const { connect, runtime, clock } = testClient({ network: true });
  const socket = await connect({ reconnect: true });
  runtime.network!.lose();
  runtime.server.cut();
  await clock.pass(100);

  runtime.network!.comeBack();
  await settle();

  expect(socket.state).toBe("open");
  await clock.pass(3_600_000);
  expect(runtime.attempts).toHaveLength(2);
});

test("when it is back twice, there is one attempt at a time", async () => {
  const { connect, runtime, clock } = testClient({ network: true, script: ["opens", "waits"] });
  await connect({ reconnect: true });
  runtime.server.cut();
  await clock.pass(100);

  runtime.network!.comeBack();
  runtime.network!.comeBack();
  await settle();

  expect(runtime.attempts).toHaveLength(2);
  expect(runtime.network!.listeners).toBe(0);
});

test("an attempt that fails is followed by the usual wait, and the network is listened to again", async () => {
  const { connect, runtime, clock } = testClient({ network: true, script: ["opens", REFUSED, REFUSED] });
  const socket = await connect({ reconnect: true });
  runtime.server.cut();
  await clock.pass(100);

  runtime.network!.comeBack();
  await settle();
  expect([runtime.attempts.length, runtime.network!.listeners]).toEqual([2, 1]);
  await clock.pass(999);
  expect(runtime.attempts).toHaveLength(2);
  await clock.pass(1);
  expect(runtime.attempts).toHaveLength(3);
  runtime.network!.comeBack();
  await settle();

  expect(socket.state).toBe("open");
  await socket.close();
  await expectNothingLeft(runtime);
});

test("while the socket is open, nobody listens; what goes on outside does nothing", async () => {
  const { connect, runtime } = testClient({ network: true });
  const socket = await connect({ reconnect: true });

  expect(runtime.network!.listeners).toBe(0);
  runtime.network!.lose();
  runtime.network!.comeBack();
  await settle();

  expect([socket.state, runtime.attempts.length]).toEqual(["open", 1]);
});

test("closing while offline is the end", async () => {
  const { connect, runtime, clock } = testClient({ network: true });
  const socket = await connect({ reconnect: true });
  runtime.network!.lose();
  runtime.server.cut();
  await clock.pass(10_000);

  await socket.close();
  runtime.network!.comeBack();
  await clock.pass(3_600_000);

  expect([socket.state, runtime.attempts.length]).toEqual(["closed", 1]);
  await expectNothingLeft(runtime);
});

test("with `initial`, the first connection waits for the network, too", async () => {
  const { connect, runtime, clock } = testClient({ network: true, script: [REFUSED] });
  runtime.network!.lose();
  const opening = connect({ reconnect: { initial: true } });
  await clock.pass(3_600_000);
  expect(runtime.attempts).toHaveLength(1);

  runtime.network!.comeBack();

  expect((await opening).state).toBe("open");
});

describe("retry", () => {
  test("ends the wait, and tries at once", async () => {
    const { connect, runtime, clock } = testClient();
    const socket = await connect({ reconnect: { minDelay: 30_000 } });
    runtime.server.cut();
    await clock.pass(1);

    socket.retry();
    socket.retry();
    await settle();

    expect([runtime.attempts.length, socket.state]).toEqual([2, "open"]);
    await socket.close();
    await expectNothingLeft(runtime);
  });

  test("tries also where there seems to be no network", async () => {
    const { connect, runtime, clock } = testClient({ network: true });
    const socket = await connect({ reconnect: true });
    runtime.network!.lose();
    runtime.server.cut();
    await clock.pass(60_000);

    socket.retry();
    await settle();

    expect([runtime.attempts.length, socket.state]).toEqual([2, "open"]);
  });

  test("does nothing while open, during an attempt, and after the end", async () => {
    const { connect, runtime, clock } = testClient({ script: ["opens", "waits"] });
    const socket = await connect({ reconnect: true });
    socket.retry();
    runtime.server.cut();
    await clock.pass(1000);

    socket.retry();
    expect(runtime.attempts).toHaveLength(2);
    socket.terminate();
    socket.retry();

    await clock.pass(60_000);
    expect([runtime.attempts.length, socket.state]).toEqual([2, "closed"]);
  });
});

test("whoever was asked to stay away does not come earlier because the user looks at the page", async () => {
  const { connect, runtime, clock } = testClient({ network: true });
  const socket = await connect({ reconnect: true });
  await runtime.server.socket.close(1012, "retry-after=5000");
  await clock.pass(4_999);

  runtime.network!.comeBack();
  await settle();
  expect([runtime.attempts.length, socket.state]).toEqual([1, "connecting"]);
  await clock.pass(1);
  runtime.network!.comeBack();
  await settle();

  expect([runtime.attempts.length, socket.state]).toEqual([2, "open"]);
});
