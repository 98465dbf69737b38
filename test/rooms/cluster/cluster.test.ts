/** A process among others: what it says and hears, asks, and how it ends, whether the broker is there or not. */

import { describe, expect, test } from "vitest";
import { BROKER_AWAY, BROKER_UNREACHABLE, brokerError } from "../../../src/errors.ts";
import type { MessageEnvelope } from "../../../src/rooms/cluster/envelope.ts";
import { sessionOf, stampSession } from "../../../src/rooms/cluster/envelope.ts";
import { turns } from "../../support/run.ts";
import { stateOfPromise } from "../../support/socket-pair.ts";
import { uncaught } from "../../support/uncaught.ts";
import { bytesOf, makeCluster, message } from "./cluster-lab.ts";

const REFUSED = brokerError(BROKER_UNREACHABLE, undefined, "fake", "fake://here", "refused");

describe("what is said and wanted", () => {
  test("before the broker is there: first it is asked to be heard, then all is said, in order", async () => {
    const { cluster, broker } = makeCluster();
    cluster.publish("a", message(cluster.process));
    cluster.want("answers");
    cluster.publish("b", message(cluster.process));
    await turns();

    const connection = broker.accept();
    await turns();

    expect(connection.whats).toEqual(["subscribe answers", "publish a b"]);
  });

  test("while it is away: it waits, and goes out when it is back, once the others had the time to come back, too", async () => {
    const { cluster, connected, clock, news } = makeCluster();
    const connection = await connected();
    connection.listener.brokerOnLost(new Error("reset"));

    cluster.publish("a", message(cluster.process));
    cluster.want("t");
    await turns();
    expect(connection.whats).toEqual([]);
    connection.listener.brokerOnBack();
    await clock.pass(2_499);
    cluster.publish("b", message(cluster.process));
    await turns();
    expect(connection.whats).toEqual(["subscribe t"]);
    await clock.pass(1);

    expect(connection.whats).toEqual(["subscribe t", "publish a b"]);
    expect(news).toEqual(["connected", "settled", "lost", "back", "settled"]);
    expect(clock.timers).toBe(0);
  });

  test("while it comes and goes: the time for the others begins anew", async () => {
    const { cluster, connected, clock } = makeCluster();
    const connection = await connected();
    const { listener } = connection;
    listener.brokerOnLost(new Error("reset"));
    cluster.publish("a", message(cluster.process));

    for (let time = 0; time < 3; time++) {
      listener.brokerOnBack();
      await clock.pass(2_000);
      listener.brokerOnLost(new Error("reset"));
      await clock.pass(2_000);
    }
    listener.brokerOnBack();
    await clock.pass(2_400);
    expect(connection.whats).toEqual([]);
    await clock.pass(100);

    expect(connection.whats).toEqual(["publish a"]);
  });

  test("more than may wait is lost, and told", async () => {
    const { cluster, reporter } = makeCluster({ publishBuffer: 500 });

    for (let at = 0; at < 10; at++) cluster.publish("t", message("p1", "x".repeat(100)), new Uint8Array(100));

    expect(reporter.lost.length).toBeGreaterThan(5);
    expect(reporter.lost[0]).toMatchObject({ why: "overflow", messages: 1 });
  });

  test("what is too large for the broker is told, and keeps nothing else back", async () => {
    const { cluster, connected, reporter } = makeCluster();
    const connection = await connected();
    connection.largest = 200;

    cluster.publish("a", message("p1"));
    cluster.publish("b", message("p1"), new Uint8Array(300));
    cluster.publish("c", message("p1"), new Uint8Array(200 - 10 - '{"f":"p1"}'.length));
    await turns();

    expect(connection.whats).toEqual(["publish a c"]);
    expect(reporter.lost).toEqual([{ why: "too-large", messages: 1, bytes: 310 + '{"f":"p1"}'.length }]);
  });

  test("what the broker did not confirm is told with its reason", async () => {
    const { cluster, connected, reporter } = makeCluster();
    const connection = await connected();
    connection.answersAtOnce = false;

    cluster.publish("t", message("p1"));
    await turns();
    connection.requests[0]!.reject(new Error("reset"));
    await turns();

    expect(reporter.lost).toMatchObject([{ why: "unconfirmed", messages: 1, error: new Error("reset") }]);
  });

  test("a subscription that fails is told, and tried again after two seconds", async () => {
    const { cluster, connected, reporter, clock } = makeCluster();
    const connection = await connected();
    connection.answersAtOnce = false;

    cluster.want("t");
    const ready = cluster.ready("t");
    await turns();
    connection.requests[0]!.reject(new Error("no"));
    await turns();
    expect(reporter.errors).toEqual([new Error("no")]);
    await clock.pass(1_990);
    expect(connection.whats).toEqual(["subscribe t"]);
    connection.answersAtOnce = true;
    await clock.pass(10);

    expect(connection.whats).toEqual(["subscribe t", "subscribe t"]);
    expect(await stateOfPromise(ready)).toBe("resolved");
  });

  test("a subscription that fails since the broker goes away is nobody's error", async () => {
    const { cluster, connected, reporter } = makeCluster();
    const connection = await connected();
    connection.answersAtOnce = false;
    cluster.want("t");
    await turns();

    connection.listener.brokerOnLost(new Error("reset"));
    connection.requests[0]!.reject(new Error("reset"));
    await turns();
    connection.answersAtOnce = true;
    connection.listener.brokerOnBack();
    await turns();

    expect(reporter.errors).toEqual([]);
    expect(connection.whats).toEqual(["subscribe t", "subscribe t"]);
  });

  test("goes out with the number of the connection by which it does, whenever it was said", async () => {
    const { cluster, connected, clock } = makeCluster();
    const connection = await connected();
    const { listener } = connection;

    cluster.publish("t", message("p1"));
    await turns();
    listener.brokerOnLost(new Error("reset"));
    cluster.publish("t", message("p1"));
    listener.brokerOnBack();
    listener.brokerOnLost(new Error("reset"));
    listener.brokerOnBack();
    await clock.pass(2_500);

    expect(connection.published.map(({ envelope }) => sessionOf(envelope))).toEqual([1, 3]);
  });

  test("every number is another one", () => {
    const { cluster } = makeCluster();

    expect(new Set(Array.from({ length: 1_000 }, () => cluster.nextNumber())).size).toBe(1_000);
  });
});

