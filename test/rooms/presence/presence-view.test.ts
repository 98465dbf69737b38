/** Who is at a topic elsewhere: what events and readings say, in whatever order they come. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Members } from "../../../src/rooms/presence/presence-view.ts";
import { PresenceView } from "../../../src/rooms/presence/presence-view.ts";

function makeView() {
  const told: string[] = [];
  const view = new PresenceView((change, member, info) => told.push(`${change} ${member} ${info}`));
  return { view, told, taken: () => told.splice(0) };
}

/** `{ p1: { m1: "a" } }` as a reading of the store. */
function reading(entries: Record<string, Record<string, string>>): ReadonlyMap<string, Members> {
  return new Map(Object.entries(entries).map(([process, members]) => [process, new Map(Object.entries(members))]));
}

describe("events", () => {
  test("tell who comes and goes, once, with what they show", () => {
    const { view, told } = makeView();

    view.join("p1", "m1", "a");
    view.join("p1", "m1", "b");
    view.join("p2", "m1", "c");
    expect([...view.processes]).toEqual(["p1", "p2"]);
    view.leave("p1", "m1");
    view.leave("p1", "m1");
    view.leave("p3", "m1");

    expect(told).toEqual(["join m1 a", "join m1 c", "leave m1 b"]);
    expect([...view.processes]).toEqual(["p2"]);
  });

  test("of all of a process are what it has, and no others", () => {
    const { view, taken } = makeView();
    view.join("p1", "m1", "a");
    view.join("p1", "m2", "b");
    view.join("p2", "m3", "c");
    taken();

    view.set(
      "p1",
      new Map([
        ["m2", "b2"],
        ["m4", "d"],
      ]),
    );

    expect(taken()).toEqual(["leave m1 a", "join m4 d"]);
    view.leave("p1", "m2");
    expect(taken()).toEqual(["leave m2 b2"]);
  });

  test("of the end of a process take all of its members along", () => {
    const { view, taken } = makeView();
    view.join("p1", "m1", "a");
    view.join("p1", "m2", "b");
    view.join("p2", "m3", "c");
    taken();

    view.forget("p1");
    view.forget("p1");
    view.forget("nobody");

    expect(taken()).toEqual(["leave m1 a", "leave m2 b"]);
    expect([...view.processes]).toEqual(["p2"]);
  });
});

describe("a reading", () => {
  test("that is the first tells nobody, and is known from then on", () => {
    const { view, taken } = makeView();

    view.beginReading();
    view.endReading(reading({ p1: { m1: "a" }, p2: { m2: "b" } }), true);
    expect([taken(), [...view.processes]]).toEqual([[], ["p1", "p2"]]);
    view.join("p1", "m1", "again");
    view.leave("p2", "m2");

    expect(taken()).toEqual(["leave m2 b"]);
  });

  test("that comes later tells what is new and what is gone", () => {
    const { view, taken } = makeView();
    view.join("p1", "m1", "a");
    view.join("p1", "m2", "b");
    view.join("p2", "m3", "c");
    taken();

    view.beginReading();
    view.endReading(reading({ p1: { m2: "b2", m4: "d" } }), false);

    expect(taken()).toEqual(["leave m1 a", "leave m3 c", "join m4 d"]);
    view.leave("p1", "m2");
    expect(taken()).toEqual(["leave m2 b2"]);
  });

  test("is older than what was heard since it began: a join", () => {
    const { view, taken } = makeView();

    view.beginReading();
    view.join("p1", "m1", "new");
    view.endReading(reading({}), false);

    expect(taken()).toEqual(["join m1 new"]);
  });

  test("is older than what was heard since it began: a leave", () => {
    const { view, taken } = makeView();
    view.join("p1", "m1", "a");
    taken();

    view.beginReading();
    view.leave("p1", "m1");
    view.endReading(reading({ p1: { m1: "a", m2: "b" } }), false);

    expect(taken()).toEqual(["leave m1 a", "join m2 b"]);
  });

  test("is older than a leave of somebody who was not known yet", () => {
    const { view, taken } = makeView();

    view.beginReading();
    view.leave("p1", "m1");
    view.endReading(reading({ p1: { m1: "a" } }), true);

    expect([taken(), [...view.processes]]).toEqual([[], []]);
  });

  test("is older than a change of what somebody shows", () => {
    const { view, taken } = makeView();
    view.join("p1", "m1", "old");

    view.beginReading();
    view.join("p1", "m1", "new");
    view.endReading(reading({ p1: { m1: "old" } }), true);
    taken();
    view.leave("p1", "m1");

    expect(taken()).toEqual(["leave m1 new"]);
  });

  test("does not bring back whom the one before it has overlooked", () => {
    const { view, taken } = makeView();

    view.beginReading();
    view.leave("p1", "m1");
    view.endReading(reading({}), true);
    view.beginReading();
    view.endReading(reading({ p1: { m1: "a" } }), false);

    expect(taken()).toEqual(["join m1 a"]);
  });

  test("knows members of one name in two processes apart", () => {
    const { view, taken } = makeView();
    view.join("p1", "m1", "a");
    taken();

    view.beginReading();
    view.leave("p1", "m1");
    view.endReading(reading({ p1: { m1: "a" }, p2: { m1: "b" } }), false);

    expect(taken()).toEqual(["leave m1 a", "join m1 b"]);
  });
});

