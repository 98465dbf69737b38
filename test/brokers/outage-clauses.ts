/** The clauses of the broker suite on outages: an engine that was killed and started again, and one that does not answer. */

import { expect, test } from "vitest";
import { BrokerError } from "../../src/errors.ts";
import { within } from "../support/within.ts";
import type { BrokerLab } from "./broker-lab.ts";
import { numbers } from "./broker-lab.ts";

export function outageClauses(open: () => BrokerLab): void {
  test("a connection comes back by itself, with its subscriptions, and says so once", async () => {
    const lab = open();
    const [alice, bob] = await lab.connectTwo();
    await alice.subscribe("to-alice", "both", "*");
    await bob.subscribe("to-bob", "both", "*");

    await lab.stop(alice, bob);
    await lab.mend(alice, bob);
    await alice.publish("to-bob", "hello bob", "end");
    await bob.publish("to-alice", "hello alice", "end");

    expect(await bob.hears("to-bob", "end")).toEqual(["hello bob", "end"]);
    expect(await alice.hears("to-alice", "end")).toEqual(["hello alice", "end"]);
    expect([alice.news, bob.news]).toEqual([
      ["lost", "back"],
      ["lost", "back"],
    ]);
    expect(alice.losses[0]).toBeInstanceOf(Error);
  });

  test("all of 1,000 topics are in place when it is back, and comes back a second time", async () => {
    const lab = open();
    const [alice, bob] = await lab.connectTwo();
    const topics = numbers(1_000).map((number) => `r:${number}`);
    await bob.subscribe(...topics);

    for (const round of [1, 2]) {
      await lab.stop(alice, bob);
      await lab.mend(alice, bob);
      await alice.connection.publish(topics.map((topic) => ({ topic, envelope: Uint8Array.of(round) })));
      await bob.hearsSoMany(round * 1_000);
      expect(new Set(bob.heard.slice(-1_000).map(({ topic }) => topic)).size).toBe(1_000);
    }

    expect(bob.heard.length).toBe(2_000);
  });

  test("what is published meanwhile is rejected, and does not come later", async () => {
    const lab = open();
    const [alice, bob] = await lab.connectTwo();
    await bob.subscribe("t");
    await alice.publish("t", "before");
    await bob.hears("t", "before");

    await lab.stop(alice, bob);
    await expectRejection(alice.publish("t", "meanwhile", "meanwhile"));
    await expectRejection(alice.publish("t", "meanwhile"));
    await lab.mend(alice, bob);
    await alice.publish("t", "after");

    expect(await bob.hears("t", "after")).toEqual(["before", "after"]);
  });

  test("subscriptions that begin or end meanwhile are as they should be when it is back", async () => {
    const lab = open();
    const [alice, bob] = await lab.connectTwo();
    await bob.subscribe("old", "kept");

    await lab.stop(alice, bob);
    // They may wait for the end of the outage, or be rejected by it; what counts is what is wanted.
    const begun = bob.connection.subscribe(["new"]);
    const ended = bob.connection.unsubscribe(["old"]);
    begun.catch(() => {});
    ended.catch(() => {});
    await lab.mend(alice, bob);
    await within(Promise.all([begun, ended]), "end of what waited for the broker", 5_000);
    await alice.publish("old", "unheard");
    await alice.publish("new", "end");
    await alice.publish("kept", "end");

    await bob.hears("new", "end");
    await bob.hears("kept", "end");
    expect(bob.texts("old")).toEqual([]);
  });

  test("presence is rejected meanwhile, and can be asked again afterwards", async () => {
    const lab = open();
    const [alice, bob] = await lab.connectTwo();
    await alice.show(["t", "m", "before"]);

    await lab.stop(alice, bob);
    await expectRejection(bob.presence.read("t"));
    await expectRejection(bob.presence.count("t"));
    await expectRejection(bob.presence.look());
    await expectRejection(bob.presence.renew());
    await expectRejection(bob.presence.clear(alice.name));
    await expectRejection(alice.presence.write([{ topic: "t", member: "m", info: "meanwhile" }]));
    await lab.mend(alice, bob);
    await alice.show(["t", "m", "after"]);

    expect(await bob.members("t")).toEqual({ m: "after" });
    expect(await bob.count("t")).toEqual({ [alice.name]: 1 });
    expect(await bob.look()).toMatchObject({ [alice.name]: "alive" });
  });

  test("whoever connects where nothing is gets BROKER_UNREACHABLE soon, and a connection when there is something", async () => {
    const lab = open();
    await lab.stop();

    const error = await failure(lab.connect(), 4_000);
    await lab.mend();

    expect(error).toBeInstanceOf(BrokerError);
    expect(error).toMatchObject({ code: "BROKER_UNREACHABLE" });
    const [alice, bob] = await lab.connectTwo();
    await bob.subscribe("t");
    await alice.publish("t", "end");
    expect(await bob.hears("t", "end")).toEqual(["end"]);
  });

  test("a connection that is closed meanwhile does not come back", async () => {
    const lab = open();
    const [alice, bob] = await lab.connectTwo();
    const carol = await lab.connect();
    for (const process of [bob, carol]) await process.subscribe("t");

    await lab.stop(alice, bob, carol);
    await carol.close();
    await lab.mend(alice, bob);
    await alice.publish("t", "end");

    await bob.hears("t", "end");
    expect(carol.news).toEqual(["lost"]);
    expect(carol.heard).toEqual([]);
  });
}

