/** The deadlines of an open socket: silence, idleness, age. Those of queues and closing are tested where these are. */

import { describe, expect, test } from "vitest";
import { all, settle, socketPair, stateOfPromise } from "../support/socket-pair.ts";

/** Pings that this end sent: frames with opcode 9. */
function pingsOf(end: ReturnType<typeof socketPair>["server"]): number {
  return end.stream.written.filter((piece) => piece[0] === 0x89).length;
}

describe("the heartbeat", () => {
  test("pings after 25 s of silence, and a peer that answers stays for ever", async () => {
    const { server, clock } = socketPair({ client: { heartbeat: null } });
    await clock.pass(24_900);
    expect(pingsOf(server)).toBe(0);
    await clock.pass(200);
    expect(pingsOf(server)).toBe(1);
    await clock.pass(600_000);

    expect(pingsOf(server)).toBeGreaterThan(20);
    expect(server.socket.open).toBe(true);
    expect(server.socket.latency).toBe(0);
  });

  test("does not ping a peer that talks", async () => {
    const { server, client, clock } = socketPair({ client: { heartbeat: null } });
    void all(server.socket);

    for (let i = 0; i < 20; i++) {
      void client.socket.send("here");
      await clock.pass(20_000);
    }

    expect(pingsOf(server)).toBe(0);
  });

  test("a peer that vanished without a FIN is gone after interval and timeout, 1006, and its reader ends", async () => {
    const { server, client, clock } = socketPair();
    const received = all(server.socket);
    client.stream.block();
    server.stream.block();

    await clock.pass(44_900);
    expect(server.socket.open).toBe(true);
    await clock.pass(200);

    expect(await received).toEqual([]);
    expect(await server.socket.closed).toMatchObject({
      code: 1006,
      wasClean: false,
      error: { code: "HEARTBEAT_TIMEOUT" },
    });
    await clock.pass(10_000);
    expect(clock.timers).toBe(0);
  });

  test("any sign of life counts, also one that is no pong", async () => {
    const { server, client, clock } = socketPair({ client: { heartbeat: null } });
    void all(server.socket);
    server.stream.block(); // no ping gets through, so that no pong comes

    for (let i = 0; i < 10; i++) {
      await clock.pass(40_000);
      void client.socket.send("here");
    }

    expect(server.socket.open).toBe(true);
  });

  test("of other times keeps to them; without one, nothing is sent and nothing waits", async () => {
    const other = socketPair({ server: { heartbeat: { interval: 1_000, timeout: 500 } }, client: { heartbeat: null } });
    const none = socketPair({ heartbeat: null });
    other.client.stream.block();

    await other.clock.pass(1_600);
    await none.clock.pass(1_000_000);

    expect(other.server.socket.state).toBe("closed");
    expect([pingsOf(none.server), none.wheel.size, none.clock.timers]).toEqual([0, 0, 0]);
    expect(none.server.socket.open).toBe(true);
  });
});

