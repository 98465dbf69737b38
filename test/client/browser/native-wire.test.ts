/** The wire around a native WebSocket: the suite of all wires over undici's, and its own rules over one that the test plays. */

import { describe, expect, test } from "vitest";
import { nativeWire } from "../../../src/client/browser/native-wire.ts";
import { WIRE_HIGH_WATER } from "../../../src/socket/wire.ts";
import type { WireLacks } from "../../socket/wire-suite.ts";
import { Heard, wireSuite } from "../../socket/wire-suite.ts";
import { TestClock } from "../../support/test-clock.ts";
import { nativePair } from "./native-pair.ts";
import { PlayedSocket } from "./played-socket.ts";

const NO_TERMINATE = "a page cannot cut a connection: the server sees a Close frame without a code";
const LACKS: WireLacks = {
  ping: "pages cannot ping",
  pause: "pages cannot hold a server back",
  answersToClose: 'WHATWG WebSockets: a message that comes "if ready state is not OPEN" is dropped',
  terminate: { who: "client", why: NO_TERMINATE },
};
const LACKS_AS_SERVER: WireLacks = {
  goodbye: "browsers answer a Close frame by themselves",
  sendStream: "pages cannot send fragments",
  terminate: { who: "server", why: NO_TERMINATE },
};

wireSuite(
  "a native WebSocket and an engine",
  async () => {
    const { native, engine, settle } = await nativePair();
    const { tcp } = engine;
    return { server: engine, client: native, settle, block: () => tcp.cork(), unblock: () => tcp.uncork() };
  },
  LACKS,
);

// The other way round: what the suite asks of the server's side, it asks of the native one now.
wireSuite(
  "an engine and a native WebSocket",
  async () => {
    const { native, engine, settle } = await nativePair();
    const { tcp } = native;
    return { server: native, client: engine, settle, block: () => tcp.cork(), unblock: () => tcp.uncork() };
  },
  LACKS_AS_SERVER,
);

function play() {
  const clock = new TestClock();
  const native = new PlayedSocket();
  native.readyState = 1;
  const wire = nativeWire(native, clock, { closeTimeout: 10_000 });
  const heard = new Heard();
  return { clock, native, wire, heard };
}

function open() {
  const played = play();
  played.wire.open(played.heard);
  return played;
}