test("says who is there, and whether a reading misses any of them", () => {
  const { view } = makeView();
  view.join("p1", "m1", "a");
  view.join("p1", "m2", "b");
  view.join("p2", "m1", "c");

  expect([...view.members()]).toEqual([
    ["m1", "a"],
    ["m2", "b"],
    ["m1", "c"],
  ]);
  expect(view.misses(reading({ p1: { m1: "x", m2: "x" }, p2: { m1: "x", m5: "x" }, p3: { m1: "x" } }))).toBe(false);
  expect(view.misses(reading({ p1: { m1: "x", m2: "x" } }))).toBe(true);
  expect(view.misses(reading({ p1: { m1: "x" }, p2: { m1: "x", m2: "x" } }))).toBe(true);
});

test("what was told adds up to who is known, whatever happens", () => {
  const process = fc.constantFrom("p1", "p2");
  const member = fc.constantFrom("m1", "m2", "m3");
  const members = fc.dictionary(member, fc.string({ maxLength: 2 }), { noNullPrototype: true });
  const step = fc.oneof(
    fc.tuple(fc.constant("join" as const), process, member, fc.string({ maxLength: 2 })),
    fc.tuple(fc.constant("leave" as const), process, member),
    fc.tuple(fc.constant("set" as const), process, members),
    fc.tuple(fc.constant("forget" as const), process),
    fc.tuple(fc.constant("read" as const), fc.dictionary(process, members, { noNullPrototype: true })),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const known = new Map<string, string>();
      let by = "";
      const view = new PresenceView((change, name) => {
        const key = `${by} ${name}`;
        // By process only where the step says which: a reading is checked by its outcome alone.
        if (by === "") return;
        expect(known.has(key)).toBe(change === "leave");
        if (change === "join") known.set(key, "");
        else known.delete(key);
      });
      const model = new Map<string, Set<string>>([
        ["p1", new Set()],
        ["p2", new Set()],
      ]);
      for (const one of steps) {
        by = one[0] === "read" ? "" : one[1];
        if (one[0] === "join") view.join(one[1], one[2], one[3]);
        if (one[0] === "leave") view.leave(one[1], one[2]);
        if (one[0] === "set") view.set(one[1], new Map(Object.entries(one[2])));
        if (one[0] === "forget") view.forget(one[1]);
        if (one[0] === "read") {
          view.beginReading();
          view.endReading(reading(one[1]), false);
        }
        if (one[0] === "join") model.get(one[1])!.add(one[2]);
        if (one[0] === "leave") model.get(one[1])!.delete(one[2]);
        if (one[0] === "set") model.set(one[1], new Set(Object.keys(one[2])));
        if (one[0] === "forget") model.set(one[1], new Set());
        if (one[0] === "read")
          for (const name of model.keys()) model.set(name, new Set(Object.keys(one[1][name] ?? {})));
        known.clear();
        for (const [name, all] of model) for (const who of all) known.set(`${name} ${who}`, "");
      }
      const present = [...model].filter(([, all]) => all.size > 0).map(([name]) => name);
      expect([...view.processes].sort()).toEqual(present.sort());
    }),
  );
});