describe("ping", () => {
  test("resolves with the round trip, which is the latency then", async () => {
    const { server, client, clock } = socketPair();
    client.stream.block();
    expect(server.socket.latency).toBeUndefined();

    const roundTrip = server.socket.ping();
    await clock.pass(120);
    client.stream.unblock();

    expect(await roundTrip).toBe(120);
    expect(server.socket.latency).toBe(120);
  });

  test("several at once have each their own round trip", async () => {
    const { server, client, clock } = socketPair();
    client.stream.block();

    const first = server.socket.ping();
    await clock.pass(100);
    const second = server.socket.ping();
    await clock.pass(50);
    client.stream.unblock();

    expect([await first, await second]).toEqual([150, 50]);
  });

  test("rejects after its timeout, and the socket goes on", async () => {
    const { server, client, clock } = socketPair();
    client.stream.block();

    const ping = server.socket.ping({ timeout: 300 });
    const outcome = expect(ping).rejects.toMatchObject({
      name: "TimeoutError",
      code: "PING_TIMEOUT",
      message: "ping: no pong within 300 ms",
    });
    await clock.pass(300);
    await outcome;
    client.stream.unblock();
    await settle();

    expect(server.socket.open).toBe(true);
    expect(server.socket.latency).toBe(300);
  });

  test("rejects at the end, and afterwards", async () => {
    const { server, client, clock } = socketPair();
    client.stream.block();
    const pings = [server.socket.ping(), server.socket.ping({ timeout: 5_000 })];

    server.socket.terminate();

    for (const ping of [...pings, server.socket.ping()]) {
      await expect(ping).rejects.toMatchObject({ name: "DisconnectError", code: 1006 });
    }
    await clock.pass(10_000);
    expect(clock.timers).toBe(0);
    expect(client.socket.state).toBe("closed");
  });

  test("pongs that nobody asked for are no answer", async () => {
    const { server, client } = socketPair();
    client.stream.block();
    const ping = server.socket.ping();

    for (const payload of [new Uint8Array(0), Uint8Array.of(0, 0, 0, 2), Uint8Array.of(1), new Uint8Array(4)]) {
      server.link.wireOnPong(payload);
    }

    expect(await stateOfPromise(ping)).toBe("pending");
    client.stream.unblock();
    expect(await ping).toBe(0);
  });
});

describe("the idle timeout", () => {
  const limits = { idleTimeout: 60_000 };

  test("closes with 1001 after silence both ways; pings do not count", async () => {
    const { server, client, clock } = socketPair({ server: { limits } });

    await clock.pass(59_900);
    expect(server.socket.open).toBe(true);
    await clock.pass(200);

    expect(await client.socket.closed).toMatchObject({ code: 1001 });
    expect(await server.socket.closed).toMatchObject({ error: { code: "IDLE_TIMEOUT" } });
  });

  test.each(["server", "client"] as const)("is put off by messages of the %s", async (who) => {
    const pair = socketPair({ server: { limits } });
    void all(pair.server.socket);
    void all(pair.client.socket);

    for (let i = 0; i < 5; i++) {
      await pair.clock.pass(50_000);
      void pair[who].socket.send("still here");
    }
    await pair.clock.pass(59_000);
    expect(pair.server.socket.open).toBe(true);
    await pair.clock.pass(1_100);

    expect(pair.server.socket.state).toBe("closed");
  });

  test("is put off by each piece of a stream", async () => {
    const { server, clock } = socketPair({ server: { limits } });
    async function* source() {
      for (let i = 0; i < 5; i++) {
        yield "piece";
        await new Promise<void>((resolve) => clock.after(50_000, resolve));
      }
    }

    const streamed = server.socket.sendStream(source());
    await clock.pass(250_000);
    await streamed;

    expect(server.socket.open).toBe(true);
  });
});

test("a lifetime closes with 1001 when it is over, however busy the socket", async () => {
  const { server, client, clock } = socketPair({ server: { limits: { lifetime: 3_600_000 } } });
  void all(server.socket);

  for (let i = 0; i < 36; i++) {
    void client.socket.send("busy");
    await clock.pass(99_990);
  }
  expect(server.socket.open).toBe(true);
  await clock.pass(500);

  expect(await client.socket.closed).toMatchObject({ code: 1001 });
  expect(await server.socket.closed).toMatchObject({ error: { code: "LIFETIME_OVER" } });
});

test("a machine that slept finds the deadlines that have passed, each once", async () => {
  const { server, client, clock, wheel } = socketPair({ client: { heartbeat: null } });

  clock.sleep(3_600_000);
  await settle();

  // The peer is asked first whether it is still there.
  expect(server.socket.open).toBe(true);
  await clock.pass(60_000);
  expect([server.socket.open, client.socket.open]).toEqual([true, true]);
  expect(wheel.size).toBe(1);
});
