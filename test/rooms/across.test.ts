/** What is said across processes: each member once, in order, to whoever it is for, and to nobody else. */

import { describe, expect, test } from "vitest";
import type { BrokerConnection } from "../../src/rooms/broker.ts";
import type { CloseEnvelope } from "../../src/rooms/cluster/envelope.ts";
import { encodeEnvelope } from "../../src/rooms/cluster/envelope.ts";
import { TestPlatform } from "../support/test-platform.ts";
import { uncaught } from "../support/uncaught.ts";
import type { RoomsProcess } from "./cluster-of-rooms.ts";
import { ClusterOfRooms, NOTHING_LEFT } from "./cluster-of-rooms.ts";

async function twoChoirs() {
  const cluster = new ClusterOfRooms();
  const [here, there] = await cluster.two();
  const ada = here.enter("ada", "choir");
  const bob = there.enter("bob", "choir");
  await ready(here, there);
  await cluster.settled();
  return { cluster, here, there, ada, bob };
}

/** What is sent from now on is heard by all. */
async function ready(...processes: readonly RoomsProcess[]): Promise<void> {
  for (const { rooms } of processes) {
    for (const who of rooms.members) for (const name of rooms.of(who)) await rooms.room(name).ready();
  }
}

describe("a message", () => {
  test("to a room reaches each of its members once, here and there, in order", async () => {
    const { cluster, here, there, ada, bob } = await twoChoirs();
    const cy = there.enter("cy", "band");

    for (let at = 0; at < 20; at++) here.rooms.room("choir").sendText(`${at}`);
    await cluster.settled();

    const expected = Array.from({ length: 20 }, (_, at) => `${at}`);
    expect([ada.heard, bob.heard, cy.heard]).toEqual([expected, expected, []]);
  });

  test("is text or bytes, with its key, as it was when it was sent", async () => {
    const { cluster, here, bob } = await twoChoirs();
    const bytes = Uint8Array.of(1, 2, 3);

    here.rooms.room("choir").send(bytes, { key: "k" });
    here.rooms.room("choir").sendJson({ é: "\u{1f389}" });
    here.rooms.room("choir").sendText("");
    here.rooms.room("choir").sendBytes(new Uint8Array());
    bytes.fill(9);
    await cluster.settled();

    expect(bob.heard).toEqual([Uint8Array.of(1, 2, 3), '{"é":"\u{1f389}"}', "", new Uint8Array()]);
    expect(bob.messages.map(({ key }) => key)).toEqual(["k", undefined, undefined, undefined]);
  });

  test("to several rooms reaches each once, whatever of them it is in, and wherever", async () => {
    const { cluster, here, there, ada, bob } = await twoChoirs();
    there.rooms.join(bob, "band");
    const cy = there.enter("cy", "band");
    const dee = there.enter("dee", "other");
    await ready(there);

    here.rooms.union(["choir", "band", "nobody"]).sendText("one");
    here.rooms.union(["band", "choir"]).sendText("two");
    here.rooms.room("band").sendText("three");
    await cluster.settled();

    expect([ada.heard, bob.heard, cy.heard, dee.heard]).toEqual([
      ["one", "two"],
      ["one", "two", "three"],
      ["one", "two", "three"],
      [],
    ]);
  });

  test("to very many rooms reaches each once, too", async () => {
    const { cluster, here, there, ada, bob } = await twoChoirs();
    there.rooms.join(bob, "room 7");
    const [cy, dee] = [there.enter("cy", "room 50"), there.enter("dee", "another")];
    await ready(there);
    const names = Array.from({ length: 100 }, (_, at) => `room ${at}`);

    here.rooms.union([...names, "choir"]).sendText("hello");
    here.rooms
      .union([...names, "choir"])
      .except("room 50")
      .close(4000);
    await cluster.settled();

    expect([ada.heard, bob.heard, cy.heard, dee.heard]).toEqual([
      ["hello", "close 4000 "],
      ["hello", "close 4000 "],
      ["hello"],
      [],
    ]);
  });

  test("to everybody reaches everybody, whatever they are in", async () => {
    const { cluster, here, there, ada, bob } = await twoChoirs();
    const alone = there.enter("alone");
    await cluster.settled();

    here.rooms.everyone.sendText("hello");
    await cluster.settled();

    expect([ada.heard, bob.heard, alone.heard]).toEqual(Array(3).fill(["hello"]));
  });

  test("to a user reaches all sockets of that user", async () => {
    const { cluster, here, there, ada, bob } = await twoChoirs();
    const other = there.enter("other");
    here.identify(ada, "7");
    there.identify(bob, "7");
    there.identify(other, "8");
    await cluster.settled();

    here.rooms.user("7").sendText("hello");
    there.rooms.union(there.rooms.user("7")).sendText("hello, too");
    await cluster.settled();

    expect([ada.heard.sort(), bob.heard.sort(), other.heard]).toEqual([
      ["hello", "hello, too"],
      ["hello", "hello, too"],
      [],
    ]);
  });

  test("from a process without members of its own reaches the others", async () => {
    const { cluster, ada, bob } = await twoChoirs();
    const third = await cluster.process();

    third.rooms.room("choir").sendText("hello");
    await cluster.settled();

    expect([ada.heard, bob.heard]).toEqual([["hello"], ["hello"]]);
  });

  test("while the broker is away reaches those here, and the others when it is back", async () => {
    const { cluster, here, ada, bob } = await twoChoirs();
    cluster.broker.cut();

    here.rooms.room("choir").sendText("hello");
    await cluster.settled();
    expect([ada.heard, bob.heard]).toEqual([["hello"], []]);
    cluster.broker.mend();
    await cluster.pass(3_000);

    expect([ada.heard, bob.heard]).toEqual([["hello"], ["hello"]]);
  });

  test("that was on its way when the broker went away is told as lost, and does not come twice", async () => {
    const { cluster, here, bob } = await twoChoirs();

    here.rooms.room("choir").sendText("hello");
    await new Promise((resolve) => setImmediate(resolve));
    cluster.broker.cut();
    cluster.broker.mend();
    await cluster.pass(3_000);

    expect(here.reporter.lost).toMatchObject([{ why: "unconfirmed", messages: 1 }]);
    expect(bob.heard).toEqual([]);
  });

  test("to names of every kind reaches that room and no other", async () => {
    const cluster = new ClusterOfRooms();
    const [here, there] = await cluster.two();
    const names = [
      "*",
      "r:a",
      "a",
      "u:a",
      ">",
      ".",
      " ",
      "é",
      "\ud800",
      "\udc00",
      "\0",
      "__proto__",
      "x".repeat(5_000),
    ];
    const singers = names.map((name, at) => there.enter(`m${at}`, name));
    await ready(there);

    for (const [at, name] of names.entries()) here.rooms.room(name).sendText(`${at}`);
    await cluster.settled();

    expect(singers.map(({ heard }) => heard)).toEqual(names.map((_, at) => [`${at}`]));
  });
});

