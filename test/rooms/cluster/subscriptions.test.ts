/** Which topics are heard: wishes of a turn in one request, one request at a time, and no wish forgotten. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Subscriptions } from "../../../src/rooms/cluster/subscriptions.ts";
import type { Deferred } from "../../support/deferred.ts";
import { deferred } from "../../support/deferred.ts";
import { turns } from "../../support/run.ts";
import { stateOfPromise } from "../../support/socket-pair.ts";
import { TurnedPlatform } from "../turned-platform.ts";

/** A broker whose answers the test gives. */
function makeSubscriptions() {
  const platform = new TurnedPlatform();
  const requests: (Deferred<void> & { readonly what: string })[] = [];
  const errors: unknown[] = [];
  const ask = (verb: string) => (topics: readonly string[]) => {
    const request = { ...deferred<void>(), what: `${verb} ${topics.join(" ")}` };
    requests.push(request);
    return request.promise;
  };
  const subscriptions = new Subscriptions({
    subscribe: ask("+"),
    unsubscribe: ask("-"),
    endOfTurn: (work) => platform.endOfTurn(work),
    onError: (error) => errors.push(error),
  });
  return {
    subscriptions,
    requests,
    errors,
    whats: () => requests.map(({ what }) => what),
    /** The end of a turn, and all that follows from it. */
    turn: async () => {
      platform.end();
      await turns();
    },
    /** Answers the last request. */
    answer: async (error?: Error) => {
      if (error === undefined) requests.at(-1)!.resolve();
      else requests.at(-1)!.reject(error);
      await turns();
    },
  };
}

describe("wishes of a turn", () => {
  test("are one request", async () => {
    const { subscriptions, whats, turn, answer } = makeSubscriptions();
    subscriptions.flow();

    for (const topic of ["a", "b", "c"]) subscriptions.want(topic);
    subscriptions.want("a");
    expect(whats()).toEqual([]);
    await turn();
    expect(whats()).toEqual(["+ a b c"]);
    await answer();
    await turn();

    expect([whats(), subscriptions.size]).toEqual([["+ a b c"], 3]);
  });

  test("that are taken back cost nothing", async () => {
    const { subscriptions, whats, turn, answer } = makeSubscriptions();
    subscriptions.flow();

    subscriptions.want("a");
    subscriptions.want("b");
    subscriptions.unwant("a");
    await turn();
    await answer();
    subscriptions.unwant("b");
    subscriptions.want("b");
    subscriptions.unwant("c");
    await turn();

    expect(whats()).toEqual(["+ b"]);
  });

  test("end one and begin another", async () => {
    const { subscriptions, whats, turn, answer } = makeSubscriptions();
    subscriptions.flow();
    subscriptions.want("a");
    await turn();
    await answer();

    subscriptions.unwant("a");
    subscriptions.want("b");
    await turn();
    expect(whats()).toEqual(["+ a", "- a"]);
    await answer();

    expect(whats()).toEqual(["+ a", "- a", "+ b"]);
    await answer();
    expect(subscriptions.size).toBe(1);
  });
});

describe("one request at a time", () => {
  test("what is wished for meanwhile comes with the next", async () => {
    const { subscriptions, whats, turn, answer } = makeSubscriptions();
    subscriptions.flow();
    subscriptions.want("a");
    await turn();

    subscriptions.want("b");
    await turn();
    subscriptions.unwant("a");
    subscriptions.want("c");
    await turn();
    expect(whats()).toEqual(["+ a"]);
    await answer();
    expect(whats()).toEqual(["+ a", "- a"]);
    await answer();
    expect(whats()).toEqual(["+ a", "- a", "+ b c"]);
  });

  test("the last word is that of the last wish", async () => {
    const { subscriptions, whats, turn, answer } = makeSubscriptions();
    subscriptions.flow();
    subscriptions.want("a");
    await turn();
    subscriptions.unwant("a");
    subscriptions.want("a");
    subscriptions.unwant("a");
    await turn();
    await answer();
    expect(whats()).toEqual(["+ a", "- a"]);
    subscriptions.want("a");
    await turn();
    await answer();
    await answer();

    expect([whats(), subscriptions.size]).toEqual([["+ a", "- a", "+ a"], 1]);
  });
});

