/** A page's connection that is closing and has not ended: browsers take nothing more, and tell of the end later. */

import { expect, test } from "vitest";
import { nativeWire } from "../../../src/client/browser/native-wire.ts";
import { pageText } from "../../../src/client/browser/page-text.ts";
import { makeConnect } from "../../../src/client/connect.ts";
import type { ClientRuntime } from "../../../src/client/runtime.ts";
import { settle } from "../../support/socket-pair.ts";
import { TestClock } from "../../support/test-clock.ts";
import { PlayedSocket } from "./played-socket.ts";

const CLOSING = 2;
const CLOSED = 3;

/** A client whose native sockets the test plays. */
async function played() {
  const clock = new TestClock();
  const natives: PlayedSocket[] = [];
  const limits = { receiveMessages: 64, receiveBytes: 1024, receiveFullTimeout: 60_000, closeTimeout: 10_000 };
  const runtime: ClientRuntime = {
    platform: { text: pageText },
    heartbeat: null,
    clock,
    waits: clock,
    limits,
    random: () => 0.5,
    base: undefined,
    schemes: ["ws:"],
    checkClose: () => {},
    async dial() {
      const native = new PlayedSocket();
      native.readyState = 1;
      natives.push(native);
      return { wire: nativeWire(native, clock, limits), protocol: "" };
    },
  };
  const losses: number[] = [];
  const connect = makeConnect(() => runtime);
  const onDisconnect = ({ unconfirmed }: { unconfirmed: number }) => losses.push(unconfirmed);
  const socket = await connect("ws://test/", { reconnect: true, onDisconnect });
  const end = (native: PlayedSocket) => {
    native.readyState = CLOSED;
    native.tell("close", { code: 1012, reason: "", wasClean: true });
  };
  return { clock, natives, socket, losses, end };
}

test("what is sent in it waits for the next connection, and is not counted for this one", async () => {
  const { clock, natives, socket, losses, end } = await played();
  const [first] = natives;
  await socket.send("before");
  first!.readyState = CLOSING;

  const sent = [socket.send("1"), socket.send("2")];
  end(first!);
  await clock.pass(1000);
  await Promise.all(sent);

  expect([first!.sent, natives[1]!.sent, losses]).toEqual([["before"], ["1", "2"], [1]]);
});

test("what waited before it waits for the next connection, too, however often the page looks for room", async () => {
  const { clock, natives, socket, losses, end } = await played();
  const [first] = natives;
  first!.bufferedAmount = 100_000;
  void socket.send("fills it");
  for (const text of ["1", "2", "3"]) void socket.send(text);
  first!.readyState = CLOSING;
  first!.bufferedAmount = 0;

  await clock.pass(100);
  end(first!);
  await clock.pass(1000);

  expect([first!.sent, natives[1]!.sent, losses]).toEqual([["fills it"], ["1", "2", "3"], [1]]);
});

test("closing then has its deadline", async () => {
  const { clock, natives, socket } = await played();
  natives[0]!.readyState = CLOSING;

  void socket.close();
  await settle();
  await clock.pass(9_999);
  expect(socket.state).toBe("closing");
  await clock.pass(10_001);

  expect(socket.state).toBe("closed");
  expect(clock.timers).toBe(0);
});