describe("leaving out", () => {
  test("a room leaves out its members on every machine, a socket that one", async () => {
    const { cluster, here, there, ada, bob } = await twoChoirs();
    const [amy, ben] = [here.enter("amy", "choir", "muted"), there.enter("ben", "choir", "muted")];
    await ready(here, there);

    here.rooms.room("choir").except("muted").sendText("one");
    here.rooms.room("choir").except([ada, "muted"]).sendText("two");
    here.rooms.union(["choir", "muted"]).except(here.rooms.room("muted")).sendText("three");
    await cluster.settled();

    expect([ada.heard, bob.heard, amy.heard, ben.heard]).toEqual([["one", "three"], ["one", "two", "three"], [], []]);
  });

  test("a user is left out on every machine", async () => {
    const { cluster, here, there, ada, bob } = await twoChoirs();
    there.identify(bob, "7");
    here.identify(ada, "7");
    const cy = there.enter("cy", "choir");

    here.rooms.room("choir").except(here.rooms.user("7")).sendText("hello");
    await cluster.settled();

    expect([ada.heard, bob.heard, cy.heard]).toEqual([[], [], ["hello"]]);
  });

  test("of who has left by the time it comes counts where they are", async () => {
    const { cluster, here, there, bob } = await twoChoirs();
    there.rooms.join(bob, "muted");

    here.rooms.room("choir").except("muted").sendText("one");
    there.rooms.leave(bob, "muted");
    await cluster.settled();

    expect(bob.heard).toEqual(["one"]);
  });
});