export function pauseClauses(open: () => BrokerLab): void {
  test("silence is a loss; afterwards all goes on, in order, and nothing comes twice", async () => {
    const lab = open();
    const [alice, bob] = await lab.connectTwo();
    await bob.subscribe("t");
    await alice.publish("t", ...numbers(5));
    await bob.hears("t", "4");

    await lab.pause();
    const unknown = numbers(10, 5).map((number) => alice.publish("t", number));
    const settled = Promise.allSettled(unknown);
    for (const process of [alice, bob]) await process.hearsNews("lost", 10_000);
    await expectRejection(alice.publish("t", "15"));
    // Whether these went out is not known; that it is not known is.
    expect((await within(settled, "end of what was published", 1_000)).map(({ status }) => status)).toEqual(
      unknown.map(() => "rejected"),
    );
    await lab.mend(alice, bob);
    await alice.publish("t", ...numbers(10, 20));

    const heard = (await bob.hears("t", "29")).map(Number);
    expect(heard).toEqual([...new Set(heard)].sort((a, b) => a - b));
    expect(heard).toEqual(expect.arrayContaining([0, 1, 2, 3, 4, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29]));
    expect(heard).not.toContain(15);
    expect([alice.news, bob.news]).toEqual([
      ["lost", "back"],
      ["lost", "back"],
    ]);
  });

  test("whoever connects to it gives up by itself, or when it is told to", async () => {
    const lab = open();
    const told = new AbortController();
    await lab.pause();

    const patient = failure(lab.connect(), 8_000);
    const impatient = failure(lab.connect({ signal: told.signal }), 1_000);
    told.abort();

    await impatient;
    expect(await patient).toMatchObject({ code: "BROKER_UNREACHABLE" });
  });

  test("a connection can be closed meanwhile", async () => {
    const lab = open();
    const [alice, bob] = await lab.connectTwo();
    await bob.subscribe("t");

    await lab.pause();
    const published = failure(alice.publish("t", "unknown"), 12_000);
    await alice.close();
    await published;
    await bob.close();
    await lab.mend();

    expect([...alice.news, ...bob.news]).not.toContain("back");
    expect(bob.heard).toEqual([]);
  });
}

/** It settles soon, and that by being rejected. */
async function expectRejection(promise: Promise<unknown>): Promise<void> {
  expect(await failure(promise, 5_000)).toBeInstanceOf(Error);
}

/** What it is rejected with, in time. */
async function failure(promise: Promise<unknown>, milliseconds: number): Promise<unknown> {
  const failed = promise.then(
    () => {
      throw new Error("it was not rejected");
    },
    (error: unknown) => error,
  );
  return within(failed, "rejection", milliseconds);
}
