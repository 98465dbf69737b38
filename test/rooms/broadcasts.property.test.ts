/** Whatever is sent, joined, left and closed in whatever order: each member gets what it would get if all were handed out at once. */

import fc from "fast-check";
import { test } from "vitest";
import type { Message } from "../../src/protocol/message.ts";
import { Singer } from "./singer.ts";
import { testRooms } from "./test-rooms.ts";

const SINGERS = 6;
const ROOMS = ["a", "b", "c"];

const singer = fc.nat(SINGERS - 1);
const room = fc.constantFrom(...ROOMS);
const except = fc.record({
  members: fc.subarray(Array.from({ length: SINGERS }, (_, index) => index)),
  rooms: fc.subarray(ROOMS),
});

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ type: fc.constant("send"), room }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant("sendExcept"), room, except }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant("union"), rooms: fc.array(room), except }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant("everyone"), except }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant("user"), user: fc.constantFrom("u1", "u2") }) },
  { weight: 4, arbitrary: fc.record({ type: fc.constant("direct"), singer }) },
  { weight: 4, arbitrary: fc.record({ type: fc.constant("join"), singer, room }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant("leave"), singer, room }) },
  {
    weight: 2,
    arbitrary: fc.record({ type: fc.constant("identify"), singer, user: fc.constantFrom("u1", "u2", undefined) }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("close"), singer }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("closeRoom"), room }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("exit"), singer }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("enter"), singer }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant("turn") }) },
);

type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

/** Hands out at once. */
class Model {
  readonly heard: Message[][] = [];
  readonly #rooms = new Map<string, Set<number>>();
  readonly #users = new Map<number, string>();
  readonly #closed = new Set<number>();
  readonly #in = new Set<number>();

  at(name: string): Set<number> {
    let members = this.#rooms.get(name);
    if (members === undefined) {
      members = new Set();
      this.#rooms.set(name, members);
    }
    return members;
  }

  send(
    text: string,
    sets: readonly ReadonlySet<number>[],
    left: { members: readonly number[]; rooms: readonly string[] },
  ) {
    const out = new Set([...left.members, ...left.rooms.flatMap((name) => [...this.at(name)])]);
    for (const who of new Set(sets.flatMap((set) => [...set]))) if (!out.has(who)) this.direct(who, text);
  }