describe("closing", () => {
  test("a room closes its members on every machine, with code and reason, behind what was sent", async () => {
    const { cluster, here, there, ada, bob } = await twoChoirs();
    const cy = there.enter("cy");

    here.rooms.room("choir").sendText("goodbye");
    here.rooms.room("choir").close(4000, "over");
    await cluster.settled();

    expect([ada.heard, bob.heard, cy.heard]).toEqual([
      ["goodbye", "close 4000 over"],
      ["goodbye", "close 4000 over"],
      [],
    ]);
  });

  test("a user closes all of the user's sockets, but for those left out", async () => {
    const { cluster, here, there, ada, bob } = await twoChoirs();
    for (const [process, who] of [
      [here, ada],
      [there, bob],
    ] as const) {
      process.identify(who, "7");
    }
    await cluster.settled();

    here.rooms.user("7").except(ada).close(4001, "elsewhere");
    await cluster.settled();

    expect([ada.heard, bob.heard]).toEqual([[], ["close 4001 elsewhere"]]);
  });

  test("several rooms, or all, closes each once", async () => {
    const { cluster, here, there, bob } = await twoChoirs();
    there.rooms.join(bob, "band");
    const closes: string[] = [];
    bob.close = (code) => closes.push(`${code}`);
    await ready(there);

    here.rooms.union(["choir", "band"]).close(4000);
    await cluster.settled();
    here.rooms.everyone.close(4001);
    await cluster.settled();

    expect(closes).toEqual(["4000", "4001"]);
  });

  test("with a code that another process should not have sent is told, and nobody's end", async () => {
    const thrown = uncaught();
    const { cluster, there, bob } = await twoChoirs();
    bob.close = (code) => {
      if (code === 1006) throw new Error("bad code");
    };
    const connection = await strangerOn(cluster);
    const close: CloseEnvelope = {
      type: "close",
      from: "x",
      several: undefined,
      exceptTopics: [],
      code: 1006,
      reason: "",
    };

    await connection.publish([{ topic: "r:choir", envelope: encodeEnvelope(close, new TestPlatform().text) }]);
    await connection.close();

    expect([there.reporter.memberErrors, there.reporter.errors, thrown]).toEqual([[new Error("bad code")], [], []]);
  });
});

describe("what a stranger sends to a topic", () => {
  test("is dropped, and told once", async () => {
    const { cluster, here, there, ada, bob } = await twoChoirs();
    await here.watch();
    const connection = await strangerOn(cluster);

    for (const topic of ["r:choir", "p:r:choir"]) {
      await connection.publish([{ topic, envelope: Buffer.from('{"hello":"world"}') }]);
    }
    await connection.close();

    expect([ada.heard, bob.heard]).toEqual([[], []]);
    expect([here.reporter.errors.length, there.reporter.errors.length]).toEqual([1, 1]);
  });

  test("of another kind than the topic is for does no harm", async () => {
    const { cluster, here, ada } = await twoChoirs();
    const heard = await here.watch();
    const connection = await strangerOn(cluster);
    const presence = { type: "presence", from: "x", change: "join", members: { m1: "{}" } } as const;
    const message = {
      type: "message",
      from: "x",
      several: undefined,
      exceptTopics: [],
      data: "x",
      key: undefined,
    } as const;
    const { text } = new TestPlatform();

    await connection.publish([
      { topic: "r:choir", envelope: encodeEnvelope(presence, text) },
      { topic: "p:r:choir", envelope: encodeEnvelope(message, text, text.encode("x")) },
    ]);
    await connection.close();
    await cluster.settled();

    expect([ada.heard, heard, here.reporter.errors]).toEqual([[], [], []]);
  });
});

describe("ready", () => {
  test("of a room resolves when what others send is heard here", async () => {
    const cluster = new ClusterOfRooms();
    const [here, there] = await cluster.two();
    const bob = there.enter("bob", "choir");

    await there.rooms.room("choir").ready();
    here.rooms.room("choir").sendText("hello");
    await cluster.settled();

    expect(bob.heard).toEqual(["hello"]);
    await here.rooms.room("nobody is here").ready();
  });
});

describe("a process hears", () => {
  test("only the rooms in which it has members, from the first to the last", async () => {
    const cluster = new ClusterOfRooms();
    const one = await cluster.process();
    expect(cluster.broker.subscribed).toEqual([]);

    const [ada, amy] = [one.enter("ada", "choir"), one.enter("amy", "choir", "band")];
    await cluster.settled();
    expect(cluster.broker.subscribed.sort()).toEqual(["*", "r:band", "r:choir"]);
    one.rooms.leave(ada, "choir");
    one.rooms.exit(amy);
    await cluster.settled();
    expect(cluster.broker.subscribed).toEqual(["*"]);
    one.rooms.exit(ada);
    await cluster.settled();

    expect(cluster.broker.subscribed).toEqual([]);
  });

  test("nothing any more after its end, and leaves nothing behind", async () => {
    const { cluster, here, there, ada, bob } = await twoChoirs();
    await here.rooms.shutDown(1_000);

    there.rooms.room("choir").sendText("hello");
    await cluster.settled();
    expect([ada.heard, bob.heard]).toEqual([[], ["hello"]]);
    await there.rooms.shutDown(1_000);

    expect(cluster.left).toEqual(NOTHING_LEFT);
  });
});

/** A process that is none of ours. */
function strangerOn({ broker }: ClusterOfRooms): Promise<BrokerConnection> {
  const listener = { brokerOnMessage() {}, brokerOnLost() {}, brokerOnBack() {} };
  return broker.connect({ process: "stranger", listener, signal: new AbortController().signal });
}
