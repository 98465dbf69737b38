/** How a connection ends on TCP (RFC 6455, 7.1): who ends first, no reset under the Close frame, and ends without one. */

import { describe, expect, test } from "vitest";
import { hex } from "../support/hex.ts";
import { connectOurs, holdEngine, ROLES } from "./endpoints.ts";
import type { Frame } from "./frames.ts";
import { binary, close, describeFrame, last, ping, pong, repeat, text, textPart } from "./frames.ts";
import type { RawPeer } from "./raw-peer.ts";
import { expectTcpEnd } from "./run-case.ts";

const HELLO = text("Hello");
const MIB = 1024 * 1024;

const lines = (peer: RawPeer) => peer.received.map(describeFrame);

describe.each(ROLES)("x.tcp the peer goes on sending: our engine as a %s", (role) => {
  test.each<[what: string, frames: Frame[], code: number]>([
    ["a frame that fails", [{ ...HELLO, rsv: 1 }], 1002],
    ["text that is no UTF-8", [text(hex("ff"))], 1007],
    ["a Close frame", [close(1001)], 1001],
  ])("our Close frame after %s can be read behind 32 MiB more, and TCP is not reset", async (_, frames, code) => {
    await using endpoints = await connectOurs(role);
    const { peer } = endpoints;

    // Unread until all is written, as a peer does that writes first and reads later.
    peer.pause();
    await peer.send(...frames);
    for (let sent = 0; sent < 32; sent++) await peer.send(binary(repeat("x", MIB)));
    peer.resume();

    await peer.receive(1);
    expect(lines(peer)).toEqual([describeFrame(close(code))]);
    await expectTcpEnd(endpoints, role, code === 1001 ? { type: "closes" } : { type: "fails", code });
  });
});

describe.each(ROLES)("x.tcp ends without a Close frame: our engine as a %s", (role) => {
  test.each<[where: string, send: (peer: RawPeer) => Promise<void>, back: Frame[]]>([
    ["at once", async () => {}, []],
    ["after a message", (peer) => peer.send(HELLO), [HELLO]],
    ["inside a header", (peer) => peer.write(peer.encode(HELLO).subarray(0, 1)), []],
    ["inside a payload", (peer) => peer.write(peer.encode(HELLO).subarray(0, -2)), []],
    ["inside a fragmented message", (peer) => peer.send(textPart("a")), []],
    ["inside a Close frame", (peer) => peer.write(peer.encode(close(1000)).subarray(0, -1)), []],
  ])("a FIN %s is 1006, and our end comes at once", async (_, send, back) => {
    await using held = await holdEngine(role);
    const { peer } = held;

    await send(peer);
    await peer.receive(back.length);
    peer.end();

    await peer.receiveClosed();
    expect(peer.tcp).toBe("closed");
    expect(lines(peer)).toEqual(back.map(describeFrame));
    expect(await held.closed).toEqual({ code: 1006, reason: "", wasClean: false });
  });

  test("a reset is 1006", async () => {
    await using held = await holdEngine(role);
    held.peer.reset();
    expect(await held.closed).toMatchObject({ code: 1006, reason: "", wasClean: false, cause: { code: "ECONNRESET" } });
  });
});

describe.each(ROLES)("x.close we begin: our engine as a %s", (role) => {
  // RFC 6455, 5.5.2: a ping is answered "unless it already received a Close frame"; 5.5.1 forbids data frames only.
  test("what comes before the peer's answer is still received, and only a pong follows our Close frame", async () => {
    await using held = await holdEngine(role);
    const { peer, engine } = held;

    engine.send("before");
    engine.close(4001, "bye");
    await peer.receive(2);
    await peer.send(HELLO, ping("still answered"), textPart("a"), last("b"));
    await peer.quiet();
    expect(peer.tcp).toBe("open");
    await peer.send(close(4001), text("ignored"));
    await expectTcpEnd(held, role, { type: "closes" });

    expect(lines(peer)).toEqual([text("before"), close(4001, "bye"), pong("still answered")].map(describeFrame));
    expect(held.messages).toEqual(["Hello", "ab"]);
    expect(await held.closed).toEqual({ code: 4001, reason: "", wasClean: true });
  });

  test("both begin at once: each sends one Close frame", async () => {
    await using held = await holdEngine(role);
    const { peer, engine } = held;

    const sent = peer.send(close(1001, "peer"));
    engine.close(1000, "engine");
    await sent;
    await peer.receive(1);
    await expectTcpEnd(held, role, { type: "closes" });

    expect(lines(peer)).toEqual([describeFrame(close(1000, "engine"))]);
    expect(await held.closed).toEqual({ code: 1001, reason: "peer", wasClean: true });
  });

  test("an answer that may not be so fails, without a second Close frame", async () => {
    await using held = await holdEngine(role);
    const { peer, engine } = held;

    engine.close(1000);
    await peer.receive(1);
    await peer.send(close(1005));
    await expectTcpEnd(held, role, { type: "fails", code: 1002 });

    expect(lines(peer)).toEqual([describeFrame(close(1000))]);
  });

  test("a peer that never answers is dropped after closeTimeout", async () => {
    await using held = await holdEngine(role, { closeTimeout: 50 });
    held.engine.close(1000);
    await held.peer.receive(1);
    await held.peer.receiveEnd();
    expect(await held.closed).toEqual({ code: 1006, reason: "", wasClean: false });
  });

  test("a peer that answers and keeps TCP open is dropped after closeTimeout", async () => {
    await using held = await holdEngine(role, { closeTimeout: 50 });
    await held.peer.send(close(1000));
    await held.peer.receive(1);
    await held.peer.receiveEnd();
    expect(await held.closed).toEqual({ code: 1000, reason: "", wasClean: true });
  });
});
