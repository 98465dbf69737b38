/** What is sent to many: who gets what, in which order, in how many writes, and who is served in between. */

import { describe, expect, test } from "vitest";
import { nodePlatform } from "../../src/protocol/node/platform.ts";
import { PreparedMessage } from "../../src/protocol/prepared-message.ts";
import { Broadcasts } from "../../src/rooms/broadcasts.ts";
import { uncaught } from "../support/uncaught.ts";
import { Singer } from "./singer.ts";
import { TurnedPlatform } from "./turned-platform.ts";

/** Broadcasts to sets that the test keeps, as memberships do. */
function makeBroadcasts() {
  const platform = new TurnedPlatform();
  const errors: unknown[] = [];
  const observer = { isThere: false };
  const onError = (error: unknown) => errors.push(error);
  const broadcasts = new Broadcasts<Singer>({ platform, isObserved: () => observer.isThere, onError });
  const toMany = {
    get waits() {
      return broadcasts.waits;
    },
    catchUp: (face: object) => broadcasts.catchUp(face as Singer),
  };
  return {
    platform,
    broadcasts,
    errors,
    observer,
    /** So many members, in a set. */
    choir: (size: number) => new Set(Array.from({ length: size }, () => new Singer(toMany))),
    send: (text: string, sets: readonly ReadonlySet<Singer>[], except: readonly Singer[] = []) =>
      broadcasts.send(sets, new PreparedMessage(text, nodePlatform), except),
    join: (who: Singer, set: Set<Singer>) => {
      set.add(who);
      broadcasts.joined(who, set);
    },
    leave: (who: Singer, set: Set<Singer>) => {
      broadcasts.catchUp(who);
      set.delete(who);
    },
  };
}

describe("a turn", () => {
  test("gathers what goes to the same members, and each is written to once", () => {
    const { platform, choir, send } = makeBroadcasts();
    const all = choir(3);

    for (const text of ["one", "two", "three"]) send(text, [all]);
    expect([...all].map(({ heard }) => heard)).toEqual([[], [], []]);
    platform.turn();

    for (const { heard, writes } of all) expect([heard, writes]).toEqual([["one", "two", "three"], 1]);
  });

  test("makes one batch for all, not one for each", () => {
    const { platform, choir, send } = makeBroadcasts();
    const all = choir(3);
    const batches = new Set<unknown>();
    for (const who of all) who.onDeliver = (batch) => batches.add(batch);

    send("one", [all]);
    send("two", [all]);
    platform.turn();

    expect(batches.size).toBe(1);
  });

  test("carries at once what is all that a member gets in it, and gathers what is not", () => {
    const { platform, choir, send } = makeBroadcasts();
    const [one, other] = [choir(2), choir(1)];
    other.add([...one][1]!);

    send("alone", [one]);
    platform.turn();
    expect([...one].map(({ writesAtOnce }) => writesAtOnce)).toEqual([1, 1]);
    send("first", [one]);
    send("second", [other]);
    platform.turn();

    expect([...new Set([...one, ...other])].map(({ writesAtOnce }) => writesAtOnce)).toEqual([2, 1, 1]);
    expect([...new Set([...one, ...other])].map(({ heard }) => heard)).toEqual([
      ["alone", "first"],
      ["alone", "first", "second"],
      ["second"],
    ]);
  });

  test("carries nothing at once to whoever is busy, nor where somebody observes each message", () => {
    const { platform, choir, send, observer } = makeBroadcasts();
    const all = choir(3);
    const [, busy] = [...all] as [Singer, Singer];
    busy.isBusy = true;

    send("one", [all]);
    platform.turn();
    expect([...all].map(({ writesAtOnce }) => writesAtOnce)).toEqual([1, 0, 1]);
    observer.isThere = true;
    send("two", [all]);
    platform.turn();

    expect([...all].map(({ writesAtOnce }) => writesAtOnce)).toEqual([1, 0, 1]);
    for (const { heard } of all) expect(heard).toEqual(["one", "two"]);
  });

  test("carries at once what nobody is spared of, and only that", () => {
    const { platform, choir, send } = makeBroadcasts();
    const all = choir(3);
    const [ada, bob] = [...all] as [Singer, Singer];

    send("one", [all], [ada]);
    send("two", [all]);
    bob.send("own");
    platform.turn();

    expect([...all].map(({ writesAtOnce, heard }) => [writesAtOnce, heard])).toEqual([
      [0, ["two"]],
      [0, ["one", "two", "own"]],
      [1, ["one", "two"]],
    ]);
  });

  test("is asked for once, however much is sent", () => {
    const { platform, choir, send } = makeBroadcasts();
    const all = choir(1);

    for (let i = 0; i < 50; i++) send("x", [all]);

    expect(platform.waiting).toBe(1);
  });

  test("is asked for again after one that had nothing left to do", () => {
    const { platform, broadcasts, choir, send } = makeBroadcasts();
    const all = choir(1);

    send("one", [all]);
    platform.turn();
    expect(broadcasts.waits).toBe(false);
    expect(platform.waiting).toBe(0);
    send("two", [all]);
    expect(broadcasts.waits).toBe(true);
    platform.turn();

    expect([...all][0]!.heard).toEqual(["one", "two"]);
  });

  test("hands nothing to nobody", () => {
    const { platform, broadcasts, choir, send, leave } = makeBroadcasts();
    const all = choir(1);
    const [only] = [...all];

    send("one", [all]);
    leave(only!, all);
    platform.turn();

    expect([only!.heard, only!.writes, broadcasts.waits]).toEqual([["one"], 1, false]);
  });
});

