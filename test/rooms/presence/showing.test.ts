/** What a process shows in the store: all of it once, then changes in order, and all of it again when it may be lost. */

import { describe, expect, test } from "vitest";
import type { PresenceChange } from "../../../src/rooms/broker.ts";
import { Showing } from "../../../src/rooms/presence/showing.ts";
import { turns } from "../../support/run.ts";
import { stateOfPromise } from "../../support/socket-pair.ts";
import { FakeStore } from "./fake-store.ts";

function makeShowing() {
  const members = new Map<string, string>();
  const news: string[] = [];
  const showing = new Showing(
    {
      allEntries: () => [...members].map(([member, info]) => ({ topic: "t", member, info })),
      showingOnRestored: () => news.push("restored"),
      showingOnStored: (changes) => news.push(`stored ${changes.map(({ member }) => member).join(" ")}`),
      showingOnError: (error) => news.push(`error ${(error as Error).message}`),
    },
    "p1",
  );
  const push = (member: string, info: string | null) => {
    if (info === null) members.delete(member);
    else members.set(member, info);
    showing.push({ topic: "t", member, info } satisfies PresenceChange);
  };
  return { showing, store: new FakeStore("p1"), news, push };
}

describe("the store is there", () => {
  test("what was left there is cleared, the lease is taken, and all is written", async () => {
    const { showing, store, news, push } = makeShowing();
    push("m1", "a");
    push("m2", "b");
    push("m1", null);
    expect(store.asked).toEqual([]);

    showing.restore(store);
    await turns();

    expect(store.asked).toEqual(["clear p1", "renew", "write +m2"]);
    expect([store.shown("t"), news]).toEqual([{ m2: "b" }, ["restored"]]);
  });

  test("changes are written in order, those that come meanwhile in one with the next", async () => {
    const { showing, store, push, news } = makeShowing();
    showing.restore(store);
    await turns();
    store.asked.length = 0;

    push("m1", "a");
    push("m2", "b");
    push("m1", "a2");
    push("m2", null);
    await turns();

    expect(store.asked).toEqual(["write +m1", "write +m2 +m1 -m2"]);
    expect(news).toEqual(["restored", "stored m1", "stored m2 m1 m2"]);
    expect(store.shown("t")).toEqual({ m1: "a2" });
  });

  test("a change while all is written comes behind it, once", async () => {
    const { showing, store, push } = makeShowing();
    store.isSlow = true;
    push("m1", "a");
    showing.restore(store);
    for (let step = 0; step < 2; step++) {
      push(`early${step}`, "x");
      store.waiting.shift()!.resolve();
      await turns();
    }
    push("m1", null);
    push("late", "x");
    store.isSlow = false;
    store.waiting.shift()!.resolve();
    await turns();

    expect(store.asked).toEqual(["clear p1", "renew", "write +m1 +early0 +early1", "write -m1 +late"]);
    expect(Object.keys(store.shown("t")).sort()).toEqual(["early0", "early1", "late"]);
  });
});

