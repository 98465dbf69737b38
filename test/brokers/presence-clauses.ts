/** The clauses of the broker suite on presence: entries, leases, and what is left of a process that is gone. */

import { expect, test } from "vitest";
import type { BrokerLab } from "./broker-lab.ts";
import { numbers } from "./broker-lab.ts";
import { HOSTILE_TOPICS } from "./topic-clauses.ts";

export function presenceClauses(open: () => BrokerLab): void {
  test("an entry comes, changes and goes", async () => {
    const [alice, bob] = await open().connectTwo();

    await alice.show(["r:lobby", "m1", "one"]);
    expect(await bob.read("r:lobby")).toEqual([{ process: alice.name, member: "m1", info: "one" }]);
    expect(await bob.count("r:lobby")).toEqual({ [alice.name]: 1 });

    await alice.show(["r:lobby", "m1", "changed"]);
    expect(await bob.read("r:lobby")).toEqual([{ process: alice.name, member: "m1", info: "changed" }]);
    expect(await bob.count("r:lobby")).toEqual({ [alice.name]: 1 });

    await alice.show(["r:lobby", "m1", null]);
    expect(await bob.read("r:lobby")).toEqual([]);
    expect(await bob.count("r:lobby")).toEqual({});
  });

  test("changes of one call take place in their order, and so do those of calls that do not wait", async () => {
    const [alice, bob] = await open().connectTwo();

    await alice.show(["t", "m1", "a"], ["t", "m1", "b"], ["t", "m2", "a"], ["t", "m2", null], ["t", "m3", null]);
    await alice.show(["t", "m4", "a"], ["t", "m4", null], ["t", "m4", "b"]);
    const calls = numbers(50).map((info) => alice.presence.write([{ topic: "t", member: "m5", info }]));
    await Promise.all(calls);

    expect(await bob.members("t")).toEqual({ m1: "b", m4: "b", m5: "49" });
    expect(await bob.count("t")).toEqual({ [alice.name]: 3 });
  });

  test("entries of several processes lie side by side, also of members of one name", async () => {
    const [alice, bob] = await open().connectTwo();
    const names = [alice.name, bob.name].sort();

    await alice.show(["t", "1", "same"], ["u", "1", "elsewhere"]);
    await bob.show(["t", "1", "same"], ["t", "a-b", "two"]);

    for (const process of [alice, bob]) {
      expect((await process.read("t")).map(({ process, member }) => [process, member])).toEqual(
        names.flatMap((name) =>
          name === alice.name
            ? [[name, "1"]]
            : [
                [name, "1"],
                [name, "a-b"],
              ],
        ),
      );
      expect(await process.count("t")).toEqual({ [alice.name]: 1, [bob.name]: 2 });
      expect(await process.count("u")).toEqual({ [alice.name]: 1 });
    }
    await alice.show(["t", "1", null]);
    expect(await alice.members("t")).toEqual({ "1": "same", "a-b": "two" });
  });

  test("a topic without entries has none", async () => {
    const alice = await open().connect();

    expect(await alice.read("nobody")).toEqual([]);
    expect(await alice.count("nobody")).toEqual({});
  });

  test.each([
    ["nothing", ""],
    ["JSON", '{"name":"Ünal","at":[1,2.5,null]}'],
    ["other characters", 'line\nend\r\n\0 "quoted" \\ 日本 😀 \ufeff'],
    ["64 KiB", "x".repeat(65_536)],
  ])("an entry may show: %s", async (_, info) => {
    const [alice, bob] = await open().connectTwo();

    await alice.show(["t", "m", info]);

    expect((await bob.members("t"))["m"] === info).toBe(true);
  });

  test("any string is a topic, and none is taken for another", async () => {
    const [alice, bob] = await open().connectTwo();
    await alice.show(...HOSTILE_TOPICS.map((topic, index) => [topic, `m${index}`, String(index)] as const));

    const found = await Promise.all(HOSTILE_TOPICS.map((topic) => bob.members(topic)));
    expect(found).toEqual(HOSTILE_TOPICS.map((_, index) => ({ [`m${index}`]: String(index) })));
    const counts = await Promise.all(HOSTILE_TOPICS.map((topic) => bob.count(topic)));
    expect(counts).toEqual(HOSTILE_TOPICS.map(() => ({ [alice.name]: 1 })));

    await alice.presence.clear(alice.name);
    const left = await Promise.all(HOSTILE_TOPICS.map((topic) => bob.read(topic)));
    expect(left.flat()).toEqual([]);
  });

  test("500 members of one topic, and one in each of 300", async () => {
    const [alice, bob] = await open().connectTwo();
    const crowd = numbers(500).map((number) => ["crowd", `m${number}`, number] as const);
    const wide = numbers(300).map((number) => [`r:${number}`, "m", number] as const);

    await alice.show(...crowd, ...wide);

    expect(await bob.members("crowd")).toEqual(Object.fromEntries(crowd.map(([, member, info]) => [member, info])));
    expect(await bob.count("crowd")).toEqual({ [alice.name]: 500 });
    expect(await bob.members("r:299")).toEqual({ m: "299" });
  });

  test("namespaces are apart", async () => {
    const lab = open();
    const [here, there] = [lab.namespace, `${lab.namespace}a`];
    const alice = await lab.connect({ broker: lab.broker(here) });
    const carol = await lab.connect({ broker: lab.broker(there) });
    await alice.show(["at", "m", "here"]);
    await carol.show(["t", "m", "there"]);

    expect(await alice.read("t")).toEqual([]);
    expect(await carol.read("at")).toEqual([]);
    expect(await alice.look()).toEqual({ [alice.name]: "alive" });
    expect(await carol.look()).toEqual({ [carol.name]: "alive" });
  });

  test("all processes have the lease that was asked for", async () => {
    const lab = open();
    const [alice, bob] = await lab.connectTwo();

    expect([alice.presence.lease, bob.presence.lease]).toEqual([lab.engine.lease, lab.engine.lease]);
  });

  test("the first renewal takes the lease, the next ones renew it", async () => {
    const [alice, bob] = await open().connectTwo();

    expect(await alice.presence.renew()).toBe("lapsed");
    expect(await alice.presence.renew()).toBe("renewed");
    expect(await bob.presence.renew()).toBe("lapsed");
    expect(await bob.look()).toEqual({ [alice.name]: "alive", [bob.name]: "alive" });
  });

  test("a lease that is not renewed ends: its process is gone, and its entries are left out", async () => {
    const lab = open();
    const [alice, bob] = await lab.connectTwo();
    await alice.show(["t", "m1", "a"], ["t", "m2", "a"], ["u", "m1", "a"]);
    await bob.show(["t", "m1", "b"]);
    expect(await bob.look()).toEqual({ [alice.name]: "alive", [bob.name]: "alive" });

    await lab.lapse(alice, bob);

    expect(await bob.look()).toEqual({ [alice.name]: "gone", [bob.name]: "alive" });
    expect(await bob.read("t")).toEqual([{ process: bob.name, member: "m1", info: "b" }]);
    expect(await bob.count("t")).toEqual({ [bob.name]: 1 });
    expect(await bob.read("u")).toEqual([]);
    expect(await bob.count("u")).toEqual({});
  });

  test("whoever comes back after its lease has ended hears of it, and is alive again", async () => {
    const lab = open();
    const [alice, bob] = await lab.connectTwo();
    await alice.show(["t", "m1", "before"]);
    await bob.presence.renew();
    await lab.lapse(alice, bob);

    expect(await alice.presence.renew()).toBe("lapsed");
    await alice.presence.write([{ topic: "t", member: "m1", info: "after" }]);

    expect(await alice.presence.renew()).toBe("renewed");
    expect(await bob.look()).toMatchObject({ [alice.name]: "alive" });
    expect(await bob.read("t")).toEqual([{ process: alice.name, member: "m1", info: "after" }]);
    expect(await bob.count("t")).toEqual({ [alice.name]: 1 });
  });

  test("what others have cleared of a process that was gone is gone when it comes back", async () => {
    const lab = open();
    const [alice, bob] = await lab.connectTwo();
    await alice.show(["t", "m1", "before"]);
    await bob.show(["t", "m1", "b"]);
    await lab.lapse(alice, bob);

    await bob.presence.clear(alice.name);
    expect(await bob.look()).toEqual({ [bob.name]: "alive" });
    expect(await alice.presence.renew()).toBe("lapsed");

    expect(await bob.read("t")).toEqual([{ process: bob.name, member: "m1", info: "b" }]);
    expect(await bob.count("t")).toEqual({ [bob.name]: 1 });
  });

  test("clear leaves nothing of a process, and others what they have", async () => {
    const [alice, bob] = await open().connectTwo();
    const topics = numbers(100).map((number) => `r:${number}`);
    await alice.show(...topics.map((topic) => [topic, "m1", "a"] as const));
    await bob.show(["r:7", "m1", "b"]);

    await alice.presence.clear(alice.name);

    expect(await bob.look()).toEqual({ [bob.name]: "alive" });
    const left = await Promise.all(topics.map((topic) => bob.read(topic)));
    expect(left.flat()).toEqual([{ process: bob.name, member: "m1", info: "b" }]);
    expect(await bob.count("r:7")).toEqual({ [bob.name]: 1 });
    expect(await alice.presence.renew()).toBe("lapsed");
  });

  test("a process that nobody knows, or that was cleared before, can be cleared", async () => {
    const [alice, bob] = await open().connectTwo();
    await alice.show(["t", "m", "a"]);

    await bob.presence.clear("nobody0");
    await bob.presence.clear(bob.name);
    await bob.presence.clear(bob.name);

    expect(await bob.look()).toEqual({ [alice.name]: "alive" });
    expect(await bob.members("t")).toEqual({ m: "a" });
  });

  test("what a process shows outlives its connection: that ends with the lease, or by clear", async () => {
    const lab = open();
    const [alice, bob] = await lab.connectTwo();
    await alice.show(["t", "m", "a"]);
    await bob.presence.renew();

    await alice.close();
    expect(await bob.members("t")).toEqual({ m: "a" });
    await lab.lapse(alice, bob);

    expect(await bob.members("t")).toEqual({});
  });
}