  direct(who: number, text: string): void {
    if (!this.#closed.has(who)) this.heard[who]!.push(text);
  }

  close(who: number, text: string): void {
    this.direct(who, text);
    this.#closed.add(who);
  }

  get everyone(): Set<number> {
    return this.#in;
  }

  user(user: string): Set<number> {
    return new Set([...this.#users].filter(([who, one]) => one === user && this.#in.has(who)).map(([who]) => who));
  }

  identify(who: number, user: string | undefined): void {
    if (user === undefined) this.#users.delete(who);
    else this.#users.set(who, user);
  }

  enter(who: number): void {
    this.#in.add(who);
    this.#closed.delete(who);
  }

  exit(who: number): void {
    for (const members of this.#rooms.values()) members.delete(who);
    this.#in.delete(who);
    this.#closed.add(who);
  }

  isIn(who: number): boolean {
    return this.#in.has(who);
  }
}

const NOBODY = { members: [], rooms: [] };

/** Runs the same steps on both; a crowd that is in two of the rooms makes several slices of a turn. */
function run(steps: readonly Step[], crowd: number) {
  const { rooms, platform, reporter } = testRooms();
  const model = new Model();
  const singers: Singer[] = [];
  /** A closed connection does not come back: who enters again is another one. */
  const all: { singer: Singer; index: number }[] = [];
  const enter = (index: number) => {
    const one = new Singer(rooms.toMany);
    singers[index] = one;
    all.push({ singer: one, index: model.heard.push([]) - 1 });
    rooms.enter(one);
  };
  const place = (index: number) => all.findLast(({ singer: one }) => one === singers[index])!.index;
  for (let index = 0; index < SINGERS + crowd; index++) {
    enter(index);
    model.enter(place(index));
    for (const name of index < SINGERS ? [] : ["a", "b"]) {
      rooms.join(singers[index]!, name);
      model.at(name).add(place(index));
    }
  }
  let sent = 0;
  for (const one of steps) {
    const text = `${one.type} ${sent++}`;
    const left = "except" in one ? { ...one.except, members: one.except.members.map(place) } : NOBODY;
    const leaveOut =
      "except" in one ? [...one.except.members.map((index) => singers[index]!), ...one.except.rooms] : [];
    switch (one.type) {
      case "send":
        rooms.room(one.room!).sendText(text);
        model.send(text, [model.at(one.room!)], NOBODY);
        break;
      case "sendExcept":
        rooms.room(one.room!).except(leaveOut).sendText(text);
        model.send(text, [model.at(one.room!)], left);
        break;
      case "union":
        rooms.union(one.rooms!).except(leaveOut).sendText(text);
        model.send(
          text,
          one.rooms!.map((name) => model.at(name)),
          left,
        );
        break;
      case "everyone":
        rooms.everyone.except(leaveOut).sendText(text);
        model.send(text, [model.everyone], left);
        break;
      case "user":
        rooms.user(one.user!).sendText(text);
        model.send(text, [model.user(one.user!)], NOBODY);
        break;
      case "direct":
        singers[one.singer!]!.send(text);
        model.direct(place(one.singer!), text);
        break;
      case "join":
        if (!model.isIn(place(one.singer!))) break;
        rooms.join(singers[one.singer!]!, one.room!);
        model.at(one.room!).add(place(one.singer!));
        break;
      case "leave":
        rooms.leave(singers[one.singer!]!, one.room!);
        model.at(one.room!).delete(place(one.singer!));
        break;
      case "identify": {
        const who = singers[one.singer!]!;
        if (!model.isIn(place(one.singer!))) break;
        const before = who.userId;
        who.userId = one.user;
        rooms.identified(who, before);
        model.identify(place(one.singer!), one.user);
        break;
      }
      case "close":
        singers[one.singer!]!.close(1000, text);
        model.close(place(one.singer!), `close 1000 ${text}`);
        break;
      case "closeRoom":
        rooms.room(one.room!).close(4000, text);
        for (const who of model.at(one.room!)) model.close(who, `close 4000 ${text}`);
        break;
      case "exit":
        rooms.exit(singers[one.singer!]!);
        singers[one.singer!]!.close(1006, "gone");
        model.close(place(one.singer!), "close 1006 gone");
        model.exit(place(one.singer!));
        break;
      case "enter":
        if (model.isIn(place(one.singer!))) break;
        enter(one.singer!);
        model.enter(place(one.singer!));
        break;
      default:
        platform.turn();
    }
  }
  platform.turnAll();
  return { singers: all.map(({ singer: one }) => one), model, reporter, rooms };
}

function check(steps: readonly Step[], crowd: number): void {
  const { singers, model, reporter, rooms } = run(steps, crowd);
  for (const [index, { heard }] of singers.entries()) {
    const expected = model.heard[index]!;
    if (heard.join("|") === expected.join("|")) continue;
    throw new Error(`member ${index} got\n  ${heard.join(", ")}\nand not\n  ${expected.join(", ")}`);
  }
  for (const error of [...reporter.errors, ...reporter.memberErrors]) throw error;
  for (const one of singers) rooms.exit(one);
  const left = ROOMS.reduce((sum, name) => sum + rooms.room(name).size, rooms.members.size);
  if (left > 0) throw new Error(`${left} members are left`);
}

test("each member gets every message that is for it once, in the order of the calls", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => check(steps as Step[], 0)),
    { numRuns: 2_000 },
  );
});

test("also while others wait for their slice", () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 20, maxLength: 80 }), (steps) => check(steps as Step[], 700)),
    { numRuns: 100 },
  );
});
