/** The load of `antiphon bench`: an open loop hides no stall, and what a server leaves out, breaks or makes up is counted. */

import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { Load } from "../../src/cli/bench/load.ts";
import { Payloads } from "../../src/cli/bench/payloads.ts";
import type { BenchPlan } from "../../src/cli/bench/plan.ts";
import { timesOf } from "../../src/cli/bench/report.ts";
import { Tally } from "../../src/cli/bench/tally.ts";
import type { App, Message, ServerSocket } from "../../src/index.ts";
import { listeningApp } from "../support/listening-app.ts";

/** Runs a load to its end; 1 000 messages/s on one connection for 150 ms unless the test says else. */
async function loaded(url: string, plan: Partial<BenchPlan> = {}, abort = new AbortController()) {
  const tally = new Tally(25);
  const payloads = new Payloads({ size: 32, binary: false });
  const whole: BenchPlan = {
    url,
    connections: 1,
    load: { kind: "open", rate: 1000 },
    duration: 150,
    warmup: 0,
    ramp: 0,
    // Only tests in which something is missing wait for it to the end.
    drain: 3000,
    expect: "auto",
    ...plan,
  };
  const load = new Load({ plan: whole, payloads, tally, connectOptions: {}, signal: abort.signal });
  await load.run();
  return { load, tally, payloads, errors: Object.fromEntries(tally.errors), latency: timesOf(tally.latency)! };
}

/** An app that answers each message as `answer` says; `index` counts the messages of a connection from 1. */
function answering(answer: (socket: ServerSocket, message: Message, index: number) => unknown) {
  return listeningApp((app: App) => {
    app.ws("/", (socket) => {
      let index = 0;
      return (async () => {
        for await (const message of socket) await answer(socket, message, ++index);
      })();
    });
  });
}

const echoing = () => answering((socket, message) => socket.send(message));

test("every message of an open loop goes out at its time, and every echo is counted", async () => {
  const { url } = await echoing();

  const { tally, load, errors } = await loaded(url, { connections: 3 });

  expect(tally.due).toBe(150);
  expect(tally.sent).toBe(150);
  expect(tally.answered).toBe(150);
  expect(load.expect).toBe("echo");
  expect(errors).toEqual({});
  expect(tally.intervals.reduce((sum, { sent }) => sum + sent, 0)).toBe(150);
});

test("a server that stalls shows in the percentiles: messages that were due meanwhile count from when they were due", async () => {
  // Answers at once, but for a third of the time to none: 200 ms from the 20th message on.
  const stalling = () =>
    answering(async (socket, message, index) => {
      if (index === 20) await sleep(200);
      await socket.send(message);
    });
  const plan: Partial<BenchPlan> = { duration: 600, load: { kind: "open", rate: 500 } };

  const open = await loaded((await stalling()).url, plan);
  const closed = await loaded((await stalling()).url, { ...plan, load: { kind: "closed", inFlight: 1 } });

  // Evenly spread over the stall: a third of the messages waited, the first of them for all of it.
  expect(open.tally.sent).toBe(300);
  expect(open.latency.p90).toBeGreaterThan(100);
  expect(open.latency.max).toBeGreaterThan(190);
  // What a closed loop makes of the same stall: one slow answer among hundreds, as if nothing had been.
  expect(closed.latency.max).toBeGreaterThan(190);
  expect(closed.latency.p90).toBeLessThan(50);
});

test("a closed loop keeps as many messages under way as it is told, and no more", async () => {
  let [most, now] = [0, 0];
  const { url } = await answering(async (socket, message) => {
    now++;
    most = Math.max(most, now);
    void sleep(5).then(() => {
      now--;
      return socket.send(message);
    });
  });

  const { tally, errors } = await loaded(url, { load: { kind: "closed", inFlight: 4 } });

  expect(most).toBe(4);
  expect(tally.answered).toBeGreaterThan(20);
  expect(errors).toEqual({});
});

test("answers that are left out are counted as lost, and the others still belong to their messages", async () => {
  const { url } = await answering((socket, message, index) => index % 10 !== 5 && socket.send(message));

  const { tally, errors } = await loaded(url);

  expect(tally.lost).toBe(15);
  expect(tally.answered).toBe(135);
  expect(tally.wrong).toBe(0);
  expect(errors).toEqual({ "no answer, although later messages of the connection were answered": 15 });
});

test("answers that never come are told, by how long they were waited for", async () => {
  const { url } = await answering(() => {});

  const { tally, errors } = await loaded(url, { drain: 200 });

  expect(tally.answered).toBe(0);
  expect(errors).toEqual({ "no answer within 200 ms of the end": 150 });
});