describe("slices", () => {
  test("are of less than 1,000 members, and others have their turns in between", () => {
    const { platform, choir, send } = makeBroadcasts();
    const all = choir(10_000);
    const reached = () => [...all].filter(({ heard }) => heard.length > 0).length;

    send("x", [all]);
    const slices: number[] = [];
    for (let before = 0; before < 10_000; ) {
      platform.turn();
      const now = reached();
      slices.push(now - before);
      before = now;
    }

    expect(Math.max(...slices)).toBeLessThan(1_000);
    expect(Math.min(...slices.slice(0, -1))).toBeGreaterThan(100);
    expect([...all].every(({ heard, writes }) => heard.length === 1 && writes === 1)).toBe(true);
  });

  test("hold all messages of a turn together", () => {
    const { platform, choir, send } = makeBroadcasts();
    const runs = [choir(400), choir(400), choir(400)];
    const reached = () => runs.flatMap((run) => [...run]).filter(({ heard }) => heard.length > 0).length;

    for (const run of runs) send("x", [run]);
    platform.turn();

    expect(reached()).toBeLessThan(1_000);
    platform.turnAll();
    expect(reached()).toBe(1_200);
  });

  test("of one message end before the next one begins, for each member", () => {
    const { platform, choir, send } = makeBroadcasts();
    const all = choir(1_500);
    const last = [...all].at(-1)!;

    send("one", [all]);
    platform.turn();
    send("two", [all]);
    platform.turnAll();

    expect(last.heard).toEqual(["one", "two"]);
    for (const { heard } of all) expect(heard).toEqual(["one", "two"]);
  });
});

