/** The ledger of the cluster test finds what it is there to find. */

import { describe, expect, test } from "vitest";
import { clip, gaps, Heard } from "./heard.ts";
import type { Publisher, Stay } from "./ledger.ts";
import { judge } from "./ledger.ts";

/** Numbers as they came. */
type Streams = Readonly<Record<string, readonly number[]>>;

const ALL = [1, 2, 3, 4, 5, 6];
const TIMES = [10, 20, 30, 40, 50, 60];

/** "near" is at the same server as all members, "far" at another; "loft" speaks in a room that has no permanent member. */
const PUBLISHERS: ReadonlyMap<string, Publisher> = new Map([
  ["near", { room: "lobby", station: "s0", times: TIMES }],
  ["far", { room: "lobby", station: "s1", times: TIMES }],
  ["loft", { room: "loft", station: "s1", times: TIMES }],
]);

/** Was there all the time; came behind 2 and went behind 4; came to the loft, and was ready before 3. */
const WELL = {
  permanent: { near: ALL, far: ALL },
  passing: { near: [3, 4], far: [2, 3] },
  alone: { loft: [3, 4, 5, 6] },
} satisfies Record<string, Streams>;

const passing: Partial<Stay> = {
  number: 2,
  end: "left",
  joined: { near: 2 },
  left: { near: 4 },
  witness: { stay: 1, from: { near: 2, far: 1 }, to: { near: 4, far: 3 } },
};
const alone: Partial<Stay> = { number: 3, room: "loft", joined: {}, readyAt: 25 };

test("is content when all is well", () => {
  expect(complaintsAbout({})).toEqual([]);
});

test("is content with more than is owed: what was sent before somebody was ready", () => {
  expect(complaintsAbout({ alone: { loft: [2, 3, 4, 5, 6] } })).toEqual([]);
});

describe("complains", () => {
  test.each<[what: string, streams: Partial<Record<keyof typeof WELL, Streams>>]>([
    ["of one that was dropped on the way from another machine", { permanent: { near: ALL, far: [1, 2, 3, 4, 6] } }],
    ["of one that was dropped on the same machine", { permanent: { near: [1, 2, 4, 5, 6], far: ALL } }],
    ["of the first one", { permanent: { near: ALL, far: [2, 3, 4, 5, 6] } }],
    ["of the last one", { permanent: { near: ALL, far: [1, 2, 3, 4, 5] } }],
    ["of a publisher that is not heard at all", { alone: {} }],
    ["of one that came twice", { permanent: { near: ALL, far: [1, 2, 2, 3, 4, 5, 6] } }],
    ["of one that came again later", { permanent: { near: ALL, far: [1, 2, 3, 4, 2, 5, 6] } }],
    ["of two that were swapped", { permanent: { near: ALL, far: [1, 3, 2, 4, 5, 6] } }],
    ["of a publisher of another room", { permanent: { near: ALL, far: ALL, loft: [1] } }],
    ["of one that was sent before somebody came", { passing: { near: [2, 3, 4], far: [2, 3] } }],
    ["of one that was sent after somebody went", { passing: { near: [3, 4, 5], far: [2, 3] } }],
    ["of one that was lost when somebody came", { passing: { near: [4], far: [2, 3] } }],
    ["of one that was lost when somebody went", { passing: { near: [3], far: [2, 3] } }],
    ["of one from elsewhere that only the others heard", { passing: { near: [3, 4], far: [2] } }],
    ["of one from elsewhere that the others had heard before", { passing: { near: [3, 4], far: [1, 2, 3] } }],
    ["of one that was sent after somebody was ready", { alone: { loft: [4, 5, 6] } }],
    ["of one that was lost for who is alone", { alone: { loft: [3, 4, 6] } }],
  ])("%s", (_, streams) => {
    expect(complaintsAbout(streams)).toHaveLength(1);
  });
});

describe("what may be lost", () => {
  const streams = { permanent: { near: ALL, far: [1, 2, 5, 6] }, passing: { near: [3, 4], far: [2] } };

  test("is no complaint, and is told", () => {
    const { complaints, missed } = judgeOf(
      streams,
      (publisher, number) => publisher === "far" && [3, 4].includes(number),
    );

    expect(complaints).toEqual([]);
    expect(missed).toEqual(new Map([["far", new Set([3, 4])]]));
  });

  test("is not more than that", () => {
    expect(judgeOf(streams, (_, number) => number === 3).complaints).toHaveLength(1);
  });

  test("is nothing on the same machine", () => {
    const local = { permanent: { near: [1, 2, 4, 5, 6], far: ALL } };

    expect(judgeOf(local, () => true).complaints).toHaveLength(1);
  });
});

test("what a publisher sent that was killed comes up to some point, without a gap", () => {
  const killed = new Map([...PUBLISHERS, ["far", { room: "lobby", station: "s1", times: undefined }] as const]);
  const judgeFar = (far: readonly number[]) => {
    const stays = [stayOf({ number: 1, isPermanent: true, joined: { near: 0 } }, { near: ALL, far }, [])];
    return judge({ publishers: killed, stays, mayMiss: () => false }).complaints;
  };

  expect(judgeFar([1, 2, 3])).toEqual([]);
  expect(judgeFar([])).toEqual([]);
  expect(judgeFar([1, 3])).toHaveLength(1);
  expect(judgeFar([2, 3])).toHaveLength(1);
});

test("ranges are cut, and their gaps found", () => {
  const ranges = [
    [1, 3],
    [6, 9],
  ] as const;

  expect(clip(ranges, 2, 7)).toEqual([
    [2, 3],
    [6, 7],
  ]);
  expect(clip(ranges, 4, 5)).toEqual([]);
  expect(gaps(ranges, 1, 11)).toEqual([4, 5, 10, 11]);
  expect(gaps([], 1, 2)).toEqual([1, 2]);
  expect(gaps(ranges, 7, 8)).toEqual([]);
});

function complaintsAbout(streams: Partial<Record<keyof typeof WELL, Streams>>): readonly string[] {
  return judgeOf(streams, () => false).complaints;
}

/** Where nothing else is said, all went well. */
function judgeOf(
  streams: Partial<Record<keyof typeof WELL, Streams>>,
  mayMiss: (publisher: string, number: number) => boolean,
) {
  const all: Record<keyof typeof WELL, Streams> = { ...WELL, ...streams };
  const complaints: string[] = [];
  const stays = [
    stayOf({ number: 1, isPermanent: true, joined: { near: 0 } }, all.permanent, complaints),
    stayOf(passing, all.passing, complaints),
    stayOf(alone, all.alone, complaints),
  ];
  const verdict = judge({ publishers: PUBLISHERS, stays, mayMiss });
  return { ...verdict, complaints: complaints.length > 0 ? complaints : verdict.complaints };
}

function stayOf(given: Partial<Stay>, streams: Streams, complaints: string[]): Stay {
  const heard = new Heard();
  for (const [publisher, numbers] of Object.entries(streams)) {
    for (const number of numbers) {
      const complaint = heard.take(publisher, number);
      if (complaint !== undefined) complaints.push(complaint);
    }
  }
  return {
    number: 0,
    member: "",
    room: "lobby",
    station: "s0",
    isPermanent: false,
    end: "present",
    joined: undefined,
    left: undefined,
    readyAt: 0,
    witness: undefined,
    ...given,
    heard: heard.ranges(),
  };
}