describe("ready", () => {
  test("resolves when the topic is heard, for all who ask", async () => {
    const { subscriptions, turn, answer } = makeSubscriptions();
    subscriptions.flow();
    subscriptions.want("a");
    const [one, other] = [subscriptions.ready("a"), subscriptions.ready("a")];

    await turn();
    expect(await stateOfPromise(one)).toBe("pending");
    await answer();

    expect([await stateOfPromise(one), await stateOfPromise(other)]).toEqual(["resolved", "resolved"]);
    expect(await stateOfPromise(subscriptions.ready("a"))).toBe("resolved");
  });

  test("resolves at once for what nobody wants, and as soon as nobody wants it any more", async () => {
    const { subscriptions } = makeSubscriptions();
    subscriptions.want("a");
    const ready = subscriptions.ready("a");

    expect(await stateOfPromise(subscriptions.ready("b"))).toBe("resolved");
    expect(await stateOfPromise(ready)).toBe("pending");
    subscriptions.unwant("a");

    expect(await stateOfPromise(ready)).toBe("resolved");
  });

  test("does not hang on what was taken back and wanted again", async () => {
    const { subscriptions, turn, answer } = makeSubscriptions();
    subscriptions.flow();
    subscriptions.want("a");
    await turn();
    await answer();
    subscriptions.unwant("a");
    await turn();
    subscriptions.want("a");
    const ready = subscriptions.ready("a");
    await turn();
    await answer();
    await turn();
    await answer();

    expect(await stateOfPromise(ready)).toBe("resolved");
    expect(subscriptions.size).toBe(1);
  });

  test("waits for what is wanted again while its end is under way", async () => {
    const { subscriptions, whats, turn, answer } = makeSubscriptions();
    subscriptions.flow();
    subscriptions.want("a");
    await turn();
    await answer();
    subscriptions.unwant("a");
    await turn();
    expect(whats()).toEqual(["+ a", "- a"]);

    subscriptions.want("a");
    const ready = subscriptions.ready("a");
    expect(await stateOfPromise(ready)).toBe("pending");
    await answer();
    expect([whats(), await stateOfPromise(ready)]).toEqual([["+ a", "- a", "+ a"], "pending"]);
    await answer();

    expect(await stateOfPromise(ready)).toBe("resolved");
  });

  test("resolves at the end, also when it is asked for after it", async () => {
    const { subscriptions } = makeSubscriptions();
    subscriptions.want("a");
    const ready = subscriptions.ready("a");

    subscriptions.close();

    expect(await stateOfPromise(ready)).toBe("resolved");
    expect(await stateOfPromise(subscriptions.ready("a"))).toBe("resolved");
    subscriptions.want("b");
    expect(await stateOfPromise(subscriptions.ready("b"))).toBe("resolved");
  });
});

test("after the end nothing is asked any more, whatever is wanted and whoever is there", async () => {
  const { subscriptions, whats, turn } = makeSubscriptions();
  subscriptions.want("a");
  subscriptions.close();

  subscriptions.flow();
  subscriptions.want("b");
  await turn();
  subscriptions.hold();
  subscriptions.flow();
  await turn();

  expect(whats()).toEqual([]);
});

test("a thousand wishes are one look at the end of the turn", () => {
  const platform = new TurnedPlatform();
  const nothing = async () => {};
  const subscriptions = new Subscriptions({
    subscribe: nothing,
    unsubscribe: nothing,
    endOfTurn: (work) => platform.endOfTurn(work),
    onError: nothing,
  });
  subscriptions.flow();

  for (let at = 0; at < 1_000; at++) subscriptions.want(`${at}`);

  expect(platform.atEnd).toBe(1);
});

describe("while the broker is away", () => {
  test("wishes are noted, and asked for when it is there", async () => {
    const { subscriptions, whats, turn, answer } = makeSubscriptions();
    subscriptions.want("a");
    subscriptions.want("b");
    await turn();
    expect(whats()).toEqual([]);

    subscriptions.flow();
    await turn();
    await answer();
    subscriptions.hold();
    subscriptions.unwant("a");
    subscriptions.want("c");
    await turn();
    expect(whats()).toEqual(["+ a b"]);
    subscriptions.flow();
    await turn();
    await answer();

    expect(whats()).toEqual(["+ a b", "- a", "+ c"]);
  });

  test("what is heard already is not asked for again: brokers see to that", async () => {
    const { subscriptions, whats, turn, answer } = makeSubscriptions();
    subscriptions.flow();
    subscriptions.want("a");
    await turn();
    await answer();

    subscriptions.hold();
    const ready = subscriptions.ready("a");
    expect(await stateOfPromise(ready)).toBe("pending");
    subscriptions.flow();
    await turn();

    expect(whats()).toEqual(["+ a"]);
    expect(await stateOfPromise(ready)).toBe("resolved");
    expect(await stateOfPromise(subscriptions.ready("a"))).toBe("resolved");
  });

  test("a request that was under way may come to its end then", async () => {
    const { subscriptions, whats, turn, answer } = makeSubscriptions();
    subscriptions.flow();
    subscriptions.want("a");
    await turn();
    subscriptions.want("b");
    subscriptions.hold();
    await turn();
    await answer();
    expect(whats()).toEqual(["+ a"]);

    subscriptions.flow();
    await turn();

    expect(whats()).toEqual(["+ a", "+ b"]);
  });
});