describe("in between, in the order of the calls", () => {
  test("a message of its own comes behind what was sent before it", () => {
    const { platform, choir, send } = makeBroadcasts();
    const all = choir(2);
    const [ada, bob] = [...all] as [Singer, Singer];

    send("one", [all]);
    ada.send("own");
    send("two", [all]);
    platform.turn();

    expect([ada.heard, bob.heard]).toEqual([
      ["one", "own", "two"],
      ["one", "two"],
    ]);
  });

  test("twice: what it has had does not come again", () => {
    const { platform, choir, send } = makeBroadcasts();
    const all = choir(1);
    const [ada] = [...all] as [Singer];

    send("one", [all]);
    ada.send("own 1");
    ada.send("own 2");
    send("two", [all]);
    ada.send("own 3");
    platform.turn();

    expect([ada.heard, ada.writes]).toEqual([["one", "own 1", "own 2", "two", "own 3"], 2]);
  });

  test("also of runs behind each other", () => {
    const { platform, choir, send } = makeBroadcasts();
    const [a, b] = [choir(1), choir(1)];
    const [ada] = [...a] as [Singer];
    b.add(ada);

    send("a1", [a]);
    send("b1", [b]);
    send("a2", [a]);
    ada.send("own");
    send("b2", [b]);
    platform.turn();

    expect(ada.heard).toEqual(["a1", "b1", "a2", "own", "b2"]);
  });

  test("a close, too; and it gets nothing behind it", () => {
    const { platform, choir, send } = makeBroadcasts();
    const all = choir(2);
    const [ada, bob] = [...all] as [Singer, Singer];

    send("one", [all]);
    ada.close(1000, "");
    send("two", [all]);
    platform.turn();

    expect(ada.heard).toEqual(["one", "close 1000 "]);
    expect(bob.heard).toEqual(["one", "two"]);
  });

  test("who leaves gets what was sent while it was in, at once, and nothing later", () => {
    const { platform, choir, send, leave } = makeBroadcasts();
    const all = choir(2);
    const [ada] = [...all] as [Singer];

    send("one", [all]);
    leave(ada, all);
    expect(ada.heard).toEqual(["one"]);
    send("two", [all]);
    platform.turn();

    expect(ada.heard).toEqual(["one"]);
  });

  test("who comes gets what is sent from then on", () => {
    const { platform, choir, send, join } = makeBroadcasts();
    const all = choir(1);
    const ada = [...choir(1)][0]!;

    send("one", [all]);
    join(ada, all);
    send("two", [all]);
    platform.turn();

    expect(ada.heard).toEqual(["two"]);
  });

  test("who comes, and nothing is sent any more, is not written to", () => {
    const { platform, choir, send, join } = makeBroadcasts();
    const all = choir(1);
    const ada = [...choir(1)][0]!;

    send("one", [all]);
    join(ada, all);
    platform.turn();

    expect(ada.writes).toBe(0);
  });

  test("who leaves and comes back misses what was sent meanwhile", () => {
    const { platform, choir, send, join, leave } = makeBroadcasts();
    const all = choir(2);
    const [ada] = [...all] as [Singer];

    send("one", [all]);
    leave(ada, all);
    send("two", [all]);
    join(ada, all);
    send("three", [all]);
    platform.turn();

    expect(ada.heard).toEqual(["one", "three"]);
  });

  test("while a large room is handed out: who waits is served first, who was served is not served again", () => {
    const { platform, choir, send, leave, join } = makeBroadcasts();
    const all = choir(2_000);
    const [first] = [...all] as [Singer];
    const [last, beforeLast, newcomer] = [[...all].at(-1)!, [...all].at(-2)!, [...choir(1)][0]!];

    send("one", [all]);
    send("two", [all]);
    platform.turn();
    first.send("own");
    last.send("own");
    last.send("own, too");
    leave(beforeLast, all);
    join(newcomer, all);
    platform.turnAll();

    expect(first.heard).toEqual(["one", "two", "own"]);
    expect(last.heard).toEqual(["one", "two", "own", "own, too"]);
    expect(beforeLast.heard).toEqual(["one", "two"]);
    expect(newcomer.heard).toEqual([]);
  });
});

describe("several sets", () => {
  test("are one audience: each member once", () => {
    const { platform, choir, send } = makeBroadcasts();
    const [a, b] = [choir(2), choir(2)];
    const [both] = [...a] as [Singer];
    b.add(both);

    send("hello", [a, b]);
    platform.turn();

    for (const { heard } of [...a, ...b]) expect(heard).toEqual(["hello"]);
  });

  test("who joins another one of them is told once, and what was sent when it was in one is for it", () => {
    const { platform, choir, send, join } = makeBroadcasts();
    const [a, b] = [choir(1), choir(1)];
    const [ada] = [...a] as [Singer];

    send("one", [a, b]);
    join(ada, b);
    send("two", [a, b]);
    platform.turn();

    expect(ada.heard).toEqual(["one", "two"]);
  });

  test("who leaves one of them stays in the other", () => {
    const { platform, choir, send, leave } = makeBroadcasts();
    const [a, b] = [choir(1), choir(1)];
    const [ada] = [...a] as [Singer];
    b.add(ada);

    send("one", [a, b]);
    leave(ada, a);
    send("two", [a, b]);
    platform.turn();

    expect(ada.heard).toEqual(["one", "two"]);
  });

  test("are other runs than one of them alone, or than the same in another order", () => {
    const { platform, choir, send } = makeBroadcasts();
    const [a, b] = [choir(1), choir(1)];
    const [ada, bob] = [[...a][0]!, [...b][0]!];

    send("a", [a]);
    send("a, b", [a, b]);
    send("b, a", [b, a]);
    send("b", [b]);
    platform.turn();

    expect([ada.heard, bob.heard]).toEqual([
      ["a", "a, b", "b, a"],
      ["a, b", "b, a", "b"],
    ]);
  });
});