describe("what is heard", () => {
  test("is passed on with its topic; what comes from ourselves is not", async () => {
    const { cluster, connected, heard } = makeCluster();
    const { listener } = await connected();

    listener.brokerOnMessage("t", bytesOf(message("other", "one")));
    listener.brokerOnMessage("t", bytesOf(message(cluster.process, "echo")));
    listener.brokerOnMessage("u", bytesOf(message("other", "two")));

    expect(heard).toEqual([
      { topic: "t", envelope: message("other", "one") },
      { topic: "u", envelope: message("other", "two") },
    ]);
  });

  test("what cannot be read is told once for each reason, and dropped", async () => {
    const { connected, heard, reporter } = makeCluster();
    const { listener } = await connected();

    for (let at = 0; at < 3; at++) {
      listener.brokerOnMessage("t", Uint8Array.of(1));
      listener.brokerOnMessage(`t${at}`, Uint8Array.of(2, 0, 0, 0, 0, 0, 0, 0, 0, 0));
    }

    expect(heard).toEqual([]);
    expect(reporter.errors).toMatchObject([
      { code: "ENVELOPE_UNREADABLE", message: "dropped what came for t: it is too short" },
      { code: "ENVELOPE_UNREADABLE", message: "dropped what came for t0: its version is 2" },
    ]);
  });

  test("of a connection that its sender has lost since is dropped: it was told as lost", async () => {
    const { connected, heard } = makeCluster();
    const { listener } = await connected();
    const send = (from: string, text: string, session: number) => {
      const bytes = bytesOf(message(from, text));
      stampSession(bytes, session);
      listener.brokerOnMessage("t", bytes);
    };

    send("p1", "one", 1);
    send("p2", "two", 5);
    send("p1", "three", 2);
    send("p1", "late", 1);
    send("p2", "four", 5);
    send("p1", "five", 2);

    expect(heard.map(({ envelope }) => (envelope as MessageEnvelope).data)).toEqual([
      "one",
      "two",
      "three",
      "four",
      "five",
    ]);
  });

  test("after the end is dropped", async () => {
    const { cluster, connected, heard } = makeCluster();
    const { listener } = await connected();
    await cluster.close(0);

    listener.brokerOnMessage("t", bytesOf(message("other")));
    listener.brokerOnLost(new Error("reset"));

    expect([heard, cluster.state]).toEqual([[], "closed"]);
  });
});

