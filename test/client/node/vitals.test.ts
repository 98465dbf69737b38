/** What keeps an eye on a connection in Node: pings and what their pongs confirm, idleness, age. */

import { describe, expect, test } from "vitest";
import { Intake } from "../../../src/client/intake.ts";
import { NodeVitals } from "../../../src/client/node/vitals.ts";
import { Outbox } from "../../../src/client/outbox.ts";
import type { VitalsOwner } from "../../../src/client/vitals.ts";
import type { ProtocolError } from "../../../src/errors.ts";
import { nodePlatform } from "../../../src/protocol/node/index.ts";
import { EngineWire } from "../../../src/socket/engine-wire.ts";
import type { SocketLimits } from "../../../src/socket/socket-limits.ts";
import { defaultSocketLimits } from "../../../src/socket/socket-limits.ts";
import { Wheel } from "../../../src/socket/wheel.ts";
import type { Wire } from "../../../src/socket/wire.ts";
import { agreement } from "../../support/agreements.ts";
import { eventually } from "../../support/eventually.ts";
import { readFrames } from "../../support/frames.ts";
import { memoryStreams } from "../../support/memory-streams.ts";
import { stateOfPromise } from "../../support/socket-pair.ts";
import { TestClock } from "../../support/test-clock.ts";

interface WatchedOptions {
  readonly heartbeat?: { interval: number; timeout: number } | null;
  readonly limits?: Partial<SocketLimits>;
}

/** A connection without anybody at its other end, and what is found out about it. */
function watched({ heartbeat = { interval: 25_000, timeout: 20_000 }, limits = {} }: WatchedOptions = {}) {
  const clock = new TestClock();
  const pings: Uint8Array[] = [];
  const wire = { lastHeard: clock.now(), ping: (payload: Uint8Array) => void pings.push(payload), send: () => true };
  const found: { dead: number[]; failed: ProtocolError[] } = { dead: [], failed: [] };
  const all = { ...defaultSocketLimits, ...limits };
  const bounds = { messages: 10, bytes: 1000, policy: "reject" } as const;
  const owner: VitalsOwner = {
    wire: wire as unknown as Wire,
    outbox: new Outbox({ disconnectError: () => new Error("over") }, bounds),
    intake: new Intake({ config: { clock, limits: all }, fail: () => {}, disconnectError: () => new Error("over") }),
    dead: (silence) => void found.dead.push(silence),
    fail: (error) => void found.failed.push(error),
  };
  owner.outbox.attach(owner.wire!, () => {});
  const wheel = new Wheel(clock);
  const vitals = new NodeVitals({ clock, wheel, limits: all, heartbeat }, owner);
  const hear = () => {
    wire.lastHeard = clock.now();
  };
  return { clock, wheel, wire, pings, owner, found, vitals, hear };
}

describe("a silent server", () => {
  test("is pinged after the interval, and given up after the timeout", () => {
    const { clock, pings, found } = watched();

    clock.advance(24_900);
    expect(pings).toHaveLength(0);
    clock.advance(200);
    expect(pings).toHaveLength(1);
    clock.advance(19_800);
    expect(found.dead).toEqual([]);
    clock.advance(200);

    expect(found.dead).toHaveLength(1);
    expect(found.dead[0]).toBeGreaterThanOrEqual(45_000);
  });

  test("that answers stays, and is pinged again", () => {
    const { clock, pings, found, vitals, hear } = watched();

    for (let round = 1; round <= 3; round++) {
      clock.advance(25_100);
      expect(pings).toHaveLength(round);
      hear();
      vitals.pong(pings.at(-1)!);
    }

    expect(found.dead).toEqual([]);
    expect(vitals.latency).toBe(100);
  });

  test("whom we do not read is not given up", () => {
    const { clock, owner, found } = watched();
    owner.intake.isPaused = true;

    clock.advance(600_000);

    expect(found.dead).toEqual([]);
  });

  test("is left alone without a heartbeat", () => {
    const { clock, pings, found, wheel } = watched({ heartbeat: null });

    clock.advance(600_000);

    expect([pings.length, found.dead.length, wheel.size, clock.timers]).toEqual([0, 0, 0, 0]);
  });
});