describe("those who are left out", () => {
  test("miss that one message, and no other of the same run", () => {
    const { platform, choir, send } = makeBroadcasts();
    const all = choir(3);
    const [ada, bob, cy] = [...all] as [Singer, Singer, Singer];

    send("one", [all], [ada]);
    send("two", [all]);
    send("three", [all], [ada, bob]);
    send("four", [all], [bob]);
    platform.turn();

    expect(ada.heard).toEqual(["two", "four"]);
    expect(bob.heard).toEqual(["one", "two"]);
    expect(cy.heard).toEqual(["one", "two", "three", "four"]);
  });

  test("miss it also when they catch up, or were away", () => {
    const { platform, choir, send, join, leave } = makeBroadcasts();
    const all = choir(2);
    const [ada] = [...all] as [Singer];

    send("one", [all], [ada]);
    send("two", [all]);
    leave(ada, all);
    join(ada, all);
    send("three", [all], [ada]);
    send("four", [all]);
    ada.send("own");
    platform.turn();

    expect(ada.heard).toEqual(["two", "four", "own"]);
  });

  test("who are nobody's members do no harm", () => {
    const { platform, choir, send } = makeBroadcasts();
    const [all, strangers] = [choir(1), choir(2)];

    send("one", [all], [...strangers]);
    platform.turn();

    expect([...all, ...strangers].map(({ heard }) => heard)).toEqual([["one"], [], []]);
  });
});

describe("a member that throws", () => {
  test("is told of, and costs nobody else anything", () => {
    const { platform, broadcasts, choir, send, errors } = makeBroadcasts();
    const all = choir(3);
    const broken = [...all][1]!;
    broken.onDeliver = () => {
      throw new Error("broken");
    };

    send("one", [all]);
    platform.turn();
    send("two", [all]);
    send("three", [new Set([broken])]);
    platform.turn();

    expect([...all].map(({ heard }) => heard)).toEqual([["one", "two"], [], ["one", "two"]]);
    expect(errors).toEqual(Array(3).fill(new Error("broken")));
    expect(broadcasts.waits).toBe(false);
  });

  test("when it catches up: its own send goes on, and what it threw at does not come again", () => {
    const { platform, choir, send, errors } = makeBroadcasts();
    const all = choir(2);
    const [broken, other] = [...all] as [Singer, Singer];
    let throws = 1;
    broken.onDeliver = () => {
      if (throws-- > 0) throw new Error("broken");
    };

    send("one", [all]);
    broken.send("own");
    send("two", [all]);
    platform.turn();

    expect(broken.heard).toEqual(["own", "two"]);
    expect(other.heard).toEqual(["one", "two"]);
    expect(errors).toEqual([new Error("broken")]);
  });
});