describe("the store is away", () => {
  test("nothing is asked, and afterwards all is written anew", async () => {
    const { showing, store, news, push } = makeShowing();
    showing.restore(store);
    await turns();
    showing.hold();
    store.asked.length = 0;

    push("m1", "a");
    await turns();
    expect(store.asked).toEqual([]);
    showing.restore(store);
    await turns();

    expect(store.asked).toEqual(["clear p1", "renew", "write +m1"]);
    expect(news).toEqual(["restored", "restored"]);
  });

  test("in the middle of writing all: nothing is told until it has been written anew", async () => {
    const { showing, store, news, push } = makeShowing();
    push("m1", "a");
    store.isSlow = true;
    showing.restore(store);
    await turns();
    showing.hold();
    store.isSlow = false;
    store.waiting.shift()!.reject(new Error("gone"));
    await turns();
    expect([store.asked, news]).toEqual([["clear p1"], []]);

    showing.restore(store);
    await turns();

    expect([store.asked, news]).toEqual([["clear p1", "clear p1", "renew", "write +m1"], ["restored"]]);
  });

  test("and back before a request of before has failed: all is written all the same", async () => {
    const { showing, store, news, push } = makeShowing();
    showing.restore(store);
    await turns();
    store.isSlow = true;
    push("m1", "a");
    showing.hold();
    const other = new FakeStore("p1");
    showing.restore(other);
    store.waiting.shift()!.reject(new Error("late"));
    await turns();

    expect(other.asked).toEqual(["clear p1", "renew", "write +m1"]);
    expect(news).toEqual(["restored", "restored"]);
  });

  test("and back, the same one, before a request of before has ended well: all is written all the same", async () => {
    const { showing, store, news, push } = makeShowing();
    showing.restore(store);
    await turns();
    store.isSlow = true;
    push("m1", "a");
    showing.hold();
    showing.restore(store);
    store.isSlow = false;
    store.waiting.shift()!.resolve();
    await turns();

    expect(store.asked.slice(-3)).toEqual(["clear p1", "renew", "write +m1"]);
    expect(news.filter((one) => !one.startsWith("stored"))).toEqual(["restored", "restored"]);
  });

  test("while all is being written, and back: all is written once more, and told then", async () => {
    const { showing, store, news, push } = makeShowing();
    push("m1", "a");
    store.isSlow = true;
    showing.restore(store);
    for (let step = 0; step < 2; step++) {
      store.waiting.shift()!.resolve();
      await turns();
    }
    expect(store.asked.at(-1)).toBe("write +m1");
    showing.hold();
    push("m2", "b");
    const other = new FakeStore("p1");
    showing.restore(other);
    store.waiting.shift()!.resolve();
    await turns();

    expect(other.asked).toEqual(["clear p1", "renew", "write +m1 +m2"]);
    expect(news).toEqual(["restored"]);
  });
});

describe("finished", () => {
  test("resolves at once when nothing is under way, else when all of it is stored", async () => {
    const { showing, store, push } = makeShowing();
    expect(await stateOfPromise(showing.finished())).toBe("resolved");
    showing.restore(store);
    await turns();
    store.isSlow = true;

    push("m1", "a");
    push("m2", "b");
    const finished = showing.finished();
    store.waiting.shift()!.resolve();
    expect(await stateOfPromise(finished)).toBe("pending");
    store.waiting.shift()!.resolve();

    expect(await stateOfPromise(finished)).toBe("resolved");
    expect(store.shown("t")).toEqual({ m1: "a", m2: "b" });
  });

  test("resolves when the store fails: it is not tried again for that", async () => {
    const { showing, store, push } = makeShowing();
    showing.restore(store);
    await turns();
    store.failures = [new Error("no")];

    push("m1", "a");

    expect(await stateOfPromise(showing.finished())).toBe("resolved");
  });
});

describe("the store fails", () => {
  test.each([0, 1, 2])("at step %i of writing all: it is told, and done anew when somebody says so", async (step) => {
    const { showing, store, news, push } = makeShowing();
    push("m1", "a");
    store.failures = [...Array(step).fill(undefined), new Error("no")];
    showing.restore(store);
    await turns();
    expect(news).toEqual(["error no"]);
    push("m2", "b");
    await turns();
    const before = store.asked.length;

    showing.retry();
    await turns();

    expect(store.asked.slice(before)).toEqual(["clear p1", "renew", "write +m1 +m2"]);
    expect([news, store.shown("t")]).toEqual([["error no", "restored"], { m1: "a", m2: "b" }]);
  });

  test("at a change: all is written anew, for nobody knows what is stored", async () => {
    const { showing, store, news, push } = makeShowing();
    showing.restore(store);
    await turns();
    store.asked.length = 0;
    store.failures = [new Error("no")];

    push("m1", "a");
    await turns();
    push("m2", "b");
    showing.retry();
    await turns();

    expect(store.asked).toEqual(["write +m1", "clear p1", "renew", "write +m1 +m2"]);
    expect(news).toEqual(["restored", "error no", "restored"]);
  });

  test("and is asked again with nothing to do: nothing is asked", async () => {
    const { showing, store } = makeShowing();
    showing.restore(store);
    await turns();
    store.asked.length = 0;

    showing.retry();
    await turns();

    expect(store.asked).toEqual([]);
  });

  test("and is away when it is to be tried again: nothing is asked", async () => {
    const { showing, store } = makeShowing();
    store.failures = [new Error("no")];
    showing.restore(store);
    await turns();
    showing.hold();
    store.asked.length = 0;

    showing.retry();
    await turns();

    expect(store.asked).toEqual([]);
  });
});
