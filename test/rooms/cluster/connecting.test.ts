/** How a process gets a connection with its broker: states, one attempt or many, giving up, and what is told of it. */

import { describe, expect, test } from "vitest";
import { BROKER_UNREACHABLE, brokerError } from "../../../src/errors.ts";
import { turns } from "../../support/run.ts";
import { stateOfPromise } from "../../support/socket-pair.ts";
import { uncaught } from "../../support/uncaught.ts";
import { makeCluster, message } from "./cluster-lab.ts";

const REFUSED = brokerError(BROKER_UNREACHABLE, undefined, "fake", "fake://here", "refused");

describe("connecting", () => {
  test("begins when it is asked for, and every change is told", async () => {
    const { cluster, broker, reporter, news } = makeCluster();
    expect([cluster.name, cluster.place, cluster.state]).toEqual(["fake", "fake://here", "idle"]);

    const connecting = cluster.connect();
    expect(cluster.state).toBe("connecting");
    broker.accept();
    await connecting;
    expect(cluster.state).toBe("connected");
    await cluster.close(0);

    expect(cluster.state).toBe("closed");
    expect(news).toEqual(["connected", "settled"]);
    expect(reporter.changes).toEqual(
      ["connecting", "connected", "closed"].map((state) => ({ broker: "fake", place: "fake://here", state })),
    );
  });

  test("names the process in letters and digits, a name of its own", () => {
    const [one, other] = [makeCluster(), makeCluster()];
    void one.cluster.connect();

    expect(one.broker.attempts[0]!.options.process).toBe(one.cluster.process);
    expect(one.cluster.process).toMatch(/^[a-z\d]{16,}$/);
    expect(one.cluster.process).not.toBe(other.cluster.process);
  });

  test("is one attempt for all who ask", async () => {
    const { cluster, broker } = makeCluster();

    const all = [cluster.connect(), cluster.connect({ wait: true }), cluster.connect()];
    cluster.want("t");
    cluster.publish("t", message(cluster.process));
    broker.accept();
    await Promise.all(all);

    expect(broker.attempts).toHaveLength(1);
  });
});

describe("without waiting", () => {
  test("fails with what the broker says, goes back to idle, and may be tried anew", async () => {
    const { cluster, broker, reporter } = makeCluster();

    const connecting = cluster.connect();
    broker.refuse(REFUSED);
    await expect(connecting).rejects.toBe(REFUSED);
    await turns();
    expect(cluster.state).toBe("idle");
    expect(reporter.changes.at(-1)).toEqual({ broker: "fake", place: "fake://here", state: "idle", error: REFUSED });
    const again = cluster.connect();
    broker.accept();
    await again;

    expect(broker.attempts).toHaveLength(2);
    expect(reporter.states).toEqual(["connecting", "idle", "connecting", "connected"]);
  });

  test("fails at once, though another waits and is served in the end", async () => {
    const { cluster, broker, clock } = makeCluster();

    const waiting = cluster.connect({ wait: true });
    const connecting = cluster.connect();
    broker.refuse(REFUSED);
    await expect(connecting).rejects.toBe(REFUSED);
    await clock.pass(100);
    broker.accept();
    await waiting;

    expect(cluster.state).toBe("connected");
  });

  test("resolves where the broker is there, though the first attempt had failed", async () => {
    const { cluster, broker, clock } = makeCluster();
    const waiting = cluster.connect({ wait: true });
    broker.refuse(REFUSED);
    await clock.pass(100);
    broker.accept();
    await waiting;

    await cluster.connect();

    expect(cluster.state).toBe("connected");
  });
});

describe("waiting", () => {
  test("tries again by and by, and tells a reason once as long as it stays the same", async () => {
    const { cluster, broker, clock, reporter } = makeCluster();

    const waiting = cluster.connect({ wait: true });
    for (let attempt = 0; attempt < 3; attempt++) {
      broker.refuse(REFUSED);
      await clock.pass(2_000);
    }
    broker.refuse(new Error("another reason"));
    await clock.pass(2_000);
    expect(await stateOfPromise(waiting)).toBe("pending");
    broker.accept();
    await waiting;

    expect(broker.attempts).toHaveLength(5);
    expect(reporter.changes.map(({ state, error }) => [state, error])).toEqual([
      ["connecting", undefined],
      ["connecting", REFUSED],
      ["connecting", new Error("another reason")],
      ["connected", undefined],
    ]);
  });

  test("soon at first, and at least every two seconds in the end", async () => {
    const { cluster, broker, clock } = makeCluster();
    void cluster.connect({ wait: true }).catch(() => {});
    const pauses: number[] = [];

    for (let attempt = 1; attempt <= 10; attempt++) {
      broker.refuse(REFUSED);
      const begin = clock.now();
      for (let passed = 0; broker.attempts.length === attempt && passed < 3_000; passed += 10) await clock.pass(10);
      pauses.push(clock.now() - begin);
    }

    expect(pauses[0]).toBeLessThanOrEqual(110);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(2_010);
    expect(pauses.at(-1)).toBeGreaterThanOrEqual(1_000);
  });

  test("is what publishing and subscribing do, without anybody's promise to reject", async () => {
    const thrown = uncaught();
    for (const begin of ["publish", "want"] as const) {
      const { cluster, broker, clock, reporter } = makeCluster();
      if (begin === "publish") cluster.publish("t", message(cluster.process));
      else cluster.want("t");
      broker.refuse(REFUSED);
      await clock.pass(100);
      expect([broker.attempts.length, cluster.state]).toEqual([2, "connecting"]);
      const connection = broker.accept();
      await turns();

      expect(connection.whats).toEqual([begin === "publish" ? "publish t" : "subscribe t"]);
      expect(reporter.states).toEqual(["connecting", "connecting", "connected"]);
    }
    expect(thrown).toEqual([]);
  });

  test("ends with its signal, with the signal's reason", async () => {
    const { cluster, broker, clock } = makeCluster();
    const [before, during] = [new AbortController(), new AbortController()];
    before.abort(new Error("never mind"));

    await expect(cluster.connect({ wait: true, signal: before.signal })).rejects.toThrow("never mind");
    expect(broker.attempts).toEqual([]);
    const waiting = cluster.connect({ wait: true, signal: during.signal });
    broker.refuse(REFUSED);
    await clock.pass(100);
    during.abort(new Error("enough"));

    await expect(waiting).rejects.toThrow("enough");
  });

  test("without waiting, too, a signal gives up", async () => {
    const { cluster } = makeCluster();
    const giveUp = new AbortController();

    const connecting = cluster.connect({ signal: giveUp.signal });
    giveUp.abort(new Error("enough"));

    await expect(connecting).rejects.toThrow("enough");
  });

  test("leaves no listener on the signal", async () => {
    const { cluster, broker } = makeCluster();
    const { signal } = new AbortController();
    const listeners = { count: 0 };
    const { addEventListener, removeEventListener } = signal;
    signal.addEventListener = (...given: unknown[]) => {
      listeners.count++;
      Reflect.apply(addEventListener, signal, given);
    };
    signal.removeEventListener = (...given: unknown[]) => {
      listeners.count--;
      Reflect.apply(removeEventListener, signal, given);
    };

    const connecting = cluster.connect({ signal });
    expect(listeners.count).toBe(1);
    broker.accept();
    await connecting;

    expect(listeners.count).toBe(0);
  });
});