describe("asking", () => {
  const ask = (cluster: ReturnType<typeof makeCluster>["cluster"], answer: () => Promise<number> = async () => 5) =>
    cluster.ask("count", answer);

  test("connects if nobody has, and gives the answer", async () => {
    const { cluster, broker, clock } = makeCluster();

    const asked = cluster.ask("count", async (connection) => [connection === (await made), 5]);
    const made = Promise.resolve(broker.accept());

    expect(await asked).toEqual([true, 5]);
    expect(clock.timers).toBe(0);
  });

  test("fails as the first attempt does; another one asks anew", async () => {
    const { cluster, broker } = makeCluster();

    const asked = ask(cluster);
    broker.refuse(REFUSED);
    await expect(asked).rejects.toBe(REFUSED);
    await turns();
    const again = ask(cluster);
    broker.accept();

    expect(await again).toBe(5);
  });

  test("waits for the first attempt, not for more", async () => {
    const { cluster, broker } = makeCluster();
    cluster.want("t");
    const asked = ask(cluster);
    expect(await stateOfPromise(asked)).toBe("pending");

    broker.refuse(REFUSED);

    await expect(asked).rejects.toMatchObject({ name: "BrokerError" });
    await expect(ask(cluster)).rejects.toMatchObject({ name: "BrokerError" });
  });

  test("fails at once while the broker is away", async () => {
    const { cluster, connected, clock } = makeCluster();
    const { listener } = await connected();
    listener.brokerOnLost(new Error("reset"));

    await expect(ask(cluster)).rejects.toMatchObject({
      name: "BrokerError",
      code: "BROKER_AWAY",
      message: "count needs fake at fake://here, which is away now",
    });
    expect(clock.timers).toBe(0);
  });

  test("fails after five seconds of silence, and what comes later is nobody's affair", async () => {
    const thrown = uncaught();
    const { cluster, connected, clock } = makeCluster();
    await connected();
    let fail = (_error: Error) => {};

    const asked = ask(cluster, () => new Promise((_, reject) => (fail = reject)));
    await clock.pass(4_999);
    expect(await stateOfPromise(asked)).toBe("pending");
    await clock.pass(1);
    await expect(asked).rejects.toMatchObject({
      name: "BrokerError",
      code: "BROKER_SILENT",
      message: "count: fake at fake://here did not answer within 5 000 ms",
    });
    fail(new Error("late"));
    await turns();

    expect([thrown, clock.timers]).toEqual([[], 0]);
  });

  test("fails as the broker's client does, and says so when that was for the broker's going", async () => {
    const { cluster, connected, clock } = makeCluster();
    const { listener } = await connected();
    const own = brokerError(BROKER_AWAY, undefined, "read", "fake", "fake://here");
    await expect(ask(cluster, () => Promise.reject(own))).rejects.toBe(own);

    const asked = ask(cluster, async () => {
      listener.brokerOnLost(new Error("reset"));
      throw new Error("socket closed");
    });

    await expect(asked).rejects.toMatchObject({ code: "BROKER_AWAY", cause: new Error("socket closed") });
    expect(clock.timers).toBe(0);
  });

  test("is an error after the end", async () => {
    const { cluster, connected } = makeCluster();
    await connected();
    await cluster.close(0);

    await expect(ask(cluster)).rejects.toMatchObject({
      code: "BROKER_CLOSED",
      message: "count after the rooms were closed",
    });
  });
});