describe("what members do while they are written to", () => {
  test("a message to many, to the same or to others, comes behind", () => {
    const { platform, choir, send } = makeBroadcasts();
    const [all, others] = [choir(3), choir(1)];
    const [ada] = [...all] as [Singer];
    let isFirst = true;
    ada.onDeliver = () => {
      if (!isFirst) return;
      isFirst = false;
      send("answer", [all]);
      send("to others", [others]);
    };

    send("question", [all]);
    platform.turnAll();

    for (const { heard } of all) expect(heard).toEqual(["question", "answer"]);
    expect([...others][0]!.heard).toEqual(["to others"]);
  });

  test("a message of another's own, whether that one was reached or not: each gets all once, in order", () => {
    const { platform, choir, send } = makeBroadcasts();
    const all = choir(6);
    const [ada, bob, cy, dee, eve, fay] = [...all] as [Singer, Singer, Singer, Singer, Singer, Singer];
    ada.onDeliver = () => eve.send("own, before it was reached");
    dee.onDeliver = () => {
      bob.send("own, after it was reached");
      cy.send("own, after it was reached");
      fay.send("own, before it was reached");
    };

    send("x", [all]);
    platform.turnAll();

    expect(ada.heard).toEqual(["x"]);
    expect(bob.heard).toEqual(["x", "own, after it was reached"]);
    expect(cy.heard).toEqual(["x", "own, after it was reached"]);
    expect(dee.heard).toEqual(["x"]);
    expect(eve.heard).toEqual(["x", "own, before it was reached"]);
    expect(fay.heard).toEqual(["x", "own, before it was reached"]);
  });

  test("a close because of what it gets: it is not written to without end", () => {
    const { platform, choir, send } = makeBroadcasts();
    const [a, b] = [choir(2), choir(1)];
    const [ada] = [...a] as [Singer];
    b.add(ada);
    ada.onDeliver = ({ messages }) => {
      if (messages[0]!.data === "too much") ada.close(1013, "");
    };

    send("fine", [a]);
    send("too much", [b]);
    ada.send("own");
    platform.turnAll();

    expect(ada.heard.filter((text) => text === "close 1013 ")).toHaveLength(1);
    expect(ada.heard.filter((text) => text === "fine")).toHaveLength(1);
    expect([...b][0]!.heard).toEqual(["too much"]);
  });

  test("to others that were about to take it at once: a message, a close, an end", () => {
    const { platform, choir, send, leave, errors } = makeBroadcasts();
    const all = choir(5);
    const [ada, bob, cy, dee, eve] = [...all] as [Singer, Singer, Singer, Singer, Singer];
    ada.onDeliver = () => {
      bob.send("own");
      cy.close(4000, "");
      dee.isBusy = true;
      leave(eve, all);
      eve.close(1006, "");
    };

    send("x", [all]);
    platform.turnAll();

    expect([ada, bob, cy, dee, eve].map(({ heard }) => heard)).toEqual([
      ["x"],
      ["x", "own"],
      ["x", "close 4000 "],
      ["x"],
      ["x", "close 1006 "],
    ]);
    expect(errors).toEqual([]);
  });

  test("leaving, of one that was not reached: it is written to first", () => {
    const { platform, choir, send, leave } = makeBroadcasts();
    const all = choir(3);
    const [ada, , cy] = [...all] as [Singer, Singer, Singer];
    ada.onDeliver = () => leave(cy, all);

    send("x", [all]);
    platform.turnAll();

    expect([cy.heard, cy.writes]).toEqual([["x"], 1]);
  });
});

test("many runs do not wait for the turn: whoever catches up would look at all of them", () => {
  const { platform, choir, send } = makeBroadcasts();
  const [a, b] = [choir(1), choir(1)];
  const [ada] = [...a] as [Singer];
  const sent = Array.from({ length: 1_000 }, (_, at) => String(at));

  for (const [at, text] of sent.entries()) send(text, [at % 2 === 0 ? a : b]);
  expect(ada.heard.length).toBeGreaterThan(400);
  platform.turnAll();

  expect(ada.heard).toEqual(sent.filter((_, at) => at % 2 === 0));
  expect([...b][0]!.heard).toEqual(sent.filter((_, at) => at % 2 === 1));
});

test("over the platform's own turns: an immediate, and nothing thrown past anybody", async () => {
  const thrown = uncaught();
  const errors: unknown[] = [];
  const onError = (error: unknown) => errors.push(error);
  const broadcasts = new Broadcasts<Singer>({ platform: nodePlatform, isObserved: () => false, onError });
  const all = new Set([new Singer(), new Singer()]);

  broadcasts.send([all], new PreparedMessage("x", nodePlatform), []);
  await Promise.resolve();
  expect([...all].map(({ heard }) => heard)).toEqual([[], []]);
  await new Promise((resolve) => setImmediate(resolve));

  expect([...all].map(({ heard }) => heard)).toEqual([["x"], ["x"]]);
  expect([errors, thrown]).toEqual([[], []]);
});