describe("a pong", () => {
  test("confirms the messages that went before its ping, and no others", () => {
    const { clock, pings, owner, vitals, hear } = watched();
    owner.outbox.hand("one");
    owner.outbox.hand("two");
    clock.advance(25_100);
    owner.outbox.hand("three");

    hear();
    vitals.pong(pings[0]!);

    expect([owner.outbox.handed, owner.outbox.confirmed]).toEqual([3, 2]);
  });

  test("answers all pings before its own", async () => {
    const { pings, owner, vitals } = watched();
    owner.outbox.hand("one");
    const first = vitals.roundTrip(1_000);
    owner.outbox.hand("two");
    const second = vitals.roundTrip(1_000);

    vitals.pong(pings[1]!);

    expect(await Promise.all([first, second])).toEqual([0, 0]);
    expect(owner.outbox.confirmed).toBe(2);
    vitals.pong(pings[0]!);
    expect(owner.outbox.confirmed).toBe(2);
  });

  test("that nobody asked for confirms nothing", () => {
    const { owner, vitals } = watched();
    owner.outbox.hand("one");
    void vitals.roundTrip(1_000).catch(() => {});

    for (const payload of [[], [0, 0, 0, 2], [0, 0, 0, 0], [1]]) vitals.pong(Uint8Array.from(payload));

    expect(owner.outbox.confirmed).toBe(0);
  });

  test("confirms as much as it can, however many pings had none", () => {
    const { pings, owner, vitals } = watched();
    for (let i = 0; i < 100; i++) {
      owner.outbox.hand("one more");
      void vitals.roundTrip(1_000).catch(() => {});
    }

    vitals.pong(pings[10]!);
    expect(owner.outbox.confirmed).toBe(0);
    vitals.pong(pings[50]!);
    expect(owner.outbox.confirmed).toBe(51);
  });
});

describe("deadlines", () => {
  test("limits.idleTimeout, put off by messages", () => {
    const { clock, found, vitals } = watched({ heartbeat: null, limits: { idleTimeout: 60_000 } });

    clock.advance(59_000);
    vitals.active();
    clock.advance(59_000);
    expect(found.failed).toEqual([]);
    clock.advance(1_100);

    expect(found.failed).toMatchObject([{ code: "IDLE_TIMEOUT", closeCode: 1001 }]);
  });

  test("limits.lifetime", () => {
    const { clock, found, vitals } = watched({ heartbeat: null, limits: { lifetime: 60_000 } });

    clock.advance(59_000);
    vitals.active();
    clock.advance(1_100);

    expect(found.failed).toMatchObject([{ code: "LIFETIME_OVER", closeCode: 1001 }]);
  });
});

test("the end takes it off the wheel, and tells whoever waits for a pong", async () => {
  const { clock, wheel, vitals } = watched();
  const roundTrip = vitals.roundTrip(1_000);
  expect(await stateOfPromise(roundTrip)).toBe("pending");

  vitals.stop(() => new Error("over"));

  await expect(roundTrip).rejects.toThrow("over");
  expect([wheel.size, clock.timers]).toEqual([0, 0]);
});

test("a ping goes out behind a message that is still being compressed, or its pong would say too much", async () => {
  const [ours] = memoryStreams();
  const parts = { role: "client", platform: nodePlatform, clock: new TestClock(), closeTimeout: 1_000 } as const;
  const wire = new EngineWire(ours, { ...parts, deflate: agreement() });
  const ignored = { wireOnMessage() {}, wireOnPong() {}, wireOnRoom() {}, wireOnClose() {} };
  wire.open({ ...ignored, wireOnGoodbye: () => false });
  const frames = () => readFrames(Buffer.concat(ours.written)).map(({ opcode }) => opcode);

  wire.send("again and again ".repeat(20_000), true);
  wire.ping(Uint8Array.of(1));

  await eventually(() => frames().length).toBe(2);
  expect(frames()).toEqual([0x1, 0x9]);
});