describe("close", () => {
  test("waits until what was said is confirmed, then ends the connection", async () => {
    const { cluster, connected, reporter, clock } = makeCluster();
    const connection = await connected();
    connection.answersAtOnce = false;
    cluster.publish("t", message("p1"));

    const closing = cluster.close(1_000);
    await turns();
    expect([connection.whats, cluster.state]).toEqual([["publish t"], "connected"]);
    connection.requests[0]!.resolve();
    await turns();
    expect([connection.whats, cluster.state]).toEqual([["publish t", "close"], "closed"]);
    connection.requests[1]!.resolve();
    await closing;

    expect([reporter.lost, clock.timers]).toEqual([[], 0]);
  });

  test("waits no longer than it may, and tells what did not go out", async () => {
    const { cluster, connected, reporter, clock } = makeCluster({ publishBuffer: 10_000_000 });
    const connection = await connected();
    connection.answersAtOnce = false;
    cluster.publish("t", message("p1"), new Uint8Array(2_000_000));
    await turns();
    cluster.publish("t", message("p1"), new Uint8Array(10));

    const closing = cluster.close(1_000);
    await clock.pass(999);
    expect(cluster.state).toBe("connected");
    await clock.pass(1);
    expect(cluster.state).toBe("closed");
    connection.requests.at(-1)!.resolve();
    await closing;

    expect(reporter.lost).toMatchObject([{ why: "closed", messages: 1 }]);
    expect(clock.timers).toBe(0);
  });

  test("sends what waits for the others to come back at once", async () => {
    const { cluster, connected, clock, reporter } = makeCluster();
    const connection = await connected();
    connection.listener.brokerOnLost(new Error("reset"));
    cluster.publish("t", message("p1"));
    connection.listener.brokerOnBack();

    await cluster.close(1_000);

    expect([connection.whats, reporter.lost, clock.timers]).toEqual([["publish t", "close"], [], 0]);
  });

  test("does not wait for a broker that is away", async () => {
    const { cluster, connected, reporter } = makeCluster();
    const connection = await connected();
    connection.listener.brokerOnLost(new Error("reset"));
    cluster.publish("t", message("p1"));

    await cluster.close(1e9);

    expect(reporter.lost).toMatchObject([{ why: "closed", messages: 1 }]);
    expect(connection.whats).toEqual(["close"]);
  });

  test("can be called twice, at once or later, and tells it once", async () => {
    const { cluster, connected, reporter } = makeCluster();
    const connection = await connected();

    await Promise.all([cluster.close(10), cluster.close(10)]);
    await cluster.close(10);

    expect(connection.whats).toEqual(["close"]);
    expect(reporter.states).toEqual(["connecting", "connected", "closed"]);
  });

  test("of one that was never used is nothing but the end", async () => {
    const { cluster, broker, reporter } = makeCluster();

    await cluster.close(10);

    expect([broker.attempts, reporter.states]).toEqual([[], ["closed"]]);
  });

  test("frees those who wait to be heard", async () => {
    const { cluster } = makeCluster();
    cluster.want("t");
    const ready = cluster.ready("t");

    await cluster.close(0);

    expect(await stateOfPromise(ready)).toBe("resolved");
  });

  test("what is said after it is told as lost", async () => {
    const { cluster, reporter } = makeCluster();
    await cluster.close(0);

    cluster.publish("t", message("p1"));

    expect(reporter.lost).toMatchObject([{ why: "closed", messages: 1 }]);
  });
});
