/** What comes while a large compressed message is still inflated or deflated off the event loop: order, and both ends. */

import { describe, expect, test } from "vitest";
import { PLAIN_DEFLATE } from "./case.ts";
import { holdEngine, ROLES } from "./endpoints.ts";
import { close, describeFrame, ping, pong, repeat, text, withRsv } from "./frames.ts";
import { expectTcpEnd } from "./run-case.ts";
import { JSON_DATA } from "./test-data.ts";

const HELLO = text("Hello");
const LARGE = JSON_DATA.message(0, 250_000);

describe.each(ROLES)("x.large our engine as a %s", (role) => {
  const hold = () => holdEngine(role, { deflate: PLAIN_DEFLATE });
  const lines = ({ peer }: Awaited<ReturnType<typeof hold>>) => peer.received.map(describeFrame);

  test("messages come back in order, large and small, compressed and plain", async () => {
    await using held = await hold();
    const { peer } = held;
    const sent = [LARGE, HELLO, LARGE, text(""), HELLO, LARGE];

    await peer.sendCompressed(LARGE, 1000);
    await peer.sendCompressed(HELLO, 2);
    await peer.send(LARGE, text(""));
    await peer.sendCompressed(HELLO, 100);
    await peer.sendCompressed(LARGE, 100_000);
    await peer.receive(sent.length);

    expect(lines(held)).toEqual(sent.map(describeFrame));
  });

  test("a ping behind a large message is answered, and all messages come back", async () => {
    await using held = await hold();
    const { peer } = held;

    await peer.sendCompressed(LARGE, Number.POSITIVE_INFINITY);
    await peer.send(ping("a"), HELLO);
    await peer.receive(3);

    const isPong = (line: string) => line === describeFrame(pong("a"));
    expect(lines(held).filter(isPong)).toHaveLength(1);
    expect(lines(held).filter((line) => !isPong(line))).toEqual([LARGE, HELLO].map(describeFrame));
  });

  test("a Close frame right behind a large message: what was echoed comes before the answer", async () => {
    await using held = await hold();
    const { peer } = held;

    await peer.sendCompressed(LARGE, Number.POSITIVE_INFINITY);
    await peer.send(HELLO, close(1000));
    await peer.receive(3);

    expect(lines(held)).toEqual([LARGE, HELLO, close(1000)].map(describeFrame));
    await expectTcpEnd(held, role, { type: "closes" });
  });

  test("a rule broken right behind a large message: the message has been received, and the fail is the last", async () => {
    await using held = await hold();
    const { peer } = held;

    await peer.sendCompressed(LARGE, Number.POSITIVE_INFINITY);
    await peer.send(withRsv(2, HELLO));
    await expectTcpEnd(held, role, { type: "fails", code: 1002 });

    expect(held.messages).toEqual([LARGE.payload.toString()]);
    expect(lines(held).at(-1)).toBe(describeFrame(close(1002)));
  });

  test("a FIN right behind a large message: the message has been received", async () => {
    await using held = await hold();
    const { peer } = held;

    await peer.sendCompressed(LARGE, Number.POSITIVE_INFINITY);
    await peer.send(HELLO);
    peer.end();

    expect(await held.closed).toEqual({ code: 1006, reason: "", wasClean: false });
    expect(held.messages.map((message) => message.length)).toEqual([250_000, 5]);
  });

  test("a Close frame and a FIN right behind a large message: the end is clean", async () => {
    await using held = await hold();
    const { peer } = held;

    await peer.sendCompressed(LARGE, Number.POSITIVE_INFINITY);
    await peer.send(close(1001, "bye"));
    peer.end();

    expect(await held.closed).toEqual({ code: 1001, reason: "bye", wasClean: true });
    expect(held.messages.map((message) => message.length)).toEqual([250_000]);
  });

  test("a FIN while we have paused: what came before it is received after the pause", async () => {
    await using held = await hold();
    const { peer, engine } = held;

    engine.pause();
    await peer.send(HELLO, HELLO, close(1001));
    peer.end();
    await peer.quiet();
    expect(held.messages).toEqual([]);
    engine.resume();

    expect(await held.closed).toEqual({ code: 1001, reason: "", wasClean: true });
    expect(held.messages).toEqual(["Hello", "Hello"]);
  });

  test("we close behind a large message of ours: it is sent first", async () => {
    await using held = await hold();
    const { peer, engine } = held;

    engine.send(LARGE.payload.toString());
    engine.send("Hello");
    engine.close(1001);
    await peer.receive(3);
    await peer.send(close(1001));
    await expectTcpEnd(held, role, { type: "closes" });

    expect(lines(held)).toEqual([LARGE, HELLO, close(1001)].map(describeFrame));
  });

  test("a Close frame of the peer's meets one of ours behind a large message: one is sent, and the end is clean", async () => {
    await using held = await hold();
    const { peer, engine } = held;

    engine.send("x".repeat(1_000_000));
    engine.close(1001);
    await peer.send(close(1000));
    await expectTcpEnd(held, role, { type: "closes" });

    expect(lines(held).filter((line) => line.startsWith("close"))).toHaveLength(1);
    expect(await held.closed).toMatchObject({ wasClean: true });
  });

  test("a peer that resets while a large message is inflated ends it with 1006", async () => {
    await using held = await hold();
    const { peer } = held;

    await peer.sendCompressed(text(repeat("x", 20_000_000)), Number.POSITIVE_INFINITY);
    peer.reset();

    expect(await held.closed).toMatchObject({ code: 1006, reason: "", wasClean: false });
  });
});