describe("a request that fails", () => {
  test("is told, and made again when somebody says so", async () => {
    const { subscriptions, whats, turn, answer, errors } = makeSubscriptions();
    subscriptions.flow();
    subscriptions.want("a");
    const ready = subscriptions.ready("a");
    await turn();
    await answer(new Error("no"));
    await turn();
    expect([whats(), errors, await stateOfPromise(ready)]).toEqual([["+ a"], [new Error("no")], "pending"]);

    subscriptions.flow();
    await turn();
    await answer();

    expect(whats()).toEqual(["+ a", "+ a"]);
    expect(await stateOfPromise(ready)).toBe("resolved");
  });

  test("is made again with the next wish", async () => {
    const { subscriptions, whats, turn, answer } = makeSubscriptions();
    subscriptions.flow();
    subscriptions.want("a");
    await turn();
    await answer(new Error("no"));

    subscriptions.want("b");
    await turn();

    expect(whats()).toEqual(["+ a", "+ a b"]);
  });

  test("is not made again if nobody wants it any more", async () => {
    const { subscriptions, whats, turn, answer } = makeSubscriptions();
    subscriptions.flow();
    subscriptions.want("a");
    await turn();
    subscriptions.unwant("a");
    await answer(new Error("no"));

    subscriptions.flow();
    await turn();

    expect([whats(), subscriptions.size]).toEqual([["+ a"], 0]);
  });

  test("to end one does not keep others from being heard for ever", async () => {
    const { subscriptions, whats, turn, answer } = makeSubscriptions();
    subscriptions.flow();
    subscriptions.want("a");
    await turn();
    await answer();
    subscriptions.unwant("a");
    subscriptions.want("b");
    await turn();
    await answer(new Error("no"));
    subscriptions.flow();
    await turn();
    await answer();
    await answer();

    expect(whats()).toEqual(["+ a", "- a", "- a", "+ b"]);
    expect(subscriptions.size).toBe(1);
  });
});

test("in the end what is heard is what is wanted, whatever was wished, refused and held", async () => {
  const topics = fc.constantFrom("a", "b", "c");
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.tuple(fc.constantFrom("want", "unwant"), topics) },
    { weight: 2, arbitrary: fc.tuple(fc.constantFrom("turn", "flow", "hold", "fail"), fc.constant("")) },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const platform = new TurnedPlatform();
      const heard = new Set<string>();
      const wanted = new Set<string>();
      let failures = 0;
      let underWay = 0;
      const ask = (change: (topic: string) => unknown) => async (names: readonly string[]) => {
        expect(++underWay).toBe(1);
        await Promise.resolve();
        underWay--;
        if (failures > 0 && failures--) throw new Error("no");
        for (const one of names) change(one);
      };
      const subscriptions = new Subscriptions({
        subscribe: ask((topic) => heard.add(topic)),
        unsubscribe: ask((topic) => heard.delete(topic)),
        endOfTurn: (work) => platform.endOfTurn(work),
        onError: () => {},
      });
      const turn = async () => {
        platform.end();
        for (let at = 0; at < 30; at++) await Promise.resolve();
      };
      for (const [what, topic] of steps) {
        if (what === "want") wanted.add(topic);
        if (what === "unwant") wanted.delete(topic);
        if (what === "want" || what === "unwant") subscriptions[what](topic);
        if (what === "flow" || what === "hold") subscriptions[what]();
        if (what === "fail") failures++;
        if (what === "turn") await turn();
      }
      failures = 0;
      subscriptions.flow();
      await turn();
      await turn();
      expect([...heard].sort()).toEqual([...wanted].sort());
      expect(subscriptions.size).toBe(wanted.size);
    }),
    { numRuns: 300 },
  );
});