test("a connection that ends midway is told with its close code, and the rest goes on", async () => {
  let first: ServerSocket | undefined;
  const { url } = await answering((socket, message, index) => {
    first ??= socket;
    return socket === first && index === 20 ? socket.close(1011, "tired") : socket.send(message);
  });

  const { tally, load, errors } = await loaded(url, { connections: 2 });

  expect(load.dropped).toBe(1);
  expect(errors['connection ended: closed with 1011 (internal error): "tired"']).toBe(1);
  expect(tally.lost).toBeGreaterThan(0);
  expect(tally.lost).toBeLessThan(75);
  // The other one takes over what would have been the first one's.
  expect(tally.answered + tally.lost).toBe(150);
});

test("when the last connection has ended, so has the bench", async () => {
  const { url } = await answering((socket) => socket.close(1008, ""));
  const start = performance.now();

  const { load } = await loaded(url, { duration: 30_000 });

  expect(load.dropped).toBe(1);
  expect(performance.now() - start).toBeLessThan(2000);
});

test("wrong answers among echoes are counted; echoes with a prefix are none", async () => {
  const { url } = await answering((socket, message, index) =>
    socket.send(index === 7 ? "nonsense" : `Echo: ${message}`),
  );

  const { tally, payloads, errors } = await loaded(url);

  expect(payloads.prefix).toBe("Echo: ");
  expect(errors).toEqual({ "wrong answer: no echo of the message": 1 });
  expect(tally.answered).toBe(150);
});

test("answers that are no echoes are taken as they are, unless echoes are wanted", async () => {
  const { url } = await answering((socket) => socket.send("ok"));

  const auto = await loaded(url);
  const strict = await loaded(url, { expect: "echo" });

  expect(auto.load.expect).toBe("any");
  expect(auto.errors).toEqual({});
  expect(strict.tally.wrong).toBe(150);
});

test("what a server says first is no answer", async () => {
  const { url } = await listeningApp((app) => {
    app.ws("/", async (socket) => {
      await socket.send("welcome");
      for await (const message of socket) await socket.send(message);
    });
  });

  const { tally, load, errors } = await loaded(url);

  expect(tally.greetings).toBe(1);
  expect(load.expect).toBe("echo");
  expect(errors).toEqual({});
});

test("a server that does not read is sent no more than it takes, and what it was not sent is told", async () => {
  const { url } = await listeningApp((app) => {
    app.ws("/", async (socket) => {
      await socket.accept();
      // Nobody receives: the receive queue fills, and reading pauses.
      await socket.closed;
    });
  });
  const tally = new Tally(50);
  const plan = { url, connections: 1, load: { kind: "open", rate: 2000 }, duration: 300, warmup: 0, ramp: 0 } as const;
  const payloads = new Payloads({ size: 64 * 1024, binary: true });

  const load = new Load({
    plan: { ...plan, drain: 100, expect: "auto" },
    payloads,
    tally,
    connectOptions: {},
    signal: new AbortController().signal,
  });
  await load.run();

  expect(tally.sent).toBeLessThan(400);
  expect(tally.notSent).toBeGreaterThan(100);
  expect(tally.sent + tally.notSent).toBe(600);
  expect(tally.lost).toBe(tally.sent);
});

test("the warm-up does not count, and a ramp rises", async () => {
  const { url } = await echoing();

  const warm = await loaded(url, { warmup: 100 });
  const rising = await loaded(url, { ramp: 150, connections: 4 });

  expect(warm.tally.due).toBe(150);
  expect(rising.tally.due).toBe(75);
  const sent = rising.tally.intervals.map((interval) => interval.sent);
  const sum = (counts: readonly number[]) => counts.reduce((all, count) => all + count, 0);
  // A quarter of them in the first half of the time.
  expect(sum(sent.slice(0, 3))).toBeLessThan(sum(sent.slice(3)));
});

test("an abort ends it at once; what was under way is not called lost", async () => {
  const abort = new AbortController();
  const { url } = await answering(async (socket, message) => {
    await sleep(100);
    abort.abort();
    await socket.send(message);
  });
  const start = performance.now();

  const { tally, load } = await loaded(url, { duration: 30_000 }, abort);

  expect(performance.now() - start).toBeLessThan(2000);
  expect(load.underWay).toBeGreaterThan(10);
  expect(tally.lost).toBe(0);
});

test("connections that fail are told once for each kind", async () => {
  const { url } = await echoing();

  const { load, errors } = await loaded(`${url}/nowhere`, { connections: 5 });

  expect(load.failed).toBe(5);
  expect(Object.values(errors)).toEqual([5]);
  expect(Object.keys(errors)[0]).toMatch(/^no connection: .*404/);
});