describe("a native WebSocket's wire", () => {
  test("asks for no more than a page can do", () => {
    const { wire } = open();

    expect(wire).not.toHaveProperty("ping");
    expect(wire).not.toHaveProperty("pause");
    expect(wire).not.toHaveProperty("resume");
    expect(wire).not.toHaveProperty("sendStream");
  });

  test("gives bytes as a Uint8Array, and text as it is", () => {
    const { native, heard } = open();

    native.tell("message", { data: Uint8Array.of(1, 2).buffer });
    native.tell("message", { data: "" });

    expect(heard.messages).toEqual([Uint8Array.of(1, 2), ""]);
  });

  test("knows when the server was last heard: at the beginning, then with each message", () => {
    const { clock, native, wire } = open();
    const opened = clock.now();
    expect(wire.lastHeard).toBe(opened);

    clock.advance(700);
    native.tell("message", { data: "here" });
    clock.advance(300);

    expect(wire.lastHeard).toBe(opened + 700);
  });

  test("tells of room as soon as it sees that there is some, and looks no longer than somebody waits", () => {
    const { clock, native, wire, heard } = open();
    native.bufferedAmount = WIRE_HIGH_WATER - 1;
    expect(wire.send("fits", true)).toBe(true);
    expect(clock.timers).toBe(0);

    native.bufferedAmount = WIRE_HIGH_WATER;
    expect(wire.send("too much", true)).toBe(false);
    clock.advance(20);
    expect(clock.timers).toBe(1);
    native.bufferedAmount = 0;
    const before = heard.rooms;
    clock.advance(4);

    expect(heard.rooms).toBe(before + 1);
    expect(clock.timers).toBe(0);
  });

  test("where a runtime does not count, there is always room, and all is out at once", () => {
    const { native, wire } = open();
    native.bufferedAmount = Number.NaN;

    expect(wire.send("one", true)).toBe(true);
    const told: boolean[] = [];
    wire.flushed((out) => told.push(out));

    expect(wire.bufferedAmount).toBe(0);
    expect(wire.unsent()).toBe(0);
    expect(told).toEqual([true]);
  });

  test("`flushed` waits until nothing is buffered, also over more than one look, for everybody who asked", () => {
    const { clock, native, wire } = open();
    const told: string[] = [];
    native.bufferedAmount = 10;

    wire.flushed((out) => told.push(`first ${out}`));
    wire.flushed((out) => told.push(`second ${out}`));
    clock.advance(100);
    expect(told).toEqual([]);
    native.bufferedAmount = 0;
    clock.advance(4);

    expect(told).toEqual(["first true", "second true"]);
    expect(clock.timers).toBe(0);
  });

  test("the end settles those who wait for their bytes, behind the end itself", () => {
    const { clock, native, wire, heard } = open();
    const told: unknown[] = [];
    native.bufferedAmount = 10;
    wire.flushed((out) => told.push([out, heard.ends.length]));

    native.tell("close", { code: 1006, reason: "", wasClean: false });
    clock.advance(4);

    expect(told).toEqual([[false, 1]]);
    expect(wire.bufferedAmount).toBe(0);
    expect(clock.timers).toBe(0);
  });

  test.each([
    [1000, ""],
    [3000, "bye"],
    [4999, "bye"],
  ])("closes natively with %i and %j", (code, reason) => {
    const { native, wire } = open();

    wire.close(code, reason);

    expect(native.closes).toEqual([[code, reason]]);
  });

  test.each([undefined, 1001, 1002, 1008, 1009, 1011, 1013, 2999, 5000, 3000.5])(
    "closes natively without a code for %s, which browsers do not send, and tells of it with that code",
    (code) => {
      const { native, wire, heard } = open();

      wire.close(code, "a reason");
      native.tell("close", { code: 1005, reason: "", wasClean: true });

      expect(native.closes).toEqual([[]]);
      expect(heard.ends).toEqual([{ code: code ?? 1005, reason: "", wasClean: true }]);
    },
  );

  test("tells the server's code, where it sent one of its own while we closed with ours", () => {
    const { native, wire, heard } = open();

    wire.close(1008, "");
    native.tell("close", { code: 4321, reason: "mine", wasClean: true });

    expect(heard.ends).toEqual([{ code: 4321, reason: "mine", wasClean: true }]);
  });

  test("does not tell of a code of ours that no Close frame answered", () => {
    const { native, wire, heard } = open();

    wire.close(1008, "");
    native.tell("close", { code: 1006, reason: "", wasClean: false });

    expect(heard.ends).toEqual([{ code: 1006, reason: "", wasClean: false }]);
  });

  test.each([
    ["a".repeat(123), "a".repeat(123)],
    ["a".repeat(124), "a".repeat(123)],
    [`${"a".repeat(121)}é!`, `${"a".repeat(121)}é`],
    [`${"a".repeat(122)}é!`, "a".repeat(122)],
    [`${"a".repeat(119)}😀!`, `${"a".repeat(119)}😀`],
    [`${"a".repeat(120)}😀!`, "a".repeat(120)],
    ["世".repeat(60), "世".repeat(41)],
  ])("cuts a reason to 123 bytes at a character: %s", (reason, cut) => {
    const { native, wire } = open();

    wire.close(4000, reason);

    expect(native.closes).toEqual([[4000, cut]]);
  });

  test("gives up a closing handshake that is not answered in time, once, and hears no more of it", () => {
    const { clock, native, wire, heard } = open();

    wire.close(4000, "");
    clock.advance(9_999);
    expect(heard.ends).toEqual([]);
    clock.advance(1);
    native.tell("message", { data: "late" });
    native.tell("close", { code: 4000, reason: "late", wasClean: true });

    expect(heard.ends).toEqual([{ code: 1006, reason: "", wasClean: false }]);
    expect(heard.messages).toEqual([]);
    expect(clock.timers).toBe(0);
  });

  test("gives a server time for as long as it takes what was sent before", () => {
    const { clock, native, wire, heard } = open();
    native.bufferedAmount = 1000;

    wire.close(4000, "");
    clock.advance(9_000);
    native.bufferedAmount = 500;
    clock.advance(10_999);
    expect(heard.ends).toEqual([]);
    clock.advance(1);

    expect(heard.ends).toMatchObject([{ code: 1006 }]);
  });

  test("leaves no timer behind a closing handshake", () => {
    const { clock, native, wire } = open();

    wire.close(1000, "");
    native.tell("close", { code: 1000, reason: "", wasClean: true });

    expect(clock.timers).toBe(0);
  });

  test("terminates at once, and what the native one says later is of no interest", () => {
    const { native, wire, heard } = open();

    wire.terminate();
    native.tell("message", { data: "late" });
    native.tell("close", { code: 1005, reason: "", wasClean: true });
    wire.terminate();

    expect(native.closes[0]).toEqual([]);
    expect(heard.ends).toEqual([{ code: 1006, reason: "", wasClean: false }]);
    expect(heard.messages).toEqual([]);
  });

  test("terminates before it was opened", () => {
    const { clock, native, wire } = play();

    wire.terminate();

    expect(native.closes).toEqual([[]]);
    expect(clock.timers).toBe(0);
  });

  test("after the end, does nothing", () => {
    const { clock, native, wire, heard } = open();
    const told: boolean[] = [];
    native.readyState = 3;
    native.tell("close", { code: 4000, reason: "why", wasClean: true });

    expect(wire.send("late", true)).toBe(false);
    wire.close(1000, "");
    wire.terminate();
    wire.flushed((out) => told.push(out));

    expect(native.sent).toEqual([]);
    expect(heard.ends).toEqual([{ code: 4000, reason: "why", wasClean: true }]);
    expect(told).toEqual([false]);
    expect(clock.timers).toBe(0);
  });
});