describe("while it was lost", () => {
  test("the state says connecting, with the reason, and both ways are told", async () => {
    const { cluster, connected, reporter, news } = makeCluster();
    const { listener } = await connected();

    listener.brokerOnLost(new Error("reset"));
    expect(cluster.state).toBe("connecting");
    listener.brokerOnLost(new Error("again"));
    listener.brokerOnBack();
    expect(cluster.state).toBe("connected");
    listener.brokerOnBack();

    expect(news).toEqual(["connected", "settled", "lost", "back"]);
    expect(reporter.changes.slice(2).map(({ state, error }) => [state, error])).toEqual([
      ["connecting", new Error("reset")],
      ["connected", undefined],
    ]);
  });

  test("connecting without waiting fails; with waiting it resolves when it is back", async () => {
    const { cluster, connected } = makeCluster();
    const { listener } = await connected();
    listener.brokerOnLost(new Error("reset"));

    await expect(cluster.connect()).rejects.toMatchObject({
      code: "BROKER_AWAY",
      message: "connect needs fake at fake://here, which is away now",
    });
    const waiting = cluster.connect({ wait: true });
    expect(await stateOfPromise(waiting)).toBe("pending");
    const giveUp = new AbortController();
    const other = cluster.connect({ wait: true, signal: giveUp.signal });
    giveUp.abort(new Error("enough"));
    await expect(other).rejects.toThrow("enough");
    listener.brokerOnBack();

    await waiting;
  });
});

describe("closing", () => {
  test("while an attempt is under way: it is given up, and what it brings all the same is closed", async () => {
    const { cluster, broker, news } = makeCluster();
    const connecting = cluster.connect();
    const [attempt] = broker.attempts;

    await cluster.close(0);
    expect(attempt!.options.signal.aborted).toBe(true);
    const connection = broker.accept();
    await stateOfPromise(connecting);

    expect(connection.whats).toEqual(["close"]);
    expect([cluster.state, news]).toEqual(["closed", []]);
  });

  test("while it waits for the next attempt: those who wait are told, and nothing is tried any more", async () => {
    const thrown = uncaught();
    const { cluster, broker, clock, reporter } = makeCluster();
    const waiting = cluster.connect({ wait: true });
    broker.refuse(REFUSED);
    await turns();

    await cluster.close(0);

    await expect(waiting).rejects.toMatchObject({
      code: "BROKER_CLOSED",
      message: "connect after the rooms were closed",
    });
    expect(clock.timers).toBe(0);
    await clock.pass(10_000);
    expect(broker.attempts).toHaveLength(1);
    expect(reporter.states).toEqual(["connecting", "connecting", "closed"]);
    expect(thrown).toEqual([]);
  });

  test("while an attempt is under way that fails for that reason: nobody is told of the reason", async () => {
    const { cluster, broker, reporter } = makeCluster();
    const waiting = cluster.connect({ wait: true });

    await cluster.close(0);
    broker.refuse(new Error("aborted"));

    await expect(waiting).rejects.toMatchObject({ code: "BROKER_CLOSED" });
    expect(reporter.states).toEqual(["connecting", "closed"]);
  });

  test("while it was lost: those who wait for it are told that it does not come back", async () => {
    const { cluster, connected } = makeCluster();
    const { listener } = await connected();
    listener.brokerOnLost(new Error("reset"));
    const waiting = cluster.connect({ wait: true });

    await cluster.close(0);

    await expect(waiting).rejects.toMatchObject({ code: "BROKER_CLOSED" });
    listener.brokerOnBack();
    expect(cluster.state).toBe("closed");
  });

  test("is the end: connecting is an error, with waiting or without", async () => {
    const { cluster, broker } = makeCluster();
    await cluster.close(0);

    await expect(cluster.connect()).rejects.toMatchObject({ code: "BROKER_CLOSED" });
    await expect(cluster.connect({ wait: true })).rejects.toMatchObject({ code: "BROKER_CLOSED" });
    cluster.want("t");
    cluster.publish("t", message(cluster.process));
    await turns();

    expect([broker.attempts, cluster.state]).toEqual([[], "closed"]);
  });
});
