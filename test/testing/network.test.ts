/** Connections in memory are what sockets are: bytes in order, backpressure, half-open ends, resets; and faults as asked for. */

import { connect, createServer } from "node:net";
import type { Duplex } from "node:stream";
import { describe, expect, onTestFinished, test } from "vitest";
import { ManualClock } from "../../src/testing/manual-clock.ts";
import type { Faults } from "../../src/testing/network/faults.ts";
import { resolveFaults } from "../../src/testing/network/faults.ts";
import { Line } from "../../src/testing/network/line.ts";
import { realClock } from "../../src/testing/real-time.ts";
import { settle } from "../../src/testing/settle.ts";
import { within } from "../support/within.ts";

function line(faults: Faults = {}, clock = realClock): Line {
  const parts = { number: 0, address: "10.0.0.7", port: 40_000, serverPort: 80, encrypted: false };
  return new Line({ clock, faults: resolveFaults(faults), ...parts });
}

/** Both ends of a connection, and what has come out of each. */
function ends(faults?: Faults, clock?: ManualClock) {
  const whole = line(faults, clock);
  const server = whole.accept();
  return { whole, client: whole.client, server, up: heard(server), down: heard(whole.client) };
}

function heard(stream: Duplex) {
  const pieces: string[] = [];
  const events: string[] = [];
  stream.on("data", (chunk: Buffer) => pieces.push(chunk.toString("latin1")));
  stream.on("end", () => events.push("end"));
  stream.on("error", (error: NodeJS.ErrnoException) => events.push(error.code!));
  stream.on("close", () => events.push("close"));
  return { pieces, events };
}

describe("an end", () => {
  test("knows who is at the other one", () => {
    const { client, server } = ends();

    expect([server.remoteAddress, server.remotePort]).toEqual(["10.0.0.7", 40_000]);
    expect([client.localAddress, client.localPort, client.remotePort]).toEqual(["10.0.0.7", 40_000, 80]);
  });

  test("gives copies: who changes bytes after the write changes nothing", async () => {
    const { client, up } = ends();
    const bytes = Buffer.from("before");

    client.write(bytes);
    bytes.fill("x");
    await settle();

    expect(up.pieces).toEqual(["before"]);
  });

  test("holds the writer back when the other side does not read, and loses nothing", async () => {
    const whole = line();
    const server = whole.accept();
    const sent = Buffer.alloc(3_000_000, "abc");

    whole.client.write(sent);
    await settle();
    expect(whole.client.writableNeedDrain).toBe(true);
    expect(whole.passed.sent).toBeLessThan(500_000);
    const up = heard(server);
    await settle();

    expect(Buffer.from(up.pieces.join(""), "latin1").equals(sent)).toBe(true);
    expect(whole.client.writableNeedDrain).toBe(false);
  });

  test("that has ended hears on, until the other one ends", async () => {
    const { client, server, up, down } = ends();

    client.end("bye");
    await settle();
    server.end("you, too");
    await settle();

    expect([up.pieces, down.pieces]).toEqual([["bye"], ["you, too"]]);
    expect([up.events, down.events]).toEqual([
      ["end", "close"],
      ["end", "close"],
    ]);
  });
});

/** What the other side hears of an end: the same over TCP of this machine. */
describe("the other side of", () => {
  type Act = (near: Duplex, far: Duplex) => void | Promise<void>;
  const scenes: Record<string, Act> = {
    "an end": (near) => void near.end("x"),
    "a destruction": (near) => void near.destroy(),
    "a destruction behind bytes": async (near) => {
      await new Promise((resolve) => near.write("x", resolve));
      near.destroy();
    },
    "a reset": (near) => void (near as Duplex & { resetAndDestroy(): void }).resetAndDestroy(),
    "a destruction with bytes unread": async (near, far) => {
      far.write("unread");
      await new Promise((resolve) => near.once("readable", resolve));
      near.destroy();
    },
  };

  test.each(Object.entries(scenes))("%s", async (_, act) => {
    const inMemory = line();
    const overPort = await tcp();

    const seen = await Promise.all([watch([inMemory.client, inMemory.accept()], act), watch(overPort, act)]);

    expect(seen[0]).toEqual(seen[1]);
  });

  async function watch([near, far]: readonly [Duplex, Duplex], act: Act) {
    near.on("error", () => {});
    const { pieces, events } = heard(far);
    far.on("end", () => far.end());
    const closed = new Promise((resolve) => far.once("close", resolve));
    await act(near, far);
    await within(closed, "end of the far side", 4_000);
    near.destroy();
    return { text: pieces.join(""), events };
  }

  async function tcp(): Promise<readonly [Duplex, Duplex]> {
    const server = createServer({ allowHalfOpen: true });
    onTestFinished(() => void server.close());
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const accepted = new Promise<Duplex>((resolve) => server.once("connection", resolve));
    const near = connect({ port: (server.address() as { port: number }).port, host: "127.0.0.1", allowHalfOpen: true });
    await new Promise((resolve) => near.once("connect", resolve));
    return [near, await accepted];
  }
});

test("who writes to a side that has gone is reset", async () => {
  const { client, server, down } = ends();
  server.destroy();
  await settle();

  client.write("anybody?");
  await settle();

  expect(down.events).toEqual(["end", "ECONNRESET", "close"]);
});

describe("faults", () => {
  test("the same seed splits alike, another one otherwise", async () => {
    const split = async (seed: number) => {
      const { client, up } = ends({ seed, split: 5 });
      client.write("a text of some length, to be cut to pieces");
      await settle();
      return up.pieces;
    };

    const [one, same, other] = [await split(7), await split(7), await split(8)];

    expect(one.join("")).toBe("a text of some length, to be cut to pieces");
    expect(Math.max(...one.map(({ length }) => length))).toBeLessThanOrEqual(5);
    expect(same).toEqual(one);
    expect(other).not.toEqual(one);
  });

  test("delays by the clock, in order, the end as well", async () => {
    const clock = new ManualClock();
    const { client, up } = ends({ delay: [10, 100], seed: 3 }, clock);
    for (const text of ["1", "2", "3"]) client.write(text);
    client.end();

    await clock.advance(9);
    expect(up.pieces).toEqual([]);
    await clock.advance(91);

    expect(up.pieces.join("")).toBe("123");
    expect(up.events).toEqual(["end"]);
  });

  test.each(["reset", "fin"] as const)("cuts after so many bytes, with a %s", async (how) => {
    const { client, up, down } = ends({ cutAfter: { sent: 4 }, how });

    client.write("123456");
    await settle();

    expect(up.pieces.join("")).toBe("1234");
    const heard = how === "fin" ? ["end"] : ["ECONNRESET", "close"];
    expect([up.events, down.events]).toEqual([heard, heard]);
  });

  test("stalls after so many bytes of both ways together, and goes on when told to", async () => {
    const { whole, client, server, up, down } = ends({ stall: 6 });
    client.write("1234");
    await settle();
    server.write("abcd");
    client.write("56");
    await settle();
    expect(up.pieces.join("").length + down.pieces.join("").length).toBe(6);
    expect(whole.isStalled).toBe(true);

    whole.resume();
    await settle();

    expect([up.pieces.join(""), down.pieces.join("")]).toEqual(["123456", "abcd"]);
  });
});
